"""The team: who acts for the same participant; asking, joining, leading, leaving."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from emporion.accounts.domain import TooManyTries, user_of_address
from emporion.core.text.clean import BadText
from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.domain import teams as domain
from emporion.edition.queries import Edition, Participation


class AskForm(forms.Form):
    """Whom to ask, and whether they lead."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    identifier = forms.CharField(
        label=gettext_lazy("E-mail address or phone number"),
        help_text=gettext_lazy("They sign in with it. A number with + and the country's code."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    is_lead = forms.BooleanField(
        label=gettext_lazy("They lead the team as well"),
        help_text=gettext_lazy("Who leads asks others, and takes people off."),
        required=False,
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def team(request: Any, edition: Edition) -> HttpResponse:
    """The reader's team, and the teams that ask them to join."""
    me: Participation | None = request.participation or None
    if request.acting_for:
        # As with a personal link: who is in a team is for the team, not for who acts for a while.
        raise PermissionDenied(_("Only those who act for it themselves see and change the team."))
    if request.method != "POST":
        return _page(request, edition, me, AskForm())
    if request.user.is_demonstration:
        raise PermissionDenied(_("Everybody shares the demonstration's roles."))
    act = request.POST.get("act", "")
    try:
        if act == "ask" and me is not None:
            return _ask(request, edition, me)
        _change(request, me, act)
    except domain.TeamError as error:
        messages.error(request, str(error))
    return redirect("portal:team", edition=edition.slug)


def _ask(request: Any, edition: Edition, me: Participation) -> HttpResponse:
    form = AskForm(request.POST)
    if not form.is_valid():
        return _page(request, edition, me, form, 422)
    told = form.cleaned_data
    try:
        # The same is said whether somebody had an account.
        with transaction.atomic():
            user = user_of_address(told["identifier"], told["name"], get_language() or "en")
            domain.ask(me, request.user, user, told["name"], told["is_lead"])
    except (domain.TeamError, BadText) as error:
        form.add_error(None, str(error))
    except ValidationError as error:
        form.add_error("identifier", error)
    except TooManyTries as full:
        form.add_error(None, _("You asked many in a short time. Wait some minutes."))
        page = _page(request, edition, me, form, 429)
        page["Retry-After"] = str(full.seconds)
        return page
    else:
        said = _("Tell %(name)s to sign in and open this page: nothing is sent.")
        messages.success(request, said % {"name": told["name"]})
        return redirect("portal:team", edition=edition.slug)
    return _page(request, edition, me, form, 422)


def _change(request: Any, me: Participation | None, act: str) -> None:
    """Do one thing to a team; what is not known does nothing. Raises TeamError."""
    whom, user = request.POST.get("whom", ""), request.user
    if act == "join":
        found = domain.join(user, whom)
        messages.success(request, _("You act for %(name)s now.") % {"name": found.display_name})
    elif act == "decline":
        domain.decline(user, whom)
    elif me is None:
        return
    elif act == "withdraw":
        domain.withdraw(me, user, whom)
    elif act == "leave":
        domain.leave(me, user, whom)
        messages.success(request, _("They act for it no more."))
    elif act in ("lead", "lead_no_more"):
        domain.let_lead(me, user, whom, act == "lead")


def _page(
    request: Any, edition: Edition, me: Participation | None, form: AskForm, status: int = 200
) -> HttpResponse:
    language = get_language() or "en"
    members = editions.team_of(me) if me else []
    own = next((one for one in members if one.person.user_id == request.user.pk), None)
    context = {
        "name": best(me.display_name, language) if me else None,
        "members": [(one, one.person.user_id == request.user.pk) for one in members],
        "leads": bool(own and own.is_lead) and not request.user.is_demonstration,
        "asked": editions.invites_of(me) if own and own.is_lead and me else [],
        "invites": [
            (one, best(one.participation.display_name, language))
            for one in editions.invites_for(edition, request.user)
        ],
        "form": form,
        "slug": edition.slug,
        "nav_current": "profile",
    }
    return render(request, "portal/team.html", context, status=status)
