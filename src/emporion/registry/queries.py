"""Reads about organisations, people and bodies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Replace

from emporion.core.text.fold import fold
from emporion.registry.models import Body, Consent, ErasureRequest, Organisation, Organiser

# Re-exported: other capabilities name the tenant and people by these.
from emporion.registry.models import Expo as Expo
from emporion.registry.models import Person as Person
from emporion.registry.rules import PURPOSES as PURPOSES
from emporion.registry.rules import Purpose as Purpose


def expo_by_slug(slug: str) -> Expo | None:
    """Return the expo, None if there is none. An expo is the tenant itself: no scope needed."""
    return Expo.objects.filter(slug=slug).first()


def organisation_keys(
    expo: Expo, *, source: str | None = None, public_ids: Iterable[str] = ()
) -> dict[str, int]:
    """Return {id: primary key} of organisations: external ids of a source, else public ids."""
    return _keys(Organisation.objects.filter(expo=expo), source, public_ids)


def person_keys(
    expo: Expo, *, source: str | None = None, public_ids: Iterable[str] = ()
) -> dict[str, int]:
    """Return {id: primary key} of people: external ids of a source, else public ids."""
    return _keys(Person.objects.filter(expo=expo), source, public_ids)


def _keys(rows: Any, source: str | None, public_ids: Iterable[str]) -> dict[str, int]:
    if source is not None:
        found = rows.filter(source=source).exclude(external_id="")
        return dict(found.values_list("external_id", "pk"))
    return dict(rows.filter(public_id__in=list(public_ids)).values_list("public_id", "pk"))


def people_like(expo: Expo, words: str, limit: int, among: Any = None) -> list[Person]:
    """Return people by letters of their name or firm, or by digits of their phone, by name.

    At least four letters or digits, two of Han; fewer find nobody. One query.
    `among` narrows to a query of keys.
    """
    digits = "".join(c for c in words if c.isdecimal())
    folded = " ".join(fold(words).split())
    wanted = Q()
    if len(digits) >= 4 and not any(c.isalpha() for c in words):
        plain: Any = F("phone")
        for sign in " -().":
            plain = Replace(plain, Value(sign), Value(""))
        latin = "".join(str(int(c)) for c in digits)
        wanted = Q(digits__contains=latin)
        people = Person.objects.annotate(digits=plain)
    elif len(folded) >= 4 or (len(folded) >= 2 and any("\u3400" <= c <= "\u9fff" for c in folded)):
        people = Person.objects.all()
        # A key holds the name without accents, Han as pinyin, and behind it the name itself.
        for column in ("sort_key", "organisation__sort_key"):
            wanted |= Q(**{f"{column}__contains": folded})
        wanted |= Q(name__icontains=words.strip()) | Q(name_latin__icontains=words.strip())
    else:
        return []
    found = people.filter(wanted, expo=expo).select_related("organisation")
    if among is not None:
        found = found.filter(pk__in=among)
    return list(found.order_by("sort_key", "pk")[:limit])


def staff_of(expo: Expo) -> list[Organiser]:
    """Return who runs an expo, with their users, by name; one query."""
    rows = Organiser.objects.filter(expo=expo).select_related("user")
    return sorted(rows, key=lambda row: (str(row.user).casefold(), row.pk))


def runs_or_is_known(expo: Expo, user: Any) -> bool:
    """Whether `user` is of the staff of an expo, or a person in it; two queries at most."""
    staff = Organiser.objects.filter(expo=expo, user=user)
    return staff.exists() or Person.objects.filter(expo=expo, user=user).exists()


def people_by_id(expo: Expo, public_ids: Iterable[str]) -> list[Person]:
    """Return the people with these public ids; one query, none for none."""
    wanted = list(public_ids)
    return list(Person.objects.filter(expo=expo, public_id__in=wanted)) if wanted else []


def organisations_by_id(expo: Expo, public_ids: Iterable[str]) -> list[Organisation]:
    """Return the organisations with these public ids; one query, none for none."""
    wanted = list(public_ids)
    return list(Organisation.objects.filter(expo=expo, public_id__in=wanted)) if wanted else []


def bodies(expo: Expo) -> list[Body]:
    """Return all bodies of the expo, guest countries first, then in the order they were made."""
    rank = {kind: n for n, kind in enumerate(Body.Kind.values)}
    return sorted(Body.objects.filter(expo=expo).order_by("pk"), key=lambda b: rank[b.kind])


def expo_slugs() -> list[str]:
    """Return the short names of all expos; one query, no scope needed."""
    return list(Expo.objects.order_by("slug").values_list("slug", flat=True))


def people_of(expo: Expo, user: Any) -> list[Person]:
    """Return who a user is in an expo, those who were erased left out; one query."""
    found = Person.objects.filter(expo=expo, user=user, erased_at=None).select_related("user")
    return list(found.order_by("pk"))


def person_of_id(expo: Expo, public_id: str) -> Person | None:
    """Return the person with this public id, None if there is none; one query."""
    found = Person.objects.filter(expo=expo, public_id=public_id)
    return found.select_related("user", "expo").first()


def erasure_requests(expo: Expo, limit: int = 100) -> list[ErasureRequest]:
    """Return the open wishes to be erased, oldest first; one query."""
    found = ErasureRequest.objects.filter(person__expo=expo, state=ErasureRequest.State.OPEN)
    return list(found.select_related("person__organisation").order_by("asked_at", "pk")[:limit])


def consents_of(people: Iterable[Person]) -> dict[str, Consent]:
    """Return {purpose: the last word about it} of somebody who is known as `people`; one query.

    Of two who are one, the one that refuses counts.
    """
    found = Consent.objects.filter(person__in=list(people), is_current=True)
    return {one.purpose: one for one in found.order_by("-is_given", "pk")}


def allowing(people: Iterable[int], purpose: str) -> set[int]:
    """Return those of `people` (primary keys) whose data may be used for a purpose; one query.

    Who has said nothing is among them where the ground of the purpose is another than consent.
    """
    wanted = set(people)
    use = PURPOSES[purpose]
    rows = Consent._base_manager.filter(person__in=wanted, purpose=purpose, is_current=True)
    said = {
        person: use.allows(given, version)
        for person, given, version in rows.values_list("person_id", "is_given", "version")
    }
    return {person for person in wanted if said.get(person, use.without_a_word)}
