"""A page for addresses that take forms only, when they are opened without one."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render


class FormsOnlyMiddleware:
    """Put a page into the empty answer 405: a bookmark or "back" may lead there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not isinstance(response, HttpResponseNotAllowed) or request.method != "GET":
            return response
        if getattr(request, "for_programs", False):
            # A program is told in its own form.
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page
