"""Who runs the expo, and in which role: given, changed and taken back by its owners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from emporion.accounts.domain import user_of_address
from emporion.core.text.clean import BadText
from emporion.core.translated import best
from emporion.edition import queries as editions
from emporion.edition.gates import staff_may
from emporion.edition.queries import Edition
from emporion.registry import domain as registry
from emporion.registry import queries
from emporion.registry.domain import roles

WORDS: dict[str, Any] = {
    "owner": gettext_lazy("Owner"),
    "reviewer": gettext_lazy("Reviewer"),
    "pavilion_manager": gettext_lazy("Pavilion manager"),
    "programme_editor": gettext_lazy("Programme editor"),
    "gate_chief": gettext_lazy("Gate chief"),
    "analyst": gettext_lazy("Analyst"),
    "support": gettext_lazy("Support"),
}


class StaffForm(forms.Form):
    """Whom, as what, and for a pavilion manager where."""

    identifier = forms.CharField(
        label=gettext_lazy("E-mail address or phone number"),
        help_text=gettext_lazy("A phone number with + and the country's code."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("For somebody who has no account yet."),
        max_length=200,
        required=False,
    )
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=list(WORDS.items()))
    pavilions = forms.MultipleChoiceField(
        label=gettext_lazy("Pavilions of a pavilion manager"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, pavilions: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pavilions"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(letter, f"{letter} {name}") for letter, name in pavilions.items()]

    def clean(self) -> dict[str, Any]:
        """Ask for pavilions where they are needed."""
        told = super().clean() or self.cleaned_data
        if told.get("role") == roles.PAVILION_MANAGER and not told.get("pavilions"):
            self.add_error("pavilions", _("Choose the pavilions that they run."))
        return told


@never_cache
@staff_may(roles.STAFF, reading=True)
@require_http_methods(["GET", "HEAD", "POST"])
def staff(request: Any, edition: Edition) -> HttpResponse:
    """List who runs the expo; give somebody a role, or take it back."""
    language = get_language() or "en"
    pavilions = {
        pavilion.letter: best(pavilion.name, language)[1]
        for pavilion in editions.pavilions(edition)
    }
    if request.method != "POST":
        return _page(request, edition, StaffForm(pavilions=pavilions))
    if wanted := request.POST.get("remove", ""):
        try:
            if registry.remove_organiser(edition.expo, wanted):
                messages.success(request, _("They run the expo no more."))
        except registry.LastOwner:
            messages.error(request, _last())
        return redirect("portal:staff", edition=edition.slug)
    form = StaffForm(request.POST, pavilions=pavilions)
    if not form.is_valid():
        return _page(request, edition, form, 422)
    told = form.cleaned_data
    try:
        # The same is said whether somebody had an account: that is nobody's business here.
        with transaction.atomic():
            user = user_of_address(told["identifier"], told["name"], get_language() or "en")
            registry.make_organiser(edition.expo, user, told["role"], told["pavilions"])
    except registry.LastOwner:
        form.add_error("role", _last())
        return _page(request, edition, form, 422)
    except ValidationError as error:
        form.add_error("identifier", error)
        return _page(request, edition, form, 422)
    except BadText as error:
        form.add_error("name", str(error))
        return _page(request, edition, form, 422)
    messages.success(request, _("The role is given. They sign in with this address."))
    return redirect("portal:staff", edition=edition.slug)


def _last() -> str:
    return _("This is the last owner. Give the role to somebody else first.")


def _page(request: Any, edition: Edition, form: StaffForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "rows": [
            {
                "user": row.user,
                "role": WORDS.get(row.role, row.role),
                "pavilions": ", ".join(row.pavilions),
            }
            for row in queries.staff_of(edition.expo)
        ],
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/staff.html", context, status=status)
