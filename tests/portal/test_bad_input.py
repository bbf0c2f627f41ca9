"""What nobody should send, in every field that takes text: a message, and nothing kept.

Links that were forged or have ended stand in tests/meetings/test_personal_link.py, lists that
cannot be read in tests/portal/desk/test_import_pages.py.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from emporion.core.models import JournalEntry
from emporion.edition.models import ListDraft, SavedView
from emporion.meetings.models import MeetingRequest
from tests.factories import (
    make_organiser,
    make_participation,
    make_pavilions,
    make_release,
    make_request,
    make_slots,
    make_user,
)
from tests.portal.fairs import address, index, list_exhibitor, page, user_of
from tests.portal.stored import everything

EVIL = '<script>alert("x")</script>\'"&{{ 7|add:7 }}<img src=x onerror=alert(1)>'
WORD = "x" * 5000
BAD = {
    "turned": ("a\u202eb", "reading direction"),
    "zero": ("a\x00b", "control character|Null characters"),
    "huge": (WORD, "5000"),
}
BASICS = {"starts": "2023-11-23", "ends": "2023-11-24", "zone": "Asia/Shanghai", "languages": "en"}
# Page, words of its address, field, what else the form needs, and who sends it.
FIELDS = {
    "first minute": ("portal:start", (), "text", {"side": "needs"}, "buyer"),
    "need": ("portal:add_interest", ("needs",), "text_en", {}, "buyer"),
    "about": ("portal:profile_about", (), "about_en", {}, "buyer"),
    "title": ("portal:setup_basics", (), "title_en", BASICS, "organiser"),
    "pavilion": ("portal:setup_pavilions", (), "name_en",
                 {"act": "add", "letter": "B", "gate_minutes": "3"}, "organiser"),
    "view": ("portal:views", (), "name", {"act": "save", "query": "role=buyer"}, "organiser"),
    "message": ("meetings:ask", ("HOST",), "message", {}, "buyer"),
}  # fmt: skip


@pytest.fixture
def host(edition: Any) -> Any:
    return list_exhibitor(edition, "Aava", pavilion=make_pavilions(edition, "A")["A"], stand="7")


@pytest.fixture
def readers(edition: Any, signed_in: Any) -> dict[str, Client]:
    buyer = make_participation(edition, "buyer", user=make_user())
    return {"buyer": signed_in(user_of(buyer)), "organiser": signed_in(make_organiser(edition))}


def send(readers: dict[str, Client], edition: Any, host: Any, field: str, text: str) -> Any:
    name, words, key, more, who = FIELDS[field]
    where = address(name, edition, *(host.public_id if word == "HOST" else word for word in words))
    return readers[who].post(where, {**more, key: text}, follow=True)


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("field", FIELDS)
def test_text_that_cannot_be_kept_is_named_and_nothing_is_kept(
    edition: Any, host: Any, readers: dict[str, Client], field: str, kind: str
) -> None:
    text, why = BAD[kind]
    before, entries = everything(), JournalEntry.objects.count()
    done = send(readers, edition, host, field, text)
    told = page(done).select(".form-errors, .field-error, .passing, .problem")
    assert re.search(why, " ".join(one.get_text(" ", strip=True) for one in told), re.IGNORECASE)
    assert everything() == before
    assert (JournalEntry.objects.count(), SavedView.objects.count()) == (entries, 0)


@pytest.mark.parametrize("field", FIELDS)
def test_hostile_text_is_kept_and_shown_as_text(
    edition: Any, host: Any, readers: dict[str, Client], field: str
) -> None:
    text = EVIL[:80]
    done = send(readers, edition, host, field, text)
    assert done.status_code == 200
    seen = [done.content.decode()]
    for who, name in (
        ("buyer", "portal:profile"), ("buyer", "meetings:requests"), ("buyer", "portal:front"),
        ("organiser", "portal:setup"), ("organiser", "portal:participants"),
        ("organiser", "portal:journal"),
    ):  # fmt: skip
        seen.append(readers[who].get(address(name, edition)).content.decode())
    if field == "message":
        assert MeetingRequest.objects.get().message == text
        seen.append(readers["buyer"].get(address("meetings:requests", edition) + "?box=sent")
                    .content.decode())  # fmt: skip
    assert any("&lt;script&gt;" in html for html in seen)
    assert [html for html in seen if "<script>alert" in html or "<img src=x" in html] == []


@pytest.mark.parametrize("name", [WORD, "词" * 5000, EVIL, "-", "\u200b", "👩\u200d🚀"])
def test_a_name_of_any_length_opens_every_page_it_stands_on(
    edition: Any, host: Any, readers: dict[str, Client], name: str
) -> None:
    host.display_name = {"en": name}
    host.save()
    index(edition, host)
    guest = make_participation(edition, "buyer")
    asked = make_request(guest, host)
    make_release(edition, [(asked, make_slots(edition, 1)[0])], state="published")
    pages = [
        ("buyer", address("portal:exhibitor", edition, host.public_id)),
        ("buyer", address("portal:exhibitors", edition)),
        ("buyer", address("portal:pavilion", edition, "A")),
        ("buyer", address("portal:search", edition)),
        ("organiser", address("portal:participants", edition)),
        ("organiser", address("meetings:audit", edition, asked.public_id)),
        ("organiser", address("meetings:audit_of", edition, host.public_id)),
        ("organiser", address("portal:journal", edition)),
    ]
    for who, where in pages:
        shown = readers[who].get(where)
        assert (where, shown.status_code) == (where, 200)
        assert "<script>alert" not in shown.content.decode()


@pytest.mark.parametrize("words", [WORD, EVIL, "a\u202eb", "%", "\\", "' OR 1=1 --"])
def test_whatever_is_looked_for_ends_with_a_page(
    edition: Any, host: Any, readers: dict[str, Client], words: str
) -> None:
    for who, name, key in (
        ("buyer", "portal:search", "q"), ("organiser", "portal:find_people", "q"),
        ("organiser", "portal:participants", "q"), ("organiser", "portal:journal", "kind"),
        ("buyer", "portal:start", "text"),
    ):  # fmt: skip
        shown = readers[who].get(address(name, edition), {key: words})
        # The first minute says what is wrong with the words, with the status that says so, too.
        assert shown.status_code == 200 or (name, shown.status_code) == ("portal:start", 422)
        assert "<script>alert" not in shown.content.decode()


def picture() -> bytes:
    """The beginning of a picture of 65,000 by 65,000 points, which unpacks to four gigabytes."""
    size = (65_000).to_bytes(4, "big") * 2
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + size + b"\x08\x06\0\0\0" + b"\0" * 40


def packed() -> bytes:
    """A small workbook whose one sheet says that it unpacks to 500 MB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/worksheets/sheet1.xml", " " * 1000)
        book.infolist()[0].file_size = 500_000_000
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("stand.png", picture(), "is of the type .png; CSV"),
        ("stand.csv", picture(), "This is not UTF-8"),
        ("stand.xlsx", picture(), "is not a workbook"),
        ("stand.xlsx", packed(), "unpacks to 500 MB"),
    ],
)
def test_a_picture_and_what_unpacks_without_end_are_not_opened(
    edition: Any, readers: dict[str, Client], name: str, data: bytes, why: str
) -> None:
    done = readers["organiser"].post(
        address("portal:imports", edition),
        {"subject": "exhibitors", "file": SimpleUploadedFile(name, data)},
        follow=True,
    )
    assert why in page(done).select_one(".form-errors").get_text()
    assert ListDraft.objects.count() == 0


def test_going_back_after_a_publish_and_sending_again_says_so_and_changes_nothing(
    edition: Any, host: Any, readers: dict[str, Client]
) -> None:
    asked = make_request(make_participation(edition, "buyer"), host)
    (slot,) = make_slots(edition, 1)[:1]
    make_release(edition, [(asked, slot)], state="published")
    make_release(edition, [(asked, slot)])
    form = page(readers["organiser"].get(address("meetings:release", edition, 2))).select_one(
        "form[action$='/publish/']"
    )
    sent = {"seen": form.select_one("[name=seen]")["value"]}
    told = []
    for _ in range(2):
        done = readers["organiser"].post(form["action"], sent, follow=True)
        told.append(page(done).select_one(".passing, .refused").get_text(" ", strip=True))
    assert told[0] == "Release 2 is public."
    assert told[1] == "Release 2 is public already."
    assert JournalEntry.objects.filter(action="release.publish").count() == 1
