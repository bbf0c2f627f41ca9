"""What the tests of pages need: a listed exhibitor, ranked lists, and addresses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from emporion.edition.domain import finding
from emporion.matchmaking.models import MatchRun, RankedList
from tests.factories import make_participation


def address(name: str, edition: Any, *words: Any) -> str:
    """The English address of a page of an edition."""
    with override("en"):
        return reverse(name, args=[edition.slug, *words])


def page(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def user_of(participation: Any) -> Any:
    return participation.delegates.get().person.user


def list_exhibitor(edition: Any, name: str = "", **values: Any) -> Any:
    """Make an exhibitor that the search finds."""
    made = make_participation(edition, "exhibitor", name, **values)
    index(edition, made)
    return made


def index(edition: Any, made: Any) -> None:
    """Write what the search holds of a participation."""
    offers = [
        _Offered(offer.code, finding.as_texts(offer.text)) for offer in made.offers.order_by("pk")
    ]
    listed = finding.Listed(
        made.public_id,
        made.role,
        finding.as_texts(made.display_name),
        finding.as_texts(made.about),
        made.country,
        made.pavilion.letter if made.pavilion else "",
        made.stand,
        offers,
    )
    finding.index(edition, [listed])


class _Offered:
    def __init__(self, code: str, text: Mapping[str, str]) -> None:
        self.code, self.text = code, text


def rank(
    edition: Any, owner: Any, counterparts: Sequence[Any], reasons: Sequence[Any] = ()
) -> RankedList:
    """Make `counterparts` the list of `owner`, best first."""
    run, _ = MatchRun.objects.get_or_create(
        edition=edition,
        number=1,
        defaults={
            "state": "current",
            "policy": "by hand",
            "computed_at": timezone.now(),
            "digest": "d" * 64,
        },
    )
    entries = [
        {
            "id": other.pk,
            "score": 1 / (n + 1),
            "p": 0.8,
            "q": 0.5,
            "reasons": list(reasons),
            "propensity": 1.0,
        }
        for n, other in enumerate(counterparts)
    ]
    made, _ = RankedList.objects.update_or_create(
        run=run, participation=owner, defaults={"entries": entries}
    )
    return made


def statements(client: Any, where: str) -> int:
    """How many statements a page takes, once everything that is kept has been read."""
    client.get(where)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(where).status_code == 200
    return len(captured)
