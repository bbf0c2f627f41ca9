"""Names that nobody should have: no page that shows one scrolls sideways."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browser.conftest import Fair, Visit

NAMES = {
    "word": "x" * 5000,
    "Chinese": "词" * 5000,
    "turned round": "Aava \u202e" + "oy" * 200,
    "picture letters": "👩\u200d🚀" * 300,
}
# Somebody who exhibits under the name, is listed, asked by the buyer, and has a public meeting.
MAKE = """
from emporion.accounts.queries import demonstration_users
from emporion.core.tenancy import scope
from emporion.edition.domain import enrolment, finding
from emporion.edition.queries import edition_by_slug, participation, participation_of
from emporion.meetings.domain.requests import ask
from emporion.meetings.models import Meeting, Release, Slot
from emporion.registry import domain as registry
edition = edition_by_slug('model')
buyer = next(u for u in demonstration_users() if u.demonstration_role == 'buyer')
with scope(expo=edition.expo):
    person = registry.create_person(edition.expo, registry.NewPerson('Long'))
    new = enrolment.Enrolled(role='exhibitor', name={'en': 'Long'}, about={'en': 'y' * 3000},
        pavilion='F', stand='F 999', public_id='longname22', person_id=person.pk)
    enrolment.enrol(edition, [new])
    made = participation(edition, 'longname22')
    made.display_name = {'en': NAME}
    made.save()
    finding.index(edition, [finding.Listed(made.public_id, made.role, {'en': NAME},
        {'en': 'y' * 3000}, made.country, 'F', made.stand, [])])
    me = participation_of(edition, buyer)
    asked = ask(me, made, 'z' * 500)
    release = Release.objects.get(edition=edition, state='published')
    Meeting.objects.create(release=release, request=asked,
        slot=Slot.objects.filter(edition=edition).order_by('number').last(), host=made, guest=me)
"""
REMOVE = """
from emporion.core.tenancy import scope
from emporion.edition.domain import finding
from emporion.edition.queries import edition_by_slug, participation
edition = edition_by_slug('model')
with scope(expo=edition.expo):
    finding.forget(edition, {'longname22': 0})
    participation(edition, 'longname22').delete()
"""


@pytest.fixture(params=NAMES)
def named(request: pytest.FixtureRequest, fair: Fair) -> Iterator[str]:
    """Give somebody a name, and take them away again: others look at the same fair."""
    name = NAMES[request.param]
    assert fair.python(f"NAME = {name!r}\n{MAKE}") == ""
    yield name
    assert fair.python(REMOVE) == ""


def test_no_page_that_shows_a_strange_name_scrolls_sideways(visit: Visit, named: str) -> None:
    buyer = visit("buyer", "ar" if named.startswith("Aava") else "en")
    found = []
    for path in (
        "model/exhibitors/longname22/",
        "model/exhibitors/",
        "model/pavilions/F/",
        "model/search/?pavilion=F&kind=exhibitor",
        "model/requests/?box=sent",
        "model/day/?date=2023-11-27",
        "model/day/print/",
        "model/profile/hours/",
    ):
        assert buyer.go(path) == 200, path
        for width in (1280, 390, 320):
            buyer.page.set_viewport_size({"width": width, "height": 800})
            if buyer.sideways() > 0:
                found.append(f"{path} at {width}: {buyer.sideways()} px")
    assert found == []
