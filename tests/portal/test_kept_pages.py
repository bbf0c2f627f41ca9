"""What visitors read of a fair is kept for a moment; what somebody with a sign-in reads never is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.factories import make_user
from tests.portal.fairs import address, list_exhibitor, statements, user_of

PAGES = (
    "portal:front",
    "portal:search",
    "portal:exhibitors",
    "portal:delegations",
    "portal:about_data",
    "portal:two_people",
)


@pytest.fixture(autouse=True)
def _kept(settings) -> None:
    settings.KEPT_PAGES_SECONDS = 30


def rename(participation: Any, name: str) -> None:
    participation.display_name = {"en": name}
    participation.save()


# One client: each has a chain of middleware of its own, and with it its own kept pages.
@pytest.mark.parametrize("name", PAGES)
def test_second_visitor_costs_no_statement(edition, name):
    assert statements(Client(), address(name, edition)) == 0


def test_exhibitor_who_signs_in_sees_at_once_what_was_changed(edition):
    host = list_exhibitor(edition, "Aava Oy", user=make_user())
    where = address("portal:exhibitor", edition, host.public_id)
    reader = Client()
    assert "Aava Oy" in reader.get(where).content.decode()
    rename(host, "Bervo Oy")
    assert "Bervo Oy" not in reader.get(where).content.decode()
    reader.force_login(user_of(host))
    assert "Bervo Oy" in reader.get(where).content.decode()


def test_page_of_somebody_with_a_sign_in_is_never_shown_to_a_visitor(edition):
    host = list_exhibitor(edition, "Aava Oy", user=make_user())
    person = host.delegates.get().person.name
    where = address("portal:exhibitor", edition, host.public_id)
    reader = Client()
    reader.force_login(user_of(host))
    assert person in reader.get(where).content.decode()
    reader.logout()
    assert person not in reader.get(where).content.decode()
