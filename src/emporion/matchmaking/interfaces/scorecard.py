"""The scorecard of a run in the organiser's words: figures, both ends of the knob, groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from emporion.design.formats import number, percent
from emporion.edition.queries import Edition
from emporion.matchmaking.domain.told import answers_now
from emporion.matchmaking.models import MatchRun
from emporion.registry.countries import country_name
from emporion.registry.languages import language_names

Figures = dict[str, Any]
Row = tuple[str, list[str]]
NONE = "–"
# A group is drawn against twice the mean of its side: half a bar is as everybody.
WHOLE_BAR = 2.0
# From so many answers on the next run compares what was said of chances.
ENOUGH = 200


def outcome_rows(runs: Sequence[MatchRun]) -> list[Row]:
    """What came of requests until each run was computed, a cell a run."""

    def row(label: str, told: Callable[[Figures, Figures], str]) -> Row:
        return label, [told(run.figures.get("answers", {}), run.figures) for run in runs]

    def share(of: str, whole: Callable[[Figures], int]) -> Callable[[Figures, Figures], str]:
        def told(answers: Figures, figures: Figures) -> str:
            total = whole(answers) if answers else 0
            return percent(100 * answers[of] / total, 1) if total else NONE

        return told

    def each(answers: Figures, figures: Figures) -> str:
        met = answers.get("meetings", 0)
        return number(met / figures["buyers"], 1) if met and figures["buyers"] else NONE

    return [
        row(_("Requests"), lambda a, f: number(a["asked"]) if "asked" in a else NONE),
        row(
            _("Accepted, of those answered"),
            share("accepted", lambda a: a.get("accepted", 0) + a.get("declined", 0)),
        ),
        row(
            _("Accepted requests that the published schedule keeps"),
            share("kept", lambda a: a.get("accepted", 0)),
        ),
        row(_("Meetings set for each guest"), each),
    ]


def shown_rows(run: MatchRun) -> dict[str, Any] | None:
    """What came of the lists that people looked at, a column a run; None before anybody did."""
    found = run.figures.get("shown", [])
    if not found:
        return None

    def row(label: str, told: Callable[[Figures], str]) -> Row:
        return label, [told(one) for one in found]

    return {
        "heads": [
            _("Run %(n)s") % {"n": number(one["run"])} if one["run"] else _("Between runs")
            for one in found
        ],
        "rows": [
            row(_("People who looked at their list"), lambda f: number(f["lists"])),
            row(_("Names they were shown"), lambda f: number(f["shown"])),
            row(_("Of these drawn from behind the list"), lambda f: number(f["tried"])),
            row(_("Asked for a meeting afterwards"), lambda f: number(f["asked"])),
            row(_("Agreed to"), lambda f: number(f["agreed"])),
            row(_("Agreed to, of a thousand names shown"), lambda f: _estimate(f["as_shown"])),
            row(
                _("The same without drawing, estimated"),
                lambda f: _estimate(f["computed"]) if f["tried"] else NONE,
            ),
        ],
        "few": any(one["as_shown"][1] is None for one in found),
    }


def _estimate(found: Sequence[float | None]) -> str:
    value, low, high = found
    if value is None:
        return NONE
    if low is None or high is None:
        return number(value, 1)
    return _("%(value)s (%(low)s to %(high)s)") % {
        "value": number(value, 1), "low": number(low, 1), "high": number(high, 1),
    }  # fmt: skip


def figure_rows(known: Sequence[Figures]) -> list[Row]:
    """Figures of the lists themselves; a cell a run, or an end of the knob."""

    def row(label: str, told: Callable[[Figures], str]) -> Row:
        return label, [told(figures) for figures in known]

    return [
        row(_("Meetings that both want, expected"), lambda f: number(round(f["expected_matches"]))),
        row(
            _("Inequality of looks per meeting wanted (0: equal)"),
            lambda f: number(f["exposure_gini_per_slot"], 3),
        ),
        row(
            _("Looks per meeting wanted: the host with fewest"),
            lambda f: number(f.get("looks_per_slot_least", 0.0), 3),
        ),
        row(
            _("Looks per meeting wanted: 95 of 100 hosts have more than"),
            lambda f: number(f.get("looks_per_slot_p5", 0.0), 3),
        ),
        row(_("Hosts on no guest's list"), lambda f: number(f["unseen_exhibitors"])),
        row(
            _("Requests expected per meeting wanted: half of the hosts"),
            lambda f: number(f.get("inbox_p50", 0.0), 2),
        ),
        row(
            _("Requests expected per meeting wanted: the fullest 1 of 100"),
            lambda f: number(f.get("inbox_p99", 0.0), 2),
        ),
        row(
            _("Hosts that expect more than three requests for each meeting they want"),
            lambda f: percent(100 * f["over_capacity_share"], 1),
        ),
    ]


def ends(run: MatchRun) -> dict[str, Any] | None:
    """Both ends of the knob as the run worked them out; None for a run that did not."""
    found = run.figures.get("ends", [])
    if len(found) != 2:
        return None
    most, equal = found
    lost = most["expected_matches"] - equal["expected_matches"]
    return {
        "rows": figure_rows(found),
        "lost": round(lost),
        "lost_share": round(100 * lost / most["expected_matches"], 1)
        if most["expected_matches"]
        else 0.0,
    }


def calibrations(edition: Edition, run: MatchRun) -> dict[str, Any]:
    """What was said and what came of it, for the chart; empty `series` where too few answered.

    `answers` are those there are now where the run knew too few and the next has enough, or 0; at
    most one query.
    """
    names = (_("guests about hosts"), _("hosts about guests"))
    rows = run.figures.get("calibration", [])
    series = [
        (name, [tuple(group) for group in row["groups"]])
        for name, row in zip(names, rows, strict=False)
        if row["groups"]
    ]
    errors = [
        (
            name,
            number(row["decisions"]),
            percent(100 * row["error_before"], 1),
            percent(100 * row["error_after"], 1),
        )
        for name, row in zip(names, rows, strict=False)
        if row["error_after"] is not None
    ]
    now = 0 if series else answers_now(edition)
    then = run.figures.get("answers", {})
    more = now > then.get("accepted", 0) + then.get("declined", 0)
    return {"series": series, "errors": errors, "answers": now if more and now >= ENOUGH else 0}


def learnt_between(runs: Sequence[MatchRun]) -> bool:
    """Whether two runs learnt from different numbers of decisions, so that chances differ."""
    learnt = [[row["decisions"] for row in run.figures.get("calibration", [])] for run in runs]
    return len(learnt) > 1 and learnt[0] != learnt[1]


def groups(runs: Sequence[MatchRun], language: str) -> list[dict[str, Any]]:
    """Groups of both sides by kind; of each the ratio of every run, the newest also drawn."""
    heads = {
        "country": _("Country"),
        "size": _("Size of the firm"),
        "first_time": _("First time at this expo"),
        "language": _("First language"),
    }
    sides = {"hosts": _("Hosts"), "guests": _("Guests")}
    newest = runs[0].figures.get("groups", {}) if runs else {}
    numbers = [{"n": number(run.number)} for run in runs]
    labels = [_("Looks, run %(n)s") % n for n in numbers]
    labels += [_("Meetings, run %(n)s") % n for n in numbers]
    found = []
    for kind, head in heads.items():
        parts: list[dict[str, Any]] = []
        for side, side_name in sides.items():
            rows = newest.get(kind, {}).get(side, [])
            # One group alone is compared with itself.
            if len(rows) < 2:
                continue
            earlier = [
                {row[0]: row for row in run.figures.get("groups", {}).get(kind, {}).get(side, [])}
                for run in runs[1:]
            ]
            parts.append({"side": side_name, "rows": _group_rows(kind, rows, earlier, language)})
        for part in parts:
            for row in part["rows"]:
                row["cells"] = list(zip(labels, row["looks"] + row["meetings"], strict=True))
        if parts:
            found.append({"head": head, "parts": parts})
    return found


def _group_rows(
    kind: str, rows: Sequence[Any], earlier: Sequence[dict[str, Any]], language: str
) -> list[dict[str, Any]]:
    return [
        {
            "name": _name(kind, name, language),
            "people": people,
            "share": looks / WHOLE_BAR,
            "looks": [number(looks, 2), *(_ratio(each, name, 2) for each in earlier)],
            "meetings": [number(meetings, 2), *(_ratio(each, name, 3) for each in earlier)],
        }
        for name, people, looks, meetings in rows
    ]


def _ratio(rows: dict[str, Any], name: str, at: int) -> str:
    return number(rows[name][at], 2) if name in rows else NONE


def _name(kind: str, name: str, language: str) -> str:
    if name == "*":
        return _("all others")
    if not name:
        return _("not known")
    if kind == "country":
        return country_name(name, language) or name
    if kind == "language":
        return language_names([name], language)[0]
    return {
        "micro": _("very small firm"),
        "small": _("small firm"),
        "medium": _("medium-sized firm"),
        "large": _("large firm"),
        "first": _("here for the first time"),
        "again": _("was here before"),
    }.get(name, name)
