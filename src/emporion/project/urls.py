"""All addresses. Pages carry their language in front, so that a shared link keeps it."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path

from emporion.core import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
]
urlpatterns += i18n_patterns(
    path("_parts/", include("emporion.design.interfaces.urls")),
    path("", include("emporion.accounts.interfaces.urls")),
    path("", include("emporion.matchmaking.interfaces.urls")),
    path("", include("emporion.meetings.interfaces.urls")),
    path("", include("emporion.portal.interfaces.urls")),
)
