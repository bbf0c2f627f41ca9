"""Access for programs: tokens made and ended by their user."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from emporion.accounts import queries
from emporion.accounts.domain import tokens as domain
from emporion.accounts.domain.second_factor import BOTH
from emporion.accounts.interfaces.entering import may_change, sign_in_again
from emporion.accounts.interfaces.factor_pages import own_account
from emporion.accounts.rules import LONGEST_DAYS

SCOPE_WORDS: dict[str, Any] = {
    "read": gettext_lazy("read what I may read"),
    "write": gettext_lazy("ask, answer and keep my profile"),
    "organise.read": gettext_lazy("read what the organiser may read"),
    "organise.write": gettext_lazy("take lists in, compute and publish schedules"),
    "organise.staff": gettext_lazy("give roles and name officers, and take them"),
}


class TokenForm(forms.Form):
    """Which program, what it may do, for how long."""

    name = forms.CharField(
        label=gettext_lazy("Name of the program"),
        help_text=gettext_lazy("So that you know later what to end."),
        max_length=80,
    )
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        help_text=gettext_lazy("Never more than you may yourself."),
        choices=list(SCOPE_WORDS.items()),
        widget=forms.CheckboxSelectMultiple,
        initial=["read"],
    )
    days = forms.IntegerField(
        label=gettext_lazy("Good for so many days"),
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=90,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def access(request: HttpRequest) -> HttpResponse:
    """The reader's tokens, and a form for another; its secret is shown once, right after.

    Like all that one signs in with, a token is made only soon after a sign-in.
    """
    form = TokenForm(request.POST or None)
    secret, status = "", 200
    user: Any = request.user
    may_make = may_change(request) and not user.is_demonstration
    if request.method == "POST":
        own_account(request)
        if again := sign_in_again(request):
            return again
        status = 422
        if form.is_valid():
            told = form.cleaned_data
            try:
                _made, secret = domain.make_token(
                    user,
                    told["name"],
                    told["scopes"],
                    told["days"],
                    both=bool(request.session.get(BOTH)),
                )
            except domain.TokenError as error:
                form.add_error(None, str(error))
            else:
                form, status = TokenForm(), 201
    now = timezone.now()
    rows = [
        {
            "token": token,
            "may": [SCOPE_WORDS[scope] for scope in token.scopes if scope in SCOPE_WORDS],
            "over": token.expires_at <= now,
        }
        for token in queries.tokens_of(user)
    ]
    context = {
        "form": form,
        "may_make": may_make,
        "shared": user.is_demonstration,
        "again": f"{reverse('accounts:signin')}?{urlencode({'again': '1', 'next': request.path})}",
        "secret": secret,
        "rows": rows,
    }
    return render(request, "accounts/access.html", context, status=status)


@login_required
@require_POST
def end(request: HttpRequest, public_id: str) -> HttpResponse:
    """End one token; what is not the reader's, or ended, is left as it is."""
    user: Any = request.user
    if domain.end_token(user, public_id):
        messages.success(request, _("Ended. The program that used it is shut out now."))
    return redirect("accounts:access")
