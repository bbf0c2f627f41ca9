"""Roles of staff: all read the desk, and each changes what it is for; what is not named is owners'."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from emporion.core import journal
from emporion.core.models import JournalEntry
from emporion.core.tenancy import scope
from emporion.edition import gates
from emporion.edition.models import Participation
from emporion.meetings.domain import requests
from emporion.portal.interfaces.desk import staff as staff_page
from emporion.registry import domain
from emporion.registry.domain import people, roles
from emporion.registry.models import Organiser, Person
from tests import factories

# Which page stands for an act, and how it is asked.
PAGES = {
    roles.SET_UP: ("portal:setup_basics", [], "post"),
    roles.IMPORT: ("portal:imports", [], "get"),
    roles.PARTICIPANTS: ("portal:participants_act", [], "post"),
    roles.CONTACTS: ("portal:find_people", [], "get"),
    roles.REQUESTS: ("meetings:refusals", [1], "get"),
    roles.SCHEDULE: ("meetings:desk", [], "post"),
    roles.PUBLISH: ("meetings:publish", [1], "post"),
    roles.ERASE: ("portal:erasures", [], "get"),
}
ALLOWED = {
    "owner": set(PAGES),
    "reviewer": {roles.IMPORT, roles.PARTICIPANTS, roles.CONTACTS, roles.REQUESTS},
    "pavilion_manager": {roles.PARTICIPANTS, roles.CONTACTS},
    "programme_editor": {roles.SCHEDULE, roles.REQUESTS},
    "gate_chief": {roles.CONTACTS},
    "analyst": set(),
    "support": {roles.CONTACTS},
}


def staff(edition: Any, role: str) -> Client:
    user = factories.make_user()
    Organiser.objects.create(expo=edition.expo, user=user, role=role)
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", roles.ROLES)
def test_staff_page_tells_of_a_role_all_that_it_may_and_nothing_else(role: str) -> None:
    told = staff_page.deeds(role)
    if role == roles.OWNER:
        assert told == ["everything"]
        return
    # A saved view is everybody's; who knows all meetings knows those of the day.
    acts = roles.MAY[role] - {roles.LOOK}
    if roles.REQUESTS in acts:
        acts -= {roles.MEETINGS}
    words = {str(staff_page.ACTS[act]) for act in acts} or {"nothing more"}
    if role == roles.PAVILION_MANAGER:
        words |= {"of their own pavilions only"}
    assert sorted(told) == sorted(words)


@pytest.mark.parametrize("role", ALLOWED)
def test_role_may_do_what_it_is_for_and_nothing_else(edition: Any, role: str) -> None:
    client = staff(edition, role)
    done = set()
    for act, (name, more, how) in PAGES.items():
        answer = getattr(client, how)(reverse(name, args=[edition.slug, *more]))
        if answer.status_code != 403:
            done.add(act)
    assert done == ALLOWED[role]
    assert client.get(reverse("portal:overview", args=[edition.slug])).status_code == 200


@pytest.fixture
def hall(edition: Any) -> Any:
    """Somebody in each of two pavilions, and a manager of the first."""
    stands = factories.make_pavilions(edition, "AB")
    people = {
        letter: factories.make_participation(
            edition, "exhibitor", user=factories.make_user(name=f"Somebody in {letter}"),
            pavilion=stands[letter], stand="7",
        )
        for letter in "AB"
    }  # fmt: skip
    for letter, one in people.items():
        Person.objects.filter(delegates__participation=one).update(
            name=f"Somebody in {letter}", sort_key=f"somebody in {letter.lower()}"
        )
    client = staff(edition, "pavilion_manager")
    Organiser.objects.filter(role="pavilion_manager").update(pavilions=["A"])
    return client, people


def test_pavilion_manager_sees_and_changes_their_pavilion_only(edition: Any, hall: Any) -> None:
    client, people = hall
    listed = reverse("portal:participants", args=[edition.slug])
    page = client.get(listed)
    assert ([row["one"] for row in page.context["rows"]], page.context["total"]) == (
        [people["A"]], 1,
    )  # fmt: skip
    file = b"".join(client.get(f"{listed}?format=csv").streaming_content).decode()
    assert [people[letter].public_id in file for letter in "AB"] == [True, False]
    assert client.get(f"{listed}?pavilion=B").context["total"] == 0
    found = client.post(reverse("portal:find_people", args=[edition.slug]), {"q": "somebody"})
    assert [row["person"].name for row in found.context["rows"]] == ["Somebody in A"]
    act = reverse("portal:participants_act", args=[edition.slug])

    def limits() -> list[int | None]:
        rows = Participation.objects.filter(edition=edition).order_by("pk")
        return list(rows.values_list("max_meetings_per_day", flat=True))

    ids = [one.public_id for one in people.values()]
    client.post(act, {"act": "limit", "most": "3", "id": ids})
    client.post(act, {"act": "limit", "most": "3", "id": ids[1]})
    client.post(act, {"act": "move", "letter": "B", "id": ids[0]})
    client.post(act, {"act": "move", "letter": "A", "id": ids[1]})
    assert limits() == [None, None]
    assert [one.pavilion.letter for one in Participation.objects.order_by("pk")] == ["A", "B"]
    client.post(act, {"act": "limit", "most": "3", "whom": "all"})
    assert limits() == [3, None]
    # Pages of the whole fair are closed; without a pavilion nobody is seen.
    for name in ("portal:journal", "portal:unanswered", "meetings:releases", "matchmaking:runs"):
        assert client.get(reverse(name, args=[edition.slug])).status_code == 403, name
    audit = reverse("meetings:audit_of", args=[edition.slug, people["A"].public_id])
    assert client.get(audit).status_code == 403
    Organiser.objects.update(pavilions=[])
    assert client.get(listed).context["total"] == 0


def test_owner_offers_changes_and_takes_roles_on_a_page(edition: Any) -> None:
    factories.make_pavilions(edition, "AB")
    known = factories.make_user(email="known@example.org")
    factories.make_participation(edition, user=known)
    client, address = staff(edition, "owner"), reverse("portal:staff", args=[edition.slug])

    def give(identifier: str, role: str, *letters: str) -> Any:
        told = {"identifier": identifier, "role": role, "pavilions": letters, "name": "New"}
        return client.post(address, told)

    def roles_of() -> list[Any]:
        found = Organiser.objects.exclude(role="owner").order_by("pk")
        return list(found.values_list("user__email", "role", "pavilions"))

    # The same is said of somebody known and of somebody new.
    answers = [give(one, "analyst") for one in ("Known@example.org", "new@example.org")]
    assert len({(a.status_code, a["Location"]) for a in answers}) == 1
    assert roles_of() == [("known@example.org", "analyst", [])]
    assert give("known@example.org", "pavilion_manager").status_code == 422
    give("known@example.org", "pavilion_manager", "B")
    assert [give("no address", "support").status_code, give("+1", "support").status_code] == [
        422, 422,
    ]  # fmt: skip
    assert roles_of() == [("known@example.org", "pavilion_manager", ["B"])]
    client.post(address, {"remove": known.public_id})
    owner = Organiser.objects.get(role="owner").user
    client.post(address, {"remove": owner.public_id})
    give(owner.email, "analyst")
    assert list(Organiser.objects.values_list("role", flat=True)) == ["owner"]


def test_form_without_a_named_act_is_an_owners(edition: Any, rf: Any) -> None:
    view = gates.for_organisers(lambda request: HttpResponse("done"))

    reader = factories.make_user()
    for role, allowed in (("owner", True), ("reviewer", False), ("", False), ("made up", False)):
        request = rf.post("/")
        request.user, request.staff_role, request.is_organiser = reader, role, bool(role)
        request.edition = edition
        try:
            answer: Any = view(request).content == b"done"
        except gates.PermissionDenied:
            answer = False
        assert answer is allowed, role


def test_role_is_changed_and_the_last_owner_keeps_theirs(edition: Any) -> None:
    li, sita = factories.make_user(), factories.make_user()
    assert domain.make_organiser(edition.expo, li)
    with pytest.raises(ValueError, match="last owner"):
        domain.make_organiser(edition.expo, li, "analyst")
    assert domain.make_organiser(edition.expo, sita, "support")
    assert not domain.make_organiser(edition.expo, sita, "owner")
    assert not domain.make_organiser(edition.expo, li, "analyst")
    assert not domain.make_organiser(edition.expo, li)
    found = Organiser.objects.order_by("pk").values_list("role", flat=True)
    assert list(found) == ["analyst", "owner"]
    actions = JournalEntry.objects.order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["organiser.add", "organiser.add", "organiser.role", "organiser.role"]
    with pytest.raises(ValueError, match="no role"):
        domain.make_organiser(edition.expo, li, "king")


@pytest.mark.parametrize(
    ("role", "status"),
    [("programme_editor", 200), ("reviewer", 200), ("analyst", 403), ("support", 403),
     ("gate_chief", 403)],
)  # fmt: skip
def test_who_asks_whom_stands_on_no_page_of_roles_that_do_not_need_it(
    edition: Any, role: str, status: int
) -> None:
    asks = factories.make_participation(edition, "buyer", "Quiet Asker")
    host = factories.make_participation(edition, "exhibitor", "Loud Host")
    with journal.acting("user:x", tenant=edition.expo.public_id):
        request = requests.ask(asks, host, "between us")
    slots = factories.make_slots(edition)
    with scope(expo=edition.expo):
        factories.make_release(edition, [(request, slots[0])], state="superseded")
        factories.make_release(edition, [(request, slots[1])], state="published")
    client = staff(edition, role)
    own = [request.public_id]
    for page, more in (
        ("meetings:audit", own), ("meetings:audit_of", [asks.public_id]),
        ("meetings:refusals", [2]), ("meetings:diff", [2]),
    ):  # fmt: skip
        answer = client.get(reverse(page, args=[edition.slug, *more]))
        assert answer.status_code == status, page
    story = reverse("portal:journal", args=[edition.slug])
    assert client.get(f"{story}?kind=request&id={own[0]}").status_code == status
    for where in (
        story, f"{story}?kind=participation&id={asks.public_id}",
        reverse("portal:overview", args=[edition.slug]),
        reverse("meetings:release", args=[edition.slug, 2]),
    ):  # fmt: skip
        text = client.get(where).content.decode()
        assert ("Loud Host" in text) == (status == 200), where
        assert ("organise/audit/" in text) <= (status == 200), where


def test_file_of_what_was_not_granted_is_written_down_and_limited(
    edition: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "MOST_LISTS", 1)
    factories.make_release(edition, [], state="published")
    client = staff(edition, "owner")
    where = reverse("meetings:refusals", args=[edition.slug, 1])
    assert client.get(f"{where}?format=csv").status_code == 200
    noted = JournalEntry.objects.get(action="contacts.list")
    assert (noted.object_id, noted.fields) == (edition.public_id, ["refusals"])
    refused = client.get(f"{where}?format=csv")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
