"""The API of programs: ninja's, with our errors in the schema and in the answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.docs import DocsBase
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from emporion.api.interfaces import problems
from emporion.api.interfaces.problems import Problem, error, pointer_to, problem_response

PROBLEM: dict[str, Any] = {
    "title": "Problem",
    "description": "What is wrong, where, and how to mend it (RFC 9457).",
    "type": "object",
    "required": ["type", "title", "status", "detail", "mend", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "mend": {"type": "string", "description": "What to do about it."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "pointer", "detail", "mend"],
                "properties": {
                    "in": {"type": "string", "enum": ["body", "query", "path", "header", "cookie"]},
                    "pointer": {"type": "string", "description": "A JSON pointer (RFC 6901)."},
                    "detail": {"type": "string"},
                    "mend": {"type": "string"},
                },
            },
        },
    },
}
# What every operation may answer besides what it is asked for.
EVERYWHERE = {
    "400": "The request cannot be read.",
    "401": "No token that is good was shown.",
    "403": "The token, or its user, may not.",
    "404": "Nothing has this address.",
    "422": "What was sent does not fit.",
    "429": "Called too often; Retry-After says how long to wait.",
}
ON_WRITES = {
    "409": "What the object is now forbids it.",
    "411": "The body came without its length.",
    "412": "Somebody changed it since; read it again.",
    "413": "Too much at once.",
    "415": "Not the content type that is named.",
    "428": "If-Match with the version that was read is needed.",
}


# So many of what is unknown are named in one answer.
MOST_NAMED = 20
# Shapes that no operation's signature names: what is read from the stream.
MORE: dict[str, Any] = {}


class Programs(NinjaAPI):
    """See the module's text."""

    def operations(self) -> list[Operation]:
        """Return every operation of the routers that were added."""
        return [
            op
            for bound in self._get_bound_routers()
            for view in bound.path_operations.values()
            for op in view.operations
        ]

    def name_of(self, op: Operation) -> str:
        """Return the name of an operation in the schema."""
        return op.operation_id or self.get_openapi_operation_id(op)

    def refuse_unknown_parameters(self) -> None:
        """Let every operation refuse what stands in the query and it does not know.

        A misspelt filter would else be no filter, and whoever reads three rows of it take the
        whole list for what they asked.
        """
        for op in self.operations():
            known = {
                name
                for model in op.models
                if model.__ninja_param_source__ == "query"
                for name in model.__ninja_flatten_map__
            }
            op.view_func = _knowing(op.view_func, sorted(known))

    def get_openapi_schema(self, **words: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**words)
        schema["components"].setdefault("schemas", {}).update({"Problem": PROBLEM, **MORE})
        by_id = {self.name_of(op): op for op in self.operations()}
        for path, methods in schema["paths"].items():
            for method, told in methods.items():
                known = dict(EVERYWHERE)
                if method not in {"get", "head"}:
                    known |= ON_WRITES
                for status, description in known.items():
                    told["responses"][status] = problem_response(description)
                if method == "get":
                    told["responses"]["304"] = {"description": "It is what If-None-Match names."}
                gate = next(iter(by_id[told["operationId"]].auth_callbacks), None)
                if gate is not None:
                    told["security"] = [{"Token": [gate.scope]}]  # type: ignore[attr-defined]
                    told["x-who"] = gate.who  # type: ignore[attr-defined]
                    if gate.who == "organiser":  # type: ignore[attr-defined]
                        told["x-act"] = gate.act  # type: ignore[attr-defined]
                # Elsewhere nobody reads it.
                if "{edition}" in path:
                    told.setdefault("parameters", []).append(
                        {"$ref": "#/components/parameters/ActingFor"}
                    )
        schema["components"]["parameters"] = {
            "ActingFor": {
                "name": "Emporion-Acting-For",
                "in": "header",
                "required": False,
                "description": "An officer of a delegation names here the member it acts for.",
                "schema": {"type": "string", "maxLength": 16, "pattern": "^[a-z0-9]+$"},
            }
        }
        return schema


def _knowing(view: Callable[..., Any], known: list[str]) -> Callable[..., Any]:
    @wraps(view)
    def asked(request: HttpRequest, **values: Any) -> Any:
        unknown = sorted(set(request.GET) - set(known))
        if unknown:
            mend = f"There are: {', '.join(known)}." if known else "Leave it out: there is none."
            raise Problem(
                422,
                "The query names what this operation does not know.",
                errors=[
                    error("query", pointer_to(name), "Nothing has this name here.", mend)
                    for name in unknown[:MOST_NAMED]
                ],
            )
        return view(request, **values)

    return asked


class Docs(DocsBase):
    """Swagger UI from our own static files: its page is rendered without what readers see."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **words: Any) -> HttpResponse:
        page = render_to_string("api/docs.html", {"api": api, "url": "openapi.json"})
        return HttpResponse(page)


def make_api() -> Programs:
    """Return the interface with its handlers and no operation yet."""
    api = Programs(
        title="Emporion",
        version="1",
        description="Everything the pages of an expo can do, for programs.",
        urls_namespace="api",
        docs=Docs(),
    )

    def handle(kind: Any, make: Any) -> None:
        api.add_exception_handler(kind, lambda request, exc: problems.answer(make(exc)))

    handle(Problem, lambda exc: exc)
    handle(ValidationError, lambda exc: problems.of_validation(exc.errors))
    handle(AuthenticationError, lambda exc: Problem(401, "No token that is good was shown."))
    handle(HttpError, lambda exc: Problem(exc.status_code, exc.message))
    handle(Http404, lambda exc: Problem(404, str(exc)))
    handle(PermissionDenied, lambda exc: Problem(403, str(exc)))
    return api
