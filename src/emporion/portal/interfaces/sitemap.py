"""robots.txt and the sitemap: one index, and parts with every public page in every language."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from emporion.core.downloads import written
from emporion.core.tenancy import scope
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.portal.interfaces.sharing import alternates
from emporion.portal.queries import directory

# A part may hold 50,000 addresses and 50 MB; each exhibitor has one a language.
EXHIBITORS = 2_000
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
# Behind a sign-in, for one reader, or nothing to find.
PRIVATE = (
    "signin/", "signout/", "progress/", "_parts/", "*/organise/", "*/who-to-meet/", "*/requests/",
    "*/day/", "*/day.ics", "*/ask/",
)  # fmt: skip


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Which addresses search engines leave alone, and where the sitemap is."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: /{code}/{path}" for code, _name in settings.LANGUAGES for path in PRIVATE]
    lines += ["", f"Sitemap: {request.build_absolute_uri('/sitemap.xml')}"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The index of all parts; a count for each edition."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<sitemapindex {NAMESPACES.split()[0]}>"]
    for edition in editions.every_edition():
        with scope(expo=edition.expo):
            parts = -(-directory.exhibitor_count(edition) // EXHIBITORS)
        for number in range(parts + 1):
            address = request.build_absolute_uri(
                reverse("sitemap_part", args=[edition.slug, number])
            )
            lines.append(f"<sitemap><loc>{escape(address)}</loc></sitemap>")
    return HttpResponse(
        "\n".join([*lines, "</sitemapindex>\n"]), content_type="application/xml; charset=utf-8"
    )


@require_safe
def part(request: HttpRequest, slug: str, number: int) -> FileResponse:
    """One part: 0 holds the pages of the edition, the others its exhibitors by primary key."""
    edition = editions.edition_by_slug(slug)
    if edition is None:
        raise Http404
    with scope(expo=edition.expo), override("en"):
        paths = _pages(edition) if number == 0 else _exhibitors(edition, number)
    if not paths:
        raise Http404
    parts = _written(request, paths)
    return written(
        request,
        lambda file: file.writelines(one.encode() for one in parts),
        "application/xml; charset=utf-8",
    )


def _pages(edition: Edition) -> list[str]:
    slug = edition.slug
    names = ("front", "exhibitors", "delegations", "about_data")
    paths = [reverse(f"portal:{name}", args=[slug]) for name in names]
    paths += [
        reverse("portal:pavilion", args=[slug, hall.letter]) for hall in editions.pavilions(edition)
    ]
    return paths + [
        reverse("portal:public_delegation", args=[slug, public_id])
        for public_id in directory.delegation_ids(edition)
    ]


def _exhibitors(edition: Edition, number: int) -> list[str]:
    found = directory.exhibitor_ids(edition, (number - 1) * EXHIBITORS, EXHIBITORS)
    return [reverse("portal:exhibitor", args=[edition.slug, one]) for one in found]


def _written(request: HttpRequest, paths: Sequence[str]) -> Iterator[str]:
    host = request.build_absolute_uri("/")[:-1]
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {NAMESPACES}>\n'
    for path in paths:
        every = [(code, escape(host + other)) for code, other in alternates(path)]
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(host + other)}/>'
            for code, other in [*alternates(path), ("x-default", alternates(path)[0][1])]
        )
        yield "".join(f"<url><loc>{address}</loc>{links}</url>\n" for _code, address in every)
    yield "</urlset>\n"
