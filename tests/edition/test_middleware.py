"""Pages under an edition: who is told no, and how."""

import datetime as dt

import pytest

from emporion.core.tenancy import scope
from emporion.meetings.models import Release
from emporion.registry.models import Organiser
from tests import factories


@pytest.fixture
def roles(db):
    edition = factories.make_edition()
    users = {name: factories.make_user() for name in ("organiser", "exhibitor", "buyer", "nobody")}
    with scope(expo=edition.expo):
        Organiser.objects.create(expo=edition.expo, user=users["organiser"])
        factories.make_participation(edition, "exhibitor", user=users["exhibitor"])
        factories.make_participation(edition, "buyer", user=users["buyer"])
    return edition, users


@pytest.mark.parametrize("role", ["organiser", "exhibitor", "buyer", "nobody"])
def test_address_of_nothing_is_a_page_that_says_so_for_every_role(roles, signed_in, role):
    edition, users = roles
    answer = signed_in(users[role]).get(f"/en/{edition.slug}/exhibitors/nothing/")
    assert answer.status_code == 404
    assert "<main" in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "address"),
    [
        ("exhibitor", "organise/releases/"),
        ("buyer", "organise/walking/"),
        ("nobody", "organise/releases/"),
        ("organiser", "day/"),
        ("nobody", "who-to-meet/"),
    ],
)
def test_page_of_another_role_is_forbidden_with_a_page(roles, signed_in, role, address):
    edition, users = roles
    answer = signed_in(users[role]).get(f"/en/{edition.slug}/{address}")
    assert answer.status_code == 403
    assert "<main" in answer.content.decode()


def test_things_of_another_expo_are_not_found(roles, signed_in):
    edition, users = roles
    other = factories.make_edition()
    with scope(expo=other.expo):
        stranger = factories.make_participation(other, "exhibitor")
    client = signed_in(users["buyer"])
    assert client.get(f"/en/{edition.slug}/exhibitors/{stranger.public_id}/").status_code == 404
    assert client.post(f"/en/{edition.slug}/ask/{stranger.public_id}/").status_code == 404
    assert client.get(f"/en/{other.slug}/who-to-meet/").status_code == 403


def test_moments_are_told_on_the_clock_of_the_fair(db, signed_in):
    edition = factories.make_edition(zone="Asia/Shanghai")
    member = factories.make_user()
    with scope(expo=edition.expo):
        Organiser.objects.create(expo=edition.expo, user=member)
        Release.objects.create(
            edition=edition,
            number=1,
            state=Release.State.PUBLISHED,
            computed_at=dt.datetime(2023, 11, 20, 15, 59, tzinfo=dt.UTC),
            published_at=dt.datetime(2023, 11, 20, 16, 33, tzinfo=dt.UTC),
        )
    shown = signed_in(member).get(f"/en/{edition.slug}/organise/releases/1/").content.decode()
    assert "16:33" not in shown
    assert "21 November" in shown and "00:33" in shown
