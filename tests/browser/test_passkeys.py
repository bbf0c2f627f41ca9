"""A passkey made and used in a real browser, with a key in software behind it."""

from __future__ import annotations

import time
from typing import Any

from tests.browser.conftest import Fair

KEY = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
    "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


def test_passkey_is_made_lets_in_and_asks_its_user(fair: Fair, browser: Any) -> None:
    # A fair may be kept from run to run.
    address = f"key-{time.time_ns()}@example.org"
    fair.python(
        "from emporion.accounts import domain\n"
        f"domain.create_user(email='{address}', password='correct horse battery')"
    )
    # A passkey belongs to a name, and an address of numbers is none.
    base = fair.base.replace("127.0.0.1", "localhost")
    context = browser.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    page.goto(f"{base}/en/signin/?next=/en/account/passkeys/add/")
    page.fill("#id_identifier", address)
    page.fill("#id_password", "correct horse battery")
    page.click("main .button-main")
    page.fill("#id_name", "This laptop")
    page.click("main .button-main")
    page.wait_for_url("**/en/account/")
    assert "This laptop" in page.inner_text("main")
    page.locator('form[action$="/signout/"] button').first.evaluate("button => button.click()")
    page.wait_for_url("**/en/model/")
    page.goto(f"{base}/en/account/")
    assert "/en/signin/" in page.url
    # Whoever cannot show finger, face or PIN is not let in, and reads why.
    page.goto(f"{base}/en/signin/passkey/?next=/en/account/")
    verified = {**key, "isUserVerified": False}
    devices.send("WebAuthn.setUserVerified", verified)
    page.click("main .button-main")
    page.get_by_role("alert").wait_for()
    assert "/en/signin/passkey/" in page.url
    devices.send("WebAuthn.setUserVerified", {**verified, "isUserVerified": True})
    page.click("main .button-main")
    # The address of the sign-in ends alike: it says where to go on.
    page.wait_for_url(f"{base}/en/account/")
    assert "by passkey" in page.inner_text("main")
    assert complaints == []
    context.close()
