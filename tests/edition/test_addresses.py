"""An edition is never called what an address of the site itself begins with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern

from emporion.edition import rules
from emporion.edition.domain import editions
from emporion.edition.models import Edition


def addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Give every address of the site as it is written, without the language in front."""
    for one in resolver.url_patterns:
        own = "" if isinstance(one.pattern, LocalePrefixPattern) else str(one.pattern)
        if isinstance(one, URLPattern):
            yield before + own
        else:
            yield from addresses(one, before + own)


def test_names_of_the_site_are_all_known() -> None:
    found = {address.split("/")[0] for address in addresses(get_resolver())}
    assert {"<slug:edition>", "signin", "healthz"} <= found
    # A name with another sign than those of a slug, such as sitemap.xml, is no edition's anyway.
    names = {name for name in found if rules.SLUG.match(name)}
    names |= {code for code, _name in settings.LANGUAGES} | {settings.STATIC_URL.strip("/")}
    assert names == rules.SITE_PATHS
    assert {n for n in found - names if "." not in n and n[:1] != "_"} == {"", "<slug:edition>"}


@pytest.mark.parametrize("slug", ["signin", "healthz", "zh-hans"])
def test_edition_is_not_called_like_a_page_of_the_site(edition: Any, slug: str) -> None:
    day = dt.date(2026, 1, 6)
    with pytest.raises(editions.EditionError, match=f"pages of the site itself .* “{slug}-2026”"):
        editions.create_edition(edition.expo, slug, title="Fair", starts=day, ends=day)
    assert Edition._base_manager.get() == edition
    longer = editions.create_edition(
        edition.expo, f"{slug}-2026", title="Fair", starts=day, ends=day
    )
    assert longer.slug == f"{slug}-2026"


def test_edition_that_is_called_so_already_can_be_changed(edition: Any) -> None:
    edition.slug = "progress"
    edition.save()
    told = {"subtitle": {}, "place": {}, "languages": ["en"], "zone": edition.zone}
    days = {"starts": edition.starts, "ends": edition.ends}
    assert "title" in editions.change_edition(edition, title={"en": "New"}, **told, **days)
