"""My standing rule: what is accepted without my looking at it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from emporion.design.formats import number
from emporion.edition.gates import acting
from emporion.edition.queries import Edition
from emporion.meetings.domain import standing as domain
from emporion.meetings.queries import requests as queries

SOURCES = [
    ("list", gettext_lazy("who stands on my list under Who to meet")),
    ("saved", gettext_lazy("only those I saved")),
]


class RuleForm(forms.Form):
    """From where, up to how many, and whether those that wait are meant."""

    source = forms.ChoiceField(
        label=gettext_lazy("Accept"), choices=SOURCES, widget=forms.RadioSelect
    )
    limit = forms.IntegerField(
        label=gettext_lazy("Up to so many meetings"),
        min_value=1,
        max_value=domain.MOST,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "dir": "ltr"}),
    )
    waiting = forms.BooleanField(
        label=gettext_lazy("Answer those that wait now, too"), required=False
    )


@login_required
def standing(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Show the rule and how far it is used up, or set it."""
    me = acting(request)
    rule = queries.standing_rule(me)
    initial: dict[str, Any] = {"source": "list", "limit": 12, "waiting": True}
    if rule is not None:
        initial |= {"source": rule.source, "limit": rule.limit}
    form = RuleForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            _rule, answered = domain.set_rule(
                me,
                form.cleaned_data["source"],
                form.cleaned_data["limit"],
                waiting=form.cleaned_data["waiting"],
            )
        except domain.RuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _said(answered))
            return redirect("meetings:requests", edition=edition.slug)
    context = {
        "form": form,
        "rule": rule if rule is not None and rule.is_active else None,
        "source": dict(SOURCES).get(rule.source, "") if rule else "",
        "accepted": domain.accepted_by(rule) if rule else 0,
        "waiting": queries.counts(me)["waiting"],
        "slug": edition.slug,
        "nav_current": "requests",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "meetings/standing.html", context, status=status)


def _said(answered: int) -> str:
    return ngettext(
        "The rule is in force; it accepted %(n)s request.",
        "The rule is in force; it accepted %(n)s requests.",
        answered,
    ) % {"n": number(answered)}


@login_required
@require_POST
def stop(request: HttpRequest, edition: Edition) -> HttpResponse:
    """Answer by hand again."""
    if domain.stop_rule(acting(request)):
        messages.success(request, _("The rule is stopped. What it accepted stays accepted."))
    return redirect("meetings:standing", edition=edition.slug)
