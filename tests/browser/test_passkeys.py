"""A passkey made and used in a real browser, with a key in software behind it."""

from __future__ import annotations

from typing import Any

from tests.browser.conftest import Fair


def test_passkey_is_made_and_then_lets_in(fair: Fair, browser: Any) -> None:
    fair.python(
        "from emporion.accounts import domain\n"
        "domain.create_user(email='key@example.org', name='Key', password='correct horse battery')"
    )
    # A passkey belongs to a name, and an address of numbers is none.
    base = fair.base.replace("127.0.0.1", "localhost")
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.goto(f"{base}/en/signin/")
    page.fill("#id_identifier", "key@example.org")
    page.fill("#id_password", "correct horse battery")
    page.click("form .button-main")
    page.goto(f"{base}/en/account/passkeys/add/")
    page.fill("#id_name", "This laptop")
    page.click("form .button-main")
    page.wait_for_url("**/en/account/")
    assert "This laptop" in page.inner_text("main")
    page.click(".head-more .account button")
    page.goto(f"{base}/en/signin/passkey/?next=/en/account/")
    page.click("form .button-main")
    page.wait_for_url("**/en/account/")
    assert "This laptop" in page.inner_text("main")
    assert complaints == []
    context.close()
