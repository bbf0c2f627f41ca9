"""What machines read of a public page: alternates, Open Graph, and facts as JSON-LD.

Only a page that passes `sharing` is open to search engines; every other page says `noindex`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from emporion.core.text.shorten import shortened
from emporion.core.translated import as_dict, best
from emporion.edition.queries import Edition, Participation

# Open Graph writes a language with its country.
LOCALES = {"en": "en_GB", "zh-hans": "zh_CN", "ar": "ar_AR"}
LONGEST = 200
_LANGUAGE = re.compile(r"^/[a-z-]+(?=/)")


def alternates(path: str) -> list[tuple[str, str]]:
    """Return (language, path) of a page in every language; `path` begins with one of them."""
    rest = _LANGUAGE.sub("", path, count=1)
    return [(code, f"/{code}{rest}") for code, _name in settings.LANGUAGES]


def sharing(
    request: HttpRequest,
    title: str,
    description: str = "",
    *,
    kind: str = "website",
    facts: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the context `sharing` of a public page: its address without a query, in words."""
    language = get_language() or "en"
    description = shortened(" ".join(description.split()), LONGEST)
    edition: Edition | None = getattr(request, "edition", None)
    if edition is not None and edition.is_demonstration:
        # A preview in a chat leaves the page that says so.
        description = f"{_('Demonstration, made up.')} {description}".strip()
    return {
        "title": title,
        "description": description,
        "kind": kind,
        "address": request.build_absolute_uri(request.path),
        "locale": LOCALES.get(language, "en_GB"),
        "other_locales": [found for code, found in LOCALES.items() if code != language],
        "alternates": [
            (code, request.build_absolute_uri(path)) for code, path in alternates(request.path)
        ],
        "default": request.build_absolute_uri(alternates(request.path)[0][1]),
        "facts": as_script(facts) if facts else "",
    }


def as_script(facts: dict[str, Any]) -> SafeString:
    """Write JSON-LD so that nothing in it can end the element it stands in."""
    text = json.dumps({"@context": "https://schema.org", **facts}, ensure_ascii=False)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(text)  # noqa: S308  every sign that mark-up is made of is written as a number


def event(request: HttpRequest, edition: Edition, *, brief: bool = False) -> dict[str, Any]:
    """Return an edition as an ExhibitionEvent of schema.org."""
    language = get_language() or "en"
    found: dict[str, Any] = {
        "@type": "ExhibitionEvent",
        "name": best(edition.title, language)[1],
        "startDate": edition.starts.isoformat(),
        "endDate": edition.ends.isoformat(),
        "url": request.build_absolute_uri(f"/{language}/{edition.slug}/"),
    }
    if place := best(edition.place, language)[1]:
        found["location"] = {"@type": "Place", "name": place, "address": place}
    if brief:
        return found
    names = [text for code, text in as_dict(edition.title).items() if text != found["name"]]
    if names:
        found["alternateName"] = names
    if subtitle := best(edition.subtitle, language)[1]:
        found["description"] = subtitle
    if edition.is_demonstration:
        found["description"] = _(
            "Demonstration edition: companies, people, meetings and deals are made up."
        )
    found["eventAttendanceMode"] = "https://schema.org/OfflineEventAttendanceMode"
    found["eventStatus"] = "https://schema.org/EventScheduled"
    found["inLanguage"] = edition.languages
    return found


def organisation(
    request: HttpRequest, shown: Participation, about: str, brings: list[str]
) -> dict[str, Any]:
    """Return an exhibitor as an Organization of schema.org."""
    language = get_language() or "en"
    name = best(shown.display_name, language)[1]
    found: dict[str, Any] = {
        "@type": "Organization",
        "name": name,
        "url": request.build_absolute_uri(request.path),
        "event": event(request, shown.edition, brief=True),
    }
    names = [text for text in as_dict(shown.display_name).values() if text != name]
    if names:
        found["alternateName"] = names
    if shown.country or (shown.organisation and shown.organisation.city):
        found["address"] = {"@type": "PostalAddress", "addressCountry": shown.country}
        if shown.organisation and shown.organisation.city:
            found["address"]["addressLocality"] = shown.organisation.city
    if shown.is_made_up:
        found["description"] = _("Demonstration, made up.")
    elif about:
        found["description"] = about[:1000]
    if brings:
        found["knowsAbout"] = brings
    if shown.organisation and shown.organisation.website and not shown.is_made_up:
        found["sameAs"] = shown.organisation.website
    return found
