"""Editions: made, opened and closed, with their facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.core.translated import as_dict
from emporion.edition import rules
from emporion.edition.models import Edition, Fact
from emporion.registry.queries import Expo

LANGUAGES = ("en", "zh-hans", "ar")
TEXTS = ("title", "subtitle", "place")


class EditionError(ValueError):
    """An edition that cannot be; the text says what is off and what was expected."""


class NewFact(NamedTuple):
    """A published figure; `source_url` may be empty, the rest of its origin may not."""

    key: str
    value: str
    label: Mapping[str, str]
    source: str
    source_date: dt.date
    unit: str = ""
    source_url: str = ""


def create_edition(
    expo: Expo,
    slug: str,
    *,
    title: Mapping[str, str] | str,
    starts: dt.date,
    ends: dt.date,
    zone: str = "UTC",
    subtitle: Mapping[str, str] | str = "",
    place: Mapping[str, str] | str = "",
    languages: Sequence[str] = LANGUAGES,
    phase: str = Edition.Phase.OPEN,
    is_demonstration: bool = False,
    public_id: str = "",
) -> Edition:
    """Make an edition of `expo`; slots, pavilions and participants come later.

    Raises EditionError for a slug that is taken, the site's own or no slug, dates in the wrong
    order, an unknown zone or phase; then nothing is made.
    """
    check_edition(slug, starts, ends, zone)
    if phase not in Edition.Phase.values:
        raise EditionError(f"{phase!r} is no phase: {', '.join(Edition.Phase.values)}.")
    edition = Edition(
        expo=expo,
        slug=slug,
        title=title,
        subtitle=subtitle,
        place=place,
        starts=starts,
        ends=ends,
        zone=zone,
        languages=list(languages),
        phase=phase,
        is_demonstration=is_demonstration,
    )
    if public_id:
        edition.public_id = public_id
    with transaction.atomic():
        Expo.objects.select_for_update().get(pk=expo.pk)
        if Edition._base_manager.filter(slug=slug).exists():
            raise EditionError(_("There is an edition “%(slug)s” already.") % {"slug": slug})
        edition.save(force_insert=True)
        journal.record(
            "edition.create",
            "edition",
            edition.public_id,
            tenant=expo.public_id,
            fields=["slug", "title", "starts", "ends", "zone"],
        )
    return edition


def check_edition(slug: str, starts: dt.date, ends: dt.date, zone: str) -> None:
    """Raise EditionError for a slug that is none or the site's, or for what `_check_time` finds."""
    if not rules.SLUG.match(slug) or len(slug) > 50:
        raise EditionError(
            _(
                "“%(slug)s” cannot be the name of an edition in addresses: expected at most 50 "
                "small letters a-z, digits and single hyphens, such as “fair-2026”."
            )
            % {"slug": slug}
        )
    if slug in rules.SITE_PATHS:
        raise EditionError(
            _(
                "“%(slug)s” cannot be the name of an edition in addresses: pages of the site "
                "itself have it. Add something to it, such as “%(slug)s-2026”."
            )
            % {"slug": slug}
        )
    _check_time(starts, ends, zone)


def _check_time(starts: dt.date, ends: dt.date, zone: str) -> None:
    """Raise EditionError for dates in the wrong order, an unknown zone."""
    if ends < starts:
        raise EditionError(
            _("The edition ends on %(ends)s, before it starts on %(starts)s.")
            % {"ends": ends, "starts": starts}
        )
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise EditionError(
            _("There is no time zone “%(zone)s”: expected a name such as “Asia/Shanghai”.")
            % {"zone": zone}
        ) from error


def change_edition(
    edition: Edition,
    *,
    title: Mapping[str, str],
    subtitle: Mapping[str, str],
    place: Mapping[str, str],
    starts: dt.date,
    ends: dt.date,
    zone: str,
    languages: Sequence[str],
    guard: Callable[[], None] | None = None,
) -> list[str]:
    """Change what an edition is called, when and where it is; return the names of what changed.

    `guard` is asked inside the transaction and raises for dates that what hangs on the edition
    forbids. Raises EditionError for dates in the wrong order, an unknown zone, no title, and for
    other dates or another zone once a schedule is public: people go by its times.
    """
    _check_time(starts, ends, zone)
    if not any(title.values()):
        raise EditionError(_("The edition needs a name in at least one language."))
    wanted = {
        "title": dict(title),
        "subtitle": dict(subtitle),
        "place": dict(place),
        "starts": starts,
        "ends": ends,
        "zone": zone,
        "languages": list(languages),
    }
    with transaction.atomic():
        locked = Edition._base_manager.select_for_update().get(pk=edition.pk)
        changed = [
            name
            for name, value in wanted.items()
            if (as_dict(getattr(locked, name)) if name in TEXTS else getattr(locked, name)) != value
        ]
        if locked.published_release and {"starts", "ends", "zone"} & set(changed):
            raise EditionError(
                _("A schedule is public: the dates and the time zone cannot change any more.")
            )
        if guard is not None:
            guard()
        for name in changed:
            setattr(locked, name, wanted[name])
        if changed:
            locked.save(update_fields=changed)
            journal.record("edition.change", "edition", edition.public_id, fields=changed)
    for name in changed:
        setattr(edition, name, getattr(locked, name))
    return changed


def set_phase(edition: Edition, phase: str) -> None:
    """Move `edition` to another phase; the same phase again is no change."""
    if phase not in Edition.Phase.values:
        raise EditionError(f"{phase!r} is no phase: {', '.join(Edition.Phase.values)}.")
    with transaction.atomic():
        locked = Edition._base_manager.select_for_update().get(pk=edition.pk)
        if locked.phase != phase:
            locked.phase = phase
            locked.save(update_fields=["phase"])
            journal.record(
                "edition.phase",
                "edition",
                edition.public_id,
                fields=["phase"],
                tenant=edition.expo.public_id,
            )
    edition.phase = phase


def set_facts(edition: Edition, facts: Sequence[NewFact]) -> int:
    """Replace the published figures of `edition`, shown in the order given; return how many."""
    for fact in facts:
        if not fact.source.strip():
            raise EditionError(f"The figure {fact.key!r} has no source; where was it published?")
    with transaction.atomic():
        Fact._base_manager.filter(edition=edition).delete()
        Fact._base_manager.bulk_create(
            Fact(edition=edition, position=position, **fact._asdict())
            for position, fact in enumerate(facts, 1)
        )
        journal.record(
            "facts.set",
            "edition",
            edition.public_id,
            fields=[f.key for f in facts],
            tenant=edition.expo.public_id,
        )
    return len(facts)
