"""Other systems that are told what happens: addresses, what they answered, tests, and an end."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.messaging import queries
from emporion.messaging.domain import webhooks as domain
from emporion.portal.interfaces.desk.addresses import key_of
from emporion.portal.interfaces.outside.words import EVENTS, REFUSED, why
from emporion.registry.domain import roles

A_PAGE = 50
OVER = ("done", "dead")


class EndpointForm(forms.Form):
    """Where to, and which events."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("https://…, as the other system gives it."),
        max_length=2000,
        widget=forms.URLInput(attrs={"dir": "ltr", "autocomplete": "off"}),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("It is told when"),
        help_text=gettext_lazy("Nothing ticked: of everything, also of what comes later."),
        required=False,
        choices=[(event, EVENTS[event]) for event in domain.EVENTS],
        widget=forms.CheckboxSelectMultiple,
    )


@never_cache
@staff_may(roles.CONNECT, reading=True)
@require_http_methods(["GET", "HEAD", "POST"])
def webhooks(request: HttpRequest, edition: Edition) -> HttpResponse:
    """The addresses, and a form for another; its secret is shown once, right after."""
    form = EndpointForm(request.POST or None)
    made, status = None, 200
    if request.method == "POST":
        form, status = EndpointForm(request.POST), 422
        if form.is_valid():
            told = form.cleaned_data
            try:
                made = domain.register(edition.expo, told["url"].strip(), told["events"])
            except domain.EndpointError as error:
                form.add_error("url" if error.kind != "full" else None, REFUSED[error.kind])
            else:
                form, status = EndpointForm(), 201
    context = {
        "form": form,
        "made": made,
        "rows": [
            {"one": one, "events": [EVENTS.get(event, event) for event in one.events]}
            for one in queries.endpoints(edition.expo)
        ],
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/outside/webhooks.html", context, status=status)


@never_cache
@staff_may(roles.CONNECT, reading=True)
@require_safe
def webhook(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """One address: what it is told, what waits for it, and every attempt with its answer."""
    endpoint = _found(edition, public_id)
    before = key_of(request.GET.get("before", ""))
    log = queries.deliveries(endpoint, A_PAGE + 1, before)
    more, log = len(log) > A_PAGE, log[:A_PAGE]
    states = queries.states({one.key for one in log})
    shown: set[str] = set()
    rows: list[dict[str, Any]] = []
    for one in log:
        newest = one.key not in shown
        shown.add(one.key)
        rows.append(
            {
                "one": one,
                "at": one.at.astimezone(edition.tz),
                "event": EVENTS.get(one.event, one.event),
                "good": 200 <= one.status < 300,
                "why": "" if one.status else why(one.reason),
                "again": newest and endpoint.is_active and states.get(one.key) in OVER,
            }
        )
    context = {
        "endpoint": endpoint,
        "events": [EVENTS.get(event, event) for event in endpoint.events],
        "waiting": queries.waiting(endpoint),
        "rows": rows,
        "older": log[-1].pk if more else None,
        "before": before,
        "zone": edition.zone,
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/outside/webhook.html", context)


@staff_may(roles.CONNECT)
@require_POST
def act(request: HttpRequest, edition: Edition, public_id: str) -> HttpResponse:
    """Test, pause, resume or delete an address, or have an event told to it again."""
    endpoint = _found(edition, public_id)
    wanted = request.POST.get("act", "")
    try:
        if wanted == "test":
            domain.call_to_test(endpoint)
            messages.success(request, _("Called. What it answers stands below in a moment."))
        elif wanted == "again":
            domain.tell_again(endpoint, request.POST.get("key", "")[:80])
            messages.success(request, _("It is told again, with the same id."))
        elif wanted in {"pause", "resume"}:
            domain.set_active(endpoint, wanted == "resume")
            messages.success(
                request,
                _("It is told again from now on.")
                if wanted == "resume"
                else _("Paused. What happens meanwhile is not told to it."),
            )
        elif wanted == "delete":
            domain.remove(endpoint)
            messages.success(request, _("Deleted, with its log."))
            return redirect("portal:webhooks", edition=edition.slug)
        else:
            messages.error(request, _("Nothing was chosen; nothing was changed."))
    except domain.EndpointError as error:
        messages.error(request, str(REFUSED[error.kind]))
    return redirect("portal:webhook", edition=edition.slug, public_id=public_id)


def _found(edition: Edition, public_id: str) -> Any:
    endpoint = queries.endpoint(edition.expo, public_id)
    if endpoint is None:
        raise Http404(_("There is no such address."))
    return endpoint
