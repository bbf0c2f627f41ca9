"""Links of strangers: public web addresses pass, everything else is refused."""

from __future__ import annotations

import pytest

from emporion.registry.domain.links import LinkError, checked_link


@pytest.mark.parametrize(
    ("text", "url", "assumed"),
    [
        ("https://www.ti.com/", "https://www.ti.com/", False),
        ("Https://WWW.Example.com/Path?Q=1#x", "https://www.example.com/Path?Q=1#x", False),
        ("http://example.com", "http://example.com", False),
        ("www.example.com", "https://www.example.com", True),
        ("example.com:8080/x", "https://example.com:8080/x", True),
        ("//example.com/x", "https://example.com/x", True),
        ("https://例子.中国/x", "https://例子.中国/x", False),
        (" example.com ", "https://example.com", True),
    ],
)
def test_checked_link_public_address_passes(text: str, url: str, assumed: bool) -> None:
    assert checked_link(text) == (url, assumed)


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "ftp://example.com",
        "mailto:a@example.com",
        "http://localhost",
        "http://localhost:8000/x",
        "http://127.0.0.1",
        "http://10.1.2.3/",
        "http://192.168.0.1",
        "http://169.254.169.254/latest",
        "http://[::1]/",
        "http://2130706433",
        "http://0x7f.1",
        "http://0177.0.0.1",
        "http://127.1.",
        "http://printer.local",
        "http://intranet",
        "https://user:word@example.com",
        "https://example.com@evil.example",
        "https://exa mple.com",
        "https://example.com/\\evil",
        "https://example.com/<b>",
        "a.b",
        "",
        "https://",
        "https://-a.com",
        "https://example.com:99999",
        "no address",
        "x" * 301,
        "https://example.com/\u202e",
    ],
)
def test_checked_link_anything_else_is_refused(text: str) -> None:
    with pytest.raises(LinkError):
        checked_link(text)
