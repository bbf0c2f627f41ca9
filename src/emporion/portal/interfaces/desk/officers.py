"""Who acts for delegations: named and dismissed by the owners of the expo."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from emporion.accounts.domain import TooManyTries
from emporion.core.text.clean import BadText
from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.domain import posts
from emporion.edition.gates import staff_may
from emporion.edition.queries import Delegation, Edition
from emporion.portal.interfaces.desk.staff import NamingForm, refuse_giving, tell_them
from emporion.registry.domain import roles


class OfficerForm(NamingForm):
    """Whom, and for which delegation."""

    delegation = forms.ChoiceField(label=gettext_lazy("Delegation"))

    def __init__(self, *args: Any, delegations: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["delegation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = delegations


@never_cache
@staff_may(roles.STAFF, reading=True)
@require_http_methods(["GET", "HEAD", "POST"])
def officers(request: Any, edition: Edition) -> HttpResponse:
    """List the officers of delegations; name one, or let one act no more."""
    language = get_language() or "en"
    choices = sorted(
        (
            (one.public_id, best(one.body.name, language)[1])
            for one in editions.delegations(edition)
        ),
        key=lambda choice: choice[1].casefold(),
    )
    if request.method != "POST":
        return _page(request, edition, OfficerForm(delegations=choices))
    here = redirect("portal:officers", edition=edition.slug)
    if wanted := request.POST.get("withdraw", ""):
        posts.withdraw(edition, request.user, wanted)
        return here
    if wanted := request.POST.get("dismiss", ""):
        delegation = _delegation(edition, request.POST.get("of", ""))
        if posts.dismiss(delegation, request.user, wanted):
            messages.success(request, _("They act for the delegation no more."))
        return here
    form = OfficerForm(request.POST, delegations=choices)
    if not form.is_valid():
        return _page(request, edition, form, 422)
    told = form.cleaned_data
    try:
        posts.name_officer(
            _delegation(edition, told["delegation"]),
            request.user,
            told["identifier"],
            told["name"],
            language=language,
        )
    except (ValidationError, BadText, TooManyTries) as error:
        return refuse_giving(form, error, lambda status: _page(request, edition, form, status))
    messages.success(request, tell_them(request, edition))
    return here


def _delegation(edition: Edition, public_id: str) -> Delegation:
    found = editions.delegation_by_id(edition, public_id[:16])
    if found is None:
        raise Http404(_("There is no such delegation."))
    return found


def _page(request: Any, edition: Edition, form: OfficerForm, status: int = 200) -> HttpResponse:
    language = get_language() or "en"
    context = {
        "form": form,
        "rows": [
            (one.user, one.delegation, best(one.delegation.body.name, language)[1])
            for one in editions.officers_in(edition)
        ],
        "offers": [
            (one, best(one.delegation.body.name, language)[1])
            for one in editions.posts_offered(edition.expo, to_officers=True)
            if one.delegation is not None and one.delegation.edition_id == edition.pk
        ],
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/officers.html", context, status=status)
