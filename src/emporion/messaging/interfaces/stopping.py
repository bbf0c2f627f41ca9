"""The link in a mail that stops messages of its kind, without a sign-in (RFC 8058)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from emporion.core import journal
from emporion.messaging.domain import choosing, templates


@csrf_exempt  # Mail programs post without a page; the signed address itself is the permission.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Say what would be stopped; stop it, or take that back, by a POST only.

    Programs open links to look for viruses: a GET changes nothing.
    """
    found = choosing.of_token(token)
    if found is None:
        raise Http404(_("There is no such page."))
    person, kind = found
    stopped = choosing.has_stopped(person, kind)
    if request.method == "POST":
        stopped = request.POST.get("act") != "again"
        with journal.acting(f"person:{person.public_id}", tenant=person.expo.public_id):
            (choosing.stop if stopped else choosing.take_back)(person, kind)
    context = {"title": templates.title_of(kind), "stopped": stopped, "expo": person.expo}
    page = render(request, "messaging/stop.html", context)
    page["Referrer-Policy"] = "no-referrer"
    return page
