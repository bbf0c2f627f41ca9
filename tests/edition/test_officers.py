"""Officers act for the members of their delegation and for nobody else."""

from __future__ import annotations

import pytest

from emporion.core.models import JournalEntry
from emporion.edition import queries
from emporion.edition.domain import officers
from emporion.edition.models import Delegation
from emporion.registry.models import Body
from tests.factories import make_edition, make_participation, make_user


def make_delegation(edition, name="Finland"):
    body = Body.objects.create(expo=edition.expo, kind="guest_country", name={"en": name})
    return Delegation.objects.create(edition=edition, body=body)


def test_appointed_once_and_dismissed(edition):
    delegation, user = make_delegation(edition), make_user()
    assert [officers.appoint_officer(delegation, user) for _ in range(2)] == [True, False]
    assert queries.delegations_of(edition, user) == [delegation]
    assert queries.delegations_of(make_edition(edition.expo), user) == []
    assert [officers.dismiss_officer(delegation, user) for _ in range(2)] == [True, False]
    assert queries.delegations_of(edition, user) == []
    assert list(JournalEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "officer.appoint", "officer.dismiss"]  # fmt: skip


def test_begins_for_members_only_and_the_journal_names_both(edition):
    delegation, user = make_delegation(edition), make_user()
    officers.appoint_officer(delegation, user)
    member = make_participation(edition, delegation=delegation)
    others = [
        make_participation(edition),
        make_participation(edition, delegation=make_delegation(edition, "Nepal")),
    ]
    assert officers.begin_acting(edition, user, member.public_id) == member
    for other in others:
        with pytest.raises(officers.OfficerError):
            officers.begin_acting(edition, user, other.public_id)
    with pytest.raises(officers.OfficerError):
        officers.begin_acting(edition, make_user(), member.public_id)
    entry = JournalEntry.objects.get(action="officer.begin")
    assert (entry.actor, entry.on_behalf) == (user.actor, f"participation:{member.public_id}")
