"""Sign in by an account elsewhere, and join one to one's own account."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from emporion.accounts import domain
from emporion.accounts.domain import chinese_accounts, joining, openid, outside, tries
from emporion.accounts.interfaces.answers import full_page
from emporion.accounts.interfaces.entering import enter, sign_in_again
from emporion.accounts.interfaces.factor_pages import own_account
from emporion.accounts.interfaces.places import address_of, wanted
from emporion.core import outgoing, turns
from emporion.core.places import Full, elsewhere

logger = logging.getLogger(__name__)

# Registers the ways.
_WAYS = (openid, chinese_accounts)
# In the session: who was sent where, until they come back.
TRIP = "outside_trip"
# The other side says no, or nothing; or as many ask it already as may wait for it.
NO_WORD = (outside.NotProven, outgoing.Unreachable, outgoing.Refused, Full)
# From one address in a quarter of an hour; a hall, a hotel or a country's phones share one.
LIMIT = 200
NAMES: dict[str, Any] = {
    "openid": gettext_lazy("your organisation's account"),
    "weixin": gettext_lazy("WeChat"),
    "dingtalk": gettext_lazy("DingTalk"),
    "feishu": gettext_lazy("Feishu"),
}


def buttons() -> list[dict[str, str]]:
    """Return the accounts elsewhere that are set up, each with its `key` and `name`."""
    return [{"key": key, "name": name_of(key)} for key in outside.set_up()]


def name_of(key: str) -> str:
    """Return what readers call a provider."""
    return str(outside.set_up().get(key, {}).get("name") or NAMES.get(key, key))


@never_cache
@require_GET
def leave(request: HttpRequest, provider: str) -> HttpResponse:
    """Send the reader elsewhere, to come back signed in."""
    to = wanted(request)
    try:
        page = _leave(request, provider, {"to": to, "user": None})
    except domain.TooManyTries as full:
        return full_page(request, full, to)
    if page is None:
        return _back_to_sign_in(request, _no_answer(provider), to)
    return redirect(page)


@never_cache
@login_required
@require_POST
def connect(request: Any, provider: str) -> HttpResponse:
    """Show the way to an account elsewhere that is to be joined to this one.

    A page with a link and no redirect: what a form leads to stays with us (form-action).
    """
    own_account(request)
    if again := sign_in_again(request):
        return again
    try:
        page = _leave(request, provider, {"to": "", "user": request.user.pk})
    except domain.TooManyTries as full:
        return full_page(request, full, reverse("accounts:account"))
    if page is None:
        messages.error(request, _no_answer(provider))
        return redirect("accounts:account")
    return render(request, "accounts/connect.html", {"page": page, "name": name_of(provider)})


@never_cache
@login_required
@require_POST
def disconnect(request: Any) -> HttpResponse:
    """Part with an account elsewhere."""
    own_account(request)
    if again := sign_in_again(request):
        return again
    if joining.part(request.user, request.POST.get("account", "")):
        messages.success(request, _("The account elsewhere lets you in no more."))
    return redirect("accounts:account")


@never_cache
@require_GET
def come_back(request: HttpRequest, provider: str) -> HttpResponse:
    """Take in a reader who comes back from elsewhere. Its address is the same in every language."""
    if provider not in outside.set_up():
        raise Http404
    kept = request.session.pop(TRIP, None) or {}
    with override(kept.get("language") or get_language()):
        to = kept.get("to") or reverse("portal:home")
        try:
            _count(request)
            with turns.aside(request), elsewhere.taken():
                proof = outside.come_back(provider, kept.get("trip"), request.GET.dict())
        except domain.TooManyTries as full:
            return full_page(request, full, to)
        except NO_WORD as why:
            logger.warning("Nobody came in by %s: %s", provider, why)
            said = (
                _("You did not come in. Try once more, or sign in another way.")
                if isinstance(why, outside.NotProven)
                else _no_answer(provider)
            )
            return _back_to_sign_in(request, said, to)
        if kept["user"] is not None:
            return _connected(request, kept["user"], proof)
        user = joining.user_of(proof)
        if user is None:
            said = _(
                "No account here knows this one. Sign in another way; in your account you can "
                "then connect it."
            )
            return _back_to_sign_in(request, said, to)
        return enter(request, user, provider, to)


def _connected(request: Any, wanted_by: int, proof: outside.Proof) -> HttpResponse:
    # Somebody else may have signed in meanwhile, or the session ended.
    if request.user.pk != wanted_by:
        said = _("You did not come in. Try once more, or sign in another way.")
        return _back_to_sign_in(request, said, reverse("accounts:account"))
    try:
        joining.join(request.user, proof)
    except joining.Taken:
        said = _("It is connected already, with this account or another. Nothing was changed.")
        messages.error(request, said)
    else:
        said = _("From now on %(name)s lets you in.") % {"name": name_of(proof.provider)}
        messages.success(request, said)
    return redirect("accounts:account")


def _leave(request: HttpRequest, provider: str, noted: dict[str, Any]) -> str | None:
    """Note the trip and return where it goes, None where the other side does not answer."""
    if provider not in outside.set_up():
        raise Http404
    _count(request)
    back = request.build_absolute_uri(reverse("outside_account", args=[provider]))
    try:
        with turns.aside(request), elsewhere.taken():
            page, trip = outside.leave(provider, back)
    except NO_WORD as why:
        logger.warning("Nobody could be sent to %s: %s", provider, why)
        return None
    request.session[TRIP] = {"trip": trip, "language": get_language(), **noted}
    return page


def _count(request: HttpRequest) -> None:
    tries.count(tries.places("outside", "", address_of(request), LIMIT), timezone.now())


def _no_answer(provider: str) -> str:
    said = _("There is no answer from %(name)s now. Try again later, or sign in another way.")
    return said % {"name": name_of(provider)}


def _back_to_sign_in(request: HttpRequest, said: str, to: str) -> HttpResponse:
    messages.error(request, said)
    if request.user.is_authenticated:
        return redirect("accounts:account")
    return redirect(f"{reverse('accounts:signin')}?{urlencode({'next': to})}")
