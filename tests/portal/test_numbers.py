"""Numbers that no column holds, or that only look like numbers: told, and nothing falls over."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from emporion.registry.domain.links import LinkError, checked_link
from tests import factories
from tests.portal.fairs import address, page, user_of
from tests.portal.stored import everything

pytestmark = pytest.mark.django_db
# The first beyond columns of 32 and 64 bits, more digits than Python reads, and other scripts.
ODD = [str(2**31), str(2**63), "9" * 5000, "-1", "1e3", "²", "٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣", "0x7f"]


@pytest.fixture
def organiser(edition: Any, signed_in: Any) -> Client:
    return signed_in(factories.make_organiser(edition))


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:24])
def test_page_of_a_list_that_is_no_number_is_a_page(
    edition: Any, organiser: Client, odd: str
) -> None:
    buyer = factories.make_participation(edition, "buyer", user=factories.make_user())
    reader = Client()
    reader.force_login(user_of(buyer))
    for client, name, key in (
        (organiser, "portal:participants", "after"), (organiser, "portal:journal", "before"),
        (organiser, "portal:imports", "page"), (reader, "portal:search", "page"),
    ):  # fmt: skip
        shown = client.get(address(name, edition), {key: odd})
        assert shown.status_code in (200, 404), (name, shown.status_code)


@pytest.mark.parametrize("odd", ODD, ids=lambda odd: odd[:24])
def test_number_that_is_out_of_range_changes_nothing(
    edition: Any, organiser: Client, odd: str
) -> None:
    release = factories.make_release(edition)
    before = everything()
    refused = organiser.post(
        address("portal:setup_pavilions", edition),
        {"act": "add", "letter": "B", "name_en": "B", "gate_minutes": odd},
    )
    assert page(refused).select_one(".form-errors, .field-error") is not None
    sent = organiser.post(address("meetings:publish", edition, release.number), {"seen": odd})
    assert sent.status_code == 302
    assert everything() == before


@pytest.mark.parametrize("port", ["²", "0", "65536", "9" * 200])
def test_port_that_is_no_number_makes_no_link(port: str) -> None:
    with pytest.raises(LinkError):
        checked_link(f"https://example.org:{port}/")
