"""Which column of a list feeds which field: guessed, written down, read again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingLike
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from emporion.core.tabular.report import TableError
from emporion.core.text.doubles import edit_distance
from emporion.core.text.fold import fold
from emporion.core.text.tokens import words

VERSION = 1
_KEYS = ("version", "columns", "unmapped", "values", "headings")
_PARTS = re.compile(r"[/|()（）\[\]【】\n:：]+|(?<=[\u4e00-\u9fff])\s+(?=[^\u4e00-\u9fff])")
_BESIDE = re.compile(r"([\u3400-\u9fff]+)")
# Shorter headings have a neighbour one letter away that means something else.
_MIN_CLOSE = 6
_WHOLE, _PART, _NEAR = 0, 1, 2


@dataclass(frozen=True)
class Mapping:
    """``columns``: field to heading; ``unmapped``: headings that feed nothing.

    ``values`` says for a field which value of the list means which value here (for categories and
    countries that the list names in its own way); `write_mapping` keeps it for the next time.
    ``seen`` are the headings of the list for which a mapping file was written, empty for one that
    somebody wrote by hand.
    """

    columns: dict[str, str] = field(default_factory=dict)
    unmapped: list[str] = field(default_factory=list)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: tuple[str, ...] = ()

    def missing(self, fields: Iterable[str]) -> list[str]:
        """Those of ``fields`` that no column feeds."""
        return [name for name in fields if name not in self.columns]


def guess_mapping(header: Sequence[str], fields: MappingLike[str, Sequence[str]]) -> Mapping:
    """Find for each field (name to its usual headings, in any language) a column of ``header``.

    A heading may be written in two languages (公司名称 / Company name) or with an addition in
    brackets. Whole headings win over their parts, parts over near misses (one letter); a column
    feeds one field, and the field named first wins a tie.
    """
    offers: list[tuple[int, int, int, str, str]] = []
    for rank, (name, aliases) in enumerate(fields.items()):
        keys = {key(alias): place for place, alias in reversed(list(enumerate([name, *aliases])))}
        for heading in header:
            quality = _quality(heading, keys)
            if quality is not None:
                offers.append((*quality, rank, heading, name))
    columns: dict[str, str] = {}
    taken: set[str] = set()
    for _sort, _alias, _rank, heading, name in sorted(offers, key=lambda o: o[:3]):
        if name not in columns and heading not in taken:
            columns[name] = heading
            taken.add(heading)
    ordered = {name: columns[name] for name in fields if name in columns}
    return Mapping(ordered, [heading for heading in header if heading not in taken])


def with_new_columns(
    mapping: Mapping, header: Sequence[str], fields: MappingLike[str, Sequence[str]]
) -> Mapping:
    """Add to a mapping that was guessed and kept guesses for headings that are new since then.

    What it says stays, a line that somebody took out as well. One written by hand stays whole.
    """
    if not mapping.seen:
        return mapping
    told = {*mapping.columns.values(), *mapping.seen}
    guess = guess_mapping(
        [heading for heading in header if heading not in told],
        {name: names for name, names in fields.items() if name not in mapping.columns},
    )
    columns = {**mapping.columns, **guess.columns}
    used = set(columns.values())
    return replace(
        mapping,
        columns={name: columns[name] for name in fields if name in columns},
        unmapped=[heading for heading in header if heading not in used],
    )


def key(heading: str) -> str:
    """A heading without case, accents, punctuation and spaces: ``Exh_id`` is ``exhid``."""
    return "".join(words(heading.replace("_", " ")))


def _quality(heading: str, keys: MappingLike[str, int]) -> tuple[int, int] | None:
    """How well ``heading`` fits: ``(class, place of the alias)``, smaller is better."""
    whole = key(heading)
    if whole in keys:
        return _WHOLE, keys[whole]
    parts = {key(part) for part in (*_PARTS.split(heading), *_BESIDE.split(fold(heading)))}
    found = [keys[part] for part in parts if part in keys]
    if found:
        return _PART, min(found)
    if len(whole) >= _MIN_CLOSE:
        near = [
            place
            for alias, place in keys.items()
            if len(alias) >= _MIN_CLOSE and edit_distance(whole, alias, 1) <= 1
        ]
        if near:
            return _NEAR, min(near)
    return None


def write_mapping(path: Path, mapping: Mapping) -> None:
    """Write ``mapping`` as YAML, to be corrected by hand and used the next time."""
    content: dict[str, Any] = {
        "version": VERSION,
        "columns": mapping.columns,
        "unmapped": mapping.unmapped,
    }
    if mapping.values:
        content["values"] = mapping.values
    # What the list had: headings that a later list has besides are guessed then.
    content["headings"] = [*mapping.columns.values(), *mapping.unmapped]
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
    Path(path).write_text(
        "# Which column of the list feeds which field; `values` translates what stands in them.\n"
        + text,
        encoding="utf-8",
    )


def read_mapping(path: Path, fields: Iterable[str], header: Sequence[str]) -> Mapping:
    """Read a mapping and check it against the ``fields`` there are and the list's ``header``.

    Unknown keys are errors, keys ``x-...`` are ignored. Raises `TableError` naming the key.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(
            _("The mapping cannot be read: %(why)s") % {"why": error}, _("Check the file.")
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise TableError(
            _("The mapping is not YAML: %(why)s") % {"why": getattr(error, "problem", error)},
            _("Mend it, or delete it and let it be written again."),
            line=None if mark is None else mark.line + 1,
        ) from error
    if not isinstance(content, dict):
        raise TableError(_("The mapping is empty"), _("It needs the keys version and columns."))
    for name in content:
        if name not in _KEYS and not str(name).startswith("x-"):
            raise TableError(
                _("The mapping has an unknown key “%(key)s”") % {"key": name},
                _("Known are %(keys)s.") % {"keys": ", ".join(_KEYS)},
            )
    if content.get("version") != VERSION:
        raise TableError(
            _("The mapping has version %(found)s") % {"found": content.get("version")},
            _("Version %(version)d can be read.") % {"version": VERSION},
        )
    columns = _texts(content.get("columns"), "columns")
    known = set(fields)
    for name, heading in columns.items():
        if name not in known:
            raise TableError(
                _("The mapping feeds an unknown field “%(field)s”") % {"field": name},
                _("Known are: %(fields)s.") % {"fields": ", ".join(sorted(known))},
            )
        if heading not in header:
            raise TableError(
                _("The mapping names a column that the list does not have"),
                _("The list has: %(header)s.") % {"header": ", ".join(header)},
                column=heading,
            )
    values = content.get("values") or {}
    if not isinstance(values, dict):
        raise TableError(_("“values” is not a mapping"), _("It maps a field to translations."))
    seen = content.get("headings") or []
    if not isinstance(seen, list):
        raise TableError(
            _("“headings” of the mapping is not a list"),
            _("It lists the headings that were there, a line each."),
        )
    used = set(columns.values())
    return Mapping(
        columns,
        [heading for heading in header if heading not in used],
        {str(name): _texts(table, f"values: {name}") for name, table in values.items()},
        tuple(map(str, seen)),
    )


def _texts(value: object, where: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
        isinstance(k, str | int | float) and isinstance(v, str | int | float)
        for k, v in value.items()
    ):
        raise TableError(
            _("“%(key)s” of the mapping does not map texts to texts") % {"key": where},
            _("Write lines such as: name: Company name"),
        )
    return {str(k): str(v) for k, v in value.items()}
