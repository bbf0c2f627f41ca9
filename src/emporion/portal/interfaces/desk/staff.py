"""Who runs the expo, and in which role: given, changed and taken back by its owners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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


# What an act is called on the page; what only owners do is not told of others.
ACTS: dict[str, Any] = {
    roles.IMPORT: gettext_lazy("take lists in and undo them"),
    roles.PARTICIPANTS: gettext_lazy("change participants"),
    roles.CONTACTS: gettext_lazy("look up contact data"),
    roles.MATCH: gettext_lazy("run a matching"),
    roles.SCHEDULE: gettext_lazy("compute and keep schedules, fix meetings"),
    roles.REQUESTS: gettext_lazy("know who asks and meets whom, and what they write"),
    roles.MEETINGS: gettext_lazy("know who meets on the day that it is"),
    roles.OUTGOING: gettext_lazy("see what was sent to whom, and send it again"),
    roles.SEE: gettext_lazy("see for a while what a participant sees"),
}


def deeds(role: str) -> list[str]:
    """Return what a role may do beside reading the desk, in the reader's language."""
    if role == roles.OWNER:
        return [_("everything")]
    held = [act for act in ACTS if roles.may(role, act)]
    if roles.REQUESTS in held:
        # Who knows it of all days knows it of this one.
        held = [act for act in held if act != roles.MEETINGS]
    told = [str(ACTS[act]) for act in held] or [_("nothing more")]
    return [*told, _("of their own pavilions only")] if role == roles.PAVILION_MANAGER else told


class NamingForm(forms.Form):
    """Whom an owner names for a post."""

    identifier = forms.CharField(
        label=gettext_lazy("E-mail address or phone number"),
        help_text=gettext_lazy("A phone number with + and the country's code."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("What you call them until they take it."),
        max_length=200,
        required=False,
    )


class StaffForm(NamingForm):
    """Whom, as what, and for a pavilion manager where."""

    # No role is chosen beforehand: the first would be the one that may do everything.
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=[("", "–"), *WORDS.items()])
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
    here = redirect("portal:staff", edition=edition.slug)
    if wanted := request.POST.get("withdraw", ""):
        posts.withdraw(edition, request.user, wanted)
        return here
    if wanted := request.POST.get("remove", ""):
        try:
            if posts.take_role_back(edition, request.user, wanted):
                messages.success(request, _("They run the expo no more."))
        except registry.LastOwner:
            messages.error(request, _last())
        return here
    form = StaffForm(request.POST, pavilions=pavilions)
    if not form.is_valid():
        return _page(request, edition, form, 422)
    told = form.cleaned_data
    try:
        posts.give_role(
            edition,
            request.user,
            told["identifier"],
            told["name"],
            told["role"],
            told["pavilions"],
            language=language,
        )
    except registry.LastOwner:
        form.add_error("role", _last())
    except (ValidationError, BadText, TooManyTries) as error:
        return refuse_giving(form, error, lambda status: _page(request, edition, form, status))
    else:
        messages.success(request, tell_them(request, edition))
        return here
    return _page(request, edition, form, 422)


def refuse_giving(
    form: forms.Form, error: Exception, page: Callable[[int], HttpResponse]
) -> HttpResponse:
    """Return the page with what was wrong with whom somebody named."""
    if isinstance(error, TooManyTries):
        form.add_error(None, _("You named many in a short time. Wait some minutes."))
        full = page(429)
        full["Retry-After"] = str(error.seconds)
        return full
    if isinstance(error, ValidationError):
        form.add_error("identifier", error)
    else:
        form.add_error("name", str(error))
    return page(422)


def tell_them(request: Any, edition: Edition) -> str:
    """Say what to tell whoever was named; it is the same whether they had an account."""
    address = request.build_absolute_uri(reverse("portal:posts", args=[edition.slug]))
    said = _(
        "Done. Who is not known in this expo yet takes it after the sign-in at %(address)s: tell "
        "them, nothing is sent."
    )
    return said % {"address": address}


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
        "offers": [
            {"offer": one, "role": WORDS.get(one.role, one.role)}
            for one in editions.posts_offered(edition.expo, to_officers=False)
        ],
        "deeds": [(word, deeds(role)) for role, word in WORDS.items()],
        "slug": edition.slug,
        "nav_current": "desk",
    }
    return render(request, "portal/desk/staff.html", context, status=status)
