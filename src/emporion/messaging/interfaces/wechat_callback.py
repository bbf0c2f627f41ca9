"""Calls of WeChat's server: somebody sends their code, leaves the account, a message arrived."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from emporion.messaging.domain import linking, reports
from emporion.messaging.domain.carriers import wechat_calls
from emporion.messaging.domain.reports import Report
from emporion.messaging.interfaces.callbacks import TOLERANCE, body_of, secret_of

WECHAT = "wechat"


@csrf_exempt  # Signed by WeChat; it has no session.
@require_http_methods(["GET", "HEAD", "POST"])
def wechat(request: HttpRequest) -> HttpResponse:
    """A GET proves to WeChat that this address is ours; a POST brings what people did."""
    token = secret_of(WECHAT)
    stamp, nonce = (request.GET.get(name, "")[:40] for name in ("timestamp", "nonce"))
    if not stamp.isascii() or not stamp.isdigit() or abs(time.time() - int(stamp)) > TOLERANCE:
        return HttpResponse(status=401)
    if request.method != "POST":
        if not wechat_calls.is_signed(request.GET.get("signature", ""), token, stamp, nonce):
            return HttpResponse(status=401)
        challenge = request.GET.get("echostr", "")[:200]
        return HttpResponse(challenge, content_type="text/plain; charset=utf-8")
    key, body = secret_of(WECHAT, "callback_key"), body_of(request)
    if body is None:
        return HttpResponse(status=413)
    try:
        xml = wechat_calls.read(
            body.decode("utf-8", "replace"),
            request.GET.get("msg_signature", ""),
            token,
            key,
            settings.MESSAGING[WECHAT]["app"],
            (stamp, nonce),
        )
    except wechat_calls.NotWeChat:
        return HttpResponse(status=401)
    told = wechat_calls.fields(xml.removeprefix("<xml>").removesuffix("</xml>"))
    try:
        _take(told, f"{stamp}:{nonce}")
    except reports.Unknown:
        # Quicker than our own note: the message has no name before WeChat has answered.
        return HttpResponse(status=404)
    # WeChat calls again three times unless it reads this word.
    return HttpResponse("success", content_type="text/plain; charset=utf-8")


def _take(told: dict[str, str], call: str) -> None:
    account, event = told.get("FromUserName", ""), told.get("Event", "")
    if event == "TEMPLATESENDJOBFINISH":
        status = told.get("Status", "")
        state = "delivered" if status == "success" else "lost"
        reason = (
            "" if state == "delivered" else f"WeChat: {status.removeprefix('failed').strip(': ')}"
        )
        report = Report(state, remote=told.get("MsgID", ""), reason=reason)
        reports.hear(WECHAT, call, [report] if report.remote else [], strict=True)
        return
    with transaction.atomic():
        if not reports.first_time(WECHAT, call):
            return
        if event == "unsubscribe":
            linking.account_left(WECHAT, account)
        elif told.get("MsgType") == "text":
            linking.link(WECHAT, account, told.get("Content", "")[:40])
