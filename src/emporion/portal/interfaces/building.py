"""The steps of building an edition, in words for the page that shows them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from emporion.core.models import Progress
from emporion.design.formats import number

State = Progress.State
# Keyed by the names that the demonstration and imports give their steps.
LABELS = {
    "profiles": gettext_lazy("Profiles"),
    "edition": gettext_lazy("Days, pavilions and walking minutes"),
    "exhibitors": gettext_lazy("Exhibitors"),
    "buyers": gettext_lazy("Buyers"),
    "matching": gettext_lazy("Who fits whom"),
    "requests": gettext_lazy("Requests and answers"),
    "schedule": gettext_lazy("Schedule"),
    "publish": gettext_lazy("Publishing"),
}
# These count tenths of a second and not things.
_TIMED = frozenset({"schedule"})


def label(step: str) -> str:
    """Return what a step is called; one we do not know keeps its name."""
    return str(LABELS.get(step, step))


def shown(steps: list[Progress]) -> list[dict[str, Any]]:
    """Return the steps as the part for jobs takes them."""
    return [
        {
            "key": step.step,
            "label": label(step.step),
            "state": str(step.state),
            "line": _line(step),
            "share": step.done / step.total if step.total else 0.0 if _underway(step) else None,
        }
        for step in steps
    ]


def _underway(step: Progress) -> bool:
    return step.state in {State.RUNNING, State.STOPPED}


def _line(step: Progress) -> str:
    if step.state == State.WAITING:
        return ""
    if step.state == State.STOPPED:
        return step.message or _("The cause stands in the log of the server.")
    if step.state == State.DONE:
        seconds = round(step.seconds)
        if not seconds:
            return _("less than a second")
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": number(seconds)}
    if step.total and step.step not in _TIMED:
        return _("%(done)s of %(total)s") % {
            "done": number(step.done),
            "total": number(step.total),
        }
    return ""
