"""An address of embeddings that is wrong, with a password in it: jobs, pages and the log."""

from __future__ import annotations

from typing import Any

import pytest

from emporion.core import jobs
from emporion.core.jobs import JobRecord
from emporion.matchmaking.domain import starting, vectors
from emporion.matchmaking.domain.runs import run_match
from tests import factories
from tests.logged import logged
from tests.portal.fairs import address, list_exhibitor, user_of

pytestmark = pytest.mark.django_db
SECRETS = ("w0rd-of-the-house", "k3y-of-the-house")
WRONG = [
    ("http://user:{0}@h:x/v1", "EMPORION_EMBEDDINGS_URL has no valid port"),
    ("https://user:{0}@[::1/v1?token={0}", "EMPORION_EMBEDDINGS_URL is no http or https address"),
    (
        "https://h/v1?{0} {0}",
        "EMPORION_EMBEDDINGS_URL holds a character that stands in no address; write it as %..",
    ),
]
PAGES = [
    ("portal:who", ()), ("portal:known", ()), ("portal:proposed", ("needs",)), ("portal:profile", ()),
]  # fmt: skip


@pytest.mark.parametrize(("url", "said"), WRONG)
def test_wrong_address_is_told_by_its_setting_in_jobs_pages_and_the_log(
    edition: Any, signed_in: Any, settings: Any, monkeypatch: Any, url: str, said: str
) -> None:
    buyer = factories.make_participation(edition, "buyer", needs=["ai"], user=factories.make_user())
    buyer.needs.update(text={"en": "learning machines"})
    hosts = [list_exhibitor(edition, name, offers=["ai"]) for name in ("Lingjing", "Sampo")]
    hosts[0].offers.update(text={"en": "machines that learn"})
    run_match(edition)
    settings.TEXT_READERS = ["endpoint"]
    settings.EMBEDDINGS = {
        "url": url.format(SECRETS[0]), "name": "m", "dimension": 3, "key": SECRETS[1],
        "private": True, "prefixes": ("", ""),
    }  # fmt: skip
    organiser = signed_in(factories.make_organiser(edition))
    with logged(monkeypatch) as out:
        vectors.ask_to_read(edition)
        starting.start_match(edition, "user:li")
        for job in JobRecord.objects.all():
            jobs.perform(job.public_id)
        reader = signed_in(user_of(buyer))
        shown = [reader.get(address(name, edition, *words)) for name, words in PAGES]
        shown += [
            reader.get(address("portal:why", edition), {"who": host.public_id}) for host in hosts
        ]
        shown.append(organiser.get(f"/en/{edition.slug}/organise/matching/"))
        told = out.getvalue()
    ended = [(job.state, job.reason) for job in JobRecord.objects.order_by("pk")]
    assert ended == [("failed", f"The texts cannot be read: {said}")] * 2
    assert [answer.status_code for answer in shown] == [200] * 7
    assert said in shown[-1].content.decode()
    everything = told + "".join(answer.content.decode() for answer in shown)
    assert not [secret for secret in SECRETS if secret in everything]
