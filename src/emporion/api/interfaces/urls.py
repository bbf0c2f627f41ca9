"""Addresses of programs. Requests below /api/ know of no others."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from emporion.api.interfaces import (
    audits,
    desk,
    editions,
    exports,
    incidents,
    lists,
    market,
    outside,
    overview,
    own,
    own_data,
    people,
    posts,
    problems,
    reports,
    requests,
    schedule,
    schema,
    search,
    setup,
    team,
    wishes,
)

api = schema.make_api()
OPERATIONS = (
    editions, search, setup, requests, wishes, market, own, own_data, schedule, lists, exports,
    desk, incidents, audits, overview, reports, people, outside, posts, team,
)  # fmt: skip
for module in OPERATIONS:
    api.add_router("", module.router)
api.refuse_unknown_parameters()

handler400, handler403 = problems.bad, problems.forbidden
handler404, handler500 = problems.not_found, problems.broken


@csrf_exempt
def root(request: HttpRequest) -> JsonResponse:
    """Where programs begin."""
    base = request.build_absolute_uri("/api/v1/")
    return JsonResponse({name: base + name for name in ("openapi.json", "docs", "editions")})


urlpatterns = [path("api/v1/", root, name="programs"), path("api/v1/", api.urls)]
