"""Sign in with a code that was sent to a phone or by mail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from emporion.accounts import domain
from emporion.accounts.domain import carriers
from emporion.accounts.interfaces.answers import refused, say_full
from emporion.accounts.interfaces.entering import enter
from emporion.accounts.interfaces.forms import AskForm, CodeForm
from emporion.accounts.interfaces.places import address_of, wanted

# In the session: the code that this browser asked for.
ASKED = "code"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Send a code to an address; the answer is the same whether somebody has it or not."""
    if request.method != "POST":
        return _ask_page(request, AskForm(initial={"identifier": _own_address(request)}))
    form = AskForm(request.POST)
    if not form.is_valid():
        return _ask_page(request, form, status=422)
    origin = f"{request.scheme}://{request.get_host()}"
    try:
        row = domain.ask_for_code(form.cleaned_data["identifier"], address_of(request), origin)
    except domain.NoCarrier:
        form.add_error("identifier", _no_carrier())
        return _ask_page(request, form, status=422)
    except domain.TooManyTries as full:
        return refused(_ask_page(request, say_full(form, full), status=429), full)
    request.session[ASKED] = {"id": row.public_id, "kind": row.kind}
    return redirect(_with_next("accounts:enter_code", request))


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    """Take the code that was sent, and let its user in."""
    asked = request.session.get(ASKED)
    if not asked:
        return redirect(_with_next("accounts:ask_code", request))
    if request.method != "POST":
        return _enter_page(request, CodeForm(), asked["kind"])
    form = CodeForm(request.POST)
    if not form.is_valid():
        return _enter_page(request, form, asked["kind"], status=422)
    try:
        user = domain.try_code(asked["id"], form.cleaned_data["code"], address_of(request))
    except domain.CodeOver:
        form.add_error("code", _over())
        return _enter_page(request, form, asked["kind"], status=422)
    except domain.TooManyTries as full:
        page = _enter_page(request, say_full(form, full), asked["kind"], status=429)
        return refused(page, full)
    if user is None:
        form.add_error("code", _("This is not the code that was sent. Check it and try again."))
        return _enter_page(request, form, asked["kind"], status=422)
    return enter(request, user, "code", wanted(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Let somebody in by the link of a mail: with a press, because programs open links as well."""
    if request.method != "POST":
        return render(request, "accounts/link.html")
    try:
        user = domain.try_link(token, address_of(request))
    except domain.CodeOver:
        user = None
    except domain.TooManyTries as full:
        page = _ask_page(request, say_full(_empty(), full), status=429)
        return refused(page, full)
    if user is None:
        form = _empty()
        form.add_error(None, _over())
        return _ask_page(request, form, status=422)
    return enter(request, user, "code", wanted(request))


def _own_address(request: HttpRequest) -> str:
    """Return the address of a reader who is signed in already, where a code would reach them."""
    user: Any = request.user
    return carriers.best_address_of(user) if user.is_authenticated else ""


def _empty() -> AskForm:
    form = AskForm({})
    form.full_clean()
    form.errors.clear()
    return form


def _over() -> str:
    return _("This code is used up or too old. Ask for another one.")


def _no_carrier() -> str:
    kinds = domain.code_kinds()
    if kinds == {"mail"}:
        return _("Codes are sent by mail only here. Write an e-mail address.")
    if kinds == {"phone"}:
        return _(
            "Codes are sent to phones only here. Write a number with + and the country's code."
        )
    return _("No codes are sent here. Sign in with your password.")


def _with_next(name: str, request: HttpRequest) -> str:
    return f"{reverse(name)}?{urlencode({'next': wanted(request)})}"


def _ask_page(request: HttpRequest, form: AskForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "next": wanted(request)}
    return render(request, "accounts/ask_code.html", context, status=status)


def _enter_page(request: HttpRequest, form: CodeForm, kind: str, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "next": wanted(request),
        "kind": kind,
        "minutes": int(domain.CODE_GOOD_FOR.total_seconds() // 60),
        "again": _with_next("accounts:ask_code", request),
    }
    return render(request, "accounts/enter_code.html", context, status=status)
