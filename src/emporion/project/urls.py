"""All addresses. Pages carry their language in front, so that a shared link keeps it."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from emporion.accounts.interfaces import outside_pages
from emporion.core import health, metrics
from emporion.design.interfaces import pages
from emporion.portal.interfaces import sitemap

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("sw.js", pages.service_worker),
    path("", include("emporion.api.interfaces.urls")),
    path("carriers/", include("emporion.messaging.interfaces.callback_urls")),
    # Without a language: the other side knows it by the letter.
    path("signin/back/<slug:provider>/", outside_pages.come_back, name="outside_account"),
    path("robots.txt", sitemap.robots),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap-<slug:slug>-<int:number>.xml", sitemap.part, name="sitemap_part"),
]
urlpatterns += i18n_patterns(
    path("offline/", pages.nowhere, name="nowhere"),
    path("_parts/", include("emporion.design.interfaces.urls")),
    path("", include("emporion.accounts.interfaces.urls")),
    path("", include("emporion.messaging.interfaces.urls")),
    path("", include("emporion.matchmaking.interfaces.urls")),
    path("", include("emporion.meetings.interfaces.urls")),
    path("", include("emporion.portal.interfaces.urls")),
)
handler404 = "emporion.edition.interfaces.middleware.not_found"
handler500 = "emporion.core.health.broken"
