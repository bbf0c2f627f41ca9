"""The files `emporion-match-instance/1` (read) and `emporion-match-lists/1` (written).

Unknown keys are errors, keys that begin with `x-` are ignored.  Every error names the item.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from emporion.engines.files import whole
from emporion.engines.matching.market import (
    Category,
    Market,
    MarketError,
    Participant,
    Signal,
    check_market,
    whole_number,
)

if TYPE_CHECKING:
    from emporion.engines.matching.result import Lists, Matching

INSTANCE_FORMAT = "emporion-match-instance/1"
LISTS_FORMAT = "emporion-match-lists/1"
_COUNTRY = re.compile(r"[A-Z]{2}\Z")
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*\Z")


def read_market(path: str | Path) -> Market:
    """Read and check an instance file.

    Raises `MarketError` (what is wrong, where, how to mend it) for a file that is no UTF-8, no
    JSON, of another format or contradictory; OSError where it cannot be opened.
    """
    raw = Path(path).read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MarketError(f"byte {error.start}", "not UTF-8; save the file as UTF-8") from None
    return parse_market(text)


def parse_market(text: str) -> Market:
    """Read and check an instance from a JSON text; see `read_market`."""
    try:
        data = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_no_doubles)
    except json.JSONDecodeError as error:
        raise MarketError(f"line {error.lineno} column {error.colno}", error.msg) from None
    except RecursionError:
        raise MarketError("instance", "is nested too deeply") from None
    except MarketError:
        raise
    except ValueError:
        # Python reads no whole number of over 4,300 digits.
        raise MarketError("instance", "holds a number of thousands of digits") from None
    root = _object(
        data,
        "instance",
        {"format", "taxonomy", "exhibitors", "buyers", "signals", "exclusions", "list_length"},
    )
    if root.get("format") != INSTANCE_FORMAT:
        raise MarketError("format", f"is {root.get('format')!r}, expected {INSTANCE_FORMAT!r}")
    length = _object(root.get("list_length", {}), "list_length", {"buyer", "exhibitor"})
    market = Market(
        exhibitors=_people(root, "exhibitors"),
        buyers=_people(root, "buyers"),
        taxonomy=[_category(*item) for item in _items(root.get("taxonomy", []), "taxonomy")],
        signals=[_signal(*item) for item in _items(root.get("signals", []), "signals")],
        exclusions=[_exclusion(*i) for i in _items(root.get("exclusions", []), "exclusions")],
        buyer_list_length=whole_number(length.get("buyer", 20), "list_length.buyer"),
        exhibitor_list_length=whole_number(length.get("exhibitor", 50), "list_length.exhibitor"),
    )
    check_market(market)
    return market


def write_lists(matching: Matching, path: str | Path) -> None:
    """Write a lists file whole or not at all: a file of that name stays until the new one is safe.

    See `files.whole` about links and devices. Raises OSError where it cannot be written.
    """
    with whole(path) as stream:
        dump_lists(matching, stream)


def dump_lists(matching: Matching, stream: TextIO) -> None:
    """Write the lists as JSON, one participant a line, in the order of ids."""
    stream.write(f'{{"format": "{LISTS_FORMAT}",\n"lists": {{')
    separator = "\n"
    for lists in (matching.exhibitors, matching.buyers):
        for line in _lines(lists):
            stream.write(separator + line)
            separator = ",\n"
    figures = matching.figures
    market = {
        "expected_matches": round(figures.expected_matches, 3),
        "exposure_gini_per_slot": round(figures.exposure_gini_per_slot, 5),
        "unseen_exhibitors": figures.unseen_exhibitors,
        "over_capacity_share": round(figures.over_capacity_share, 5),
        "x-floor": matching.floor,
        "x-short-of-floor": matching.short,
        "x-fewest-missing": matching.fewest_missing,
    }
    stream.write(f'\n}},\n"market": {json.dumps(market, ensure_ascii=False)},\n')
    stream.write(f'"seconds": {matching.seconds:.3f}, "seed": {matching.seed}}}\n')


def _lines(lists: Lists) -> Iterable[str]:
    from emporion.engines.matching.reasons import CODES

    quoted = [json.dumps(name, ensure_ascii=False) for name in lists.other_ids]
    details = [json.dumps(one, ensure_ascii=False) for one in lists.reasons.details]
    # Whole columns as plain Python numbers: picking single elements out of arrays is slow.
    other, score = lists.other.tolist(), lists.score.tolist()
    p, q = lists.p.tolist(), lists.q.tolist()
    for at, owner in enumerate(lists.owner_ids):
        begin, end = int(lists.start[at]), int(lists.start[at + 1])
        entries = []
        # Nine digits hold single precision whole: what is read orders pairs as it was computed.
        codes = lists.reasons.code[begin:end].tolist()
        numbers = lists.reasons.detail[begin:end].tolist()
        for rank, entry in enumerate(range(begin, end), 1):
            reasons = ", ".join(
                f'{{"code": "{CODES[code]}", "detail": {details[number]}}}'
                for code, number in zip(codes[rank - 1], numbers[rank - 1], strict=True)
                if code >= 0
            )
            entries.append(
                f'{{"id": {quoted[other[entry]]}, "rank": {rank}, "score": {score[entry]:.9g},'
                f' "p": {p[entry]:.9g}, "q": {q[entry]:.9g}, "reasons": [{reasons}]}}'
            )
        yield f"{json.dumps(owner, ensure_ascii=False)}: [{', '.join(entries)}]"


def _no_constant(name: str) -> float:
    raise MarketError("instance", f"contains {name}; numbers must be finite")


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise MarketError(f"key {key!r}", "stands twice in one object; keep one of them")
            seen.add(key)
    return found


def _object(value: Any, where: str, known: set[str]) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise MarketError(where, f"must be an object, not {_kind(value)}")
    for key in value:
        if key not in known and not key.startswith("x-"):
            raise MarketError(
                where,
                f"unknown key {key!r}; known are {', '.join(sorted(known))}"
                " and keys that begin with 'x-'",
            )
    return value


def _items(value: Any, where: str) -> list[tuple[Any, str]]:
    if not isinstance(value, list):
        raise MarketError(where, f"must be a list, not {_kind(value)}")
    return [(item, f"{where}[{at}]") for at, item in enumerate(value)]


def _people(root: Mapping[str, Any], side: str) -> list[Participant]:
    if side not in root:
        raise MarketError(side, "is missing; give an empty list for an empty side")
    return [_participant(value, where) for value, where in _items(root[side], side)]


def _participant(value: Any, where: str) -> Participant:
    given = _object(
        value,
        where,
        {"id", "capacity", "offers", "needs", "texts", "country", "markets", "languages", "size"},
    )
    name = _string(given, "id", where, required=True)
    where = f"{where} {name!r}"
    if "capacity" not in given:
        raise MarketError(f"{where}.capacity", "is missing")
    texts = given.get("texts", {})
    if not isinstance(texts, dict):
        raise MarketError(f"{where}.texts", f"must be an object, not {_kind(texts)}")
    for language, text in texts.items():
        _match(language, _LANGUAGE, f"{where}.texts", "a language tag like en or zh-hans")
        if text is None:
            raise MarketError(f"{where}.texts.{language}", "must be a text, not null")
        _string(texts, language, f"{where}.texts")
    country = _string(given, "country", where)
    if country:
        _match(country, _COUNTRY, f"{where}.country", "two capital letters like FI")
    markets = _strings(given, "markets", where)
    for market in markets:
        _match(market, _COUNTRY, f"{where}.markets", "two capital letters like FI")
    languages = _strings(given, "languages", where)
    for language in languages:
        _match(language, _LANGUAGE, f"{where}.languages", "a language tag like en or zh-hans")
    return Participant(
        id=name,
        capacity=whole_number(given["capacity"], f"{where}.capacity"),
        offers=_strings(given, "offers", where),
        needs=_strings(given, "needs", where),
        texts={k: v for k, v in texts.items() if not k.startswith("x-")},
        country=country,
        markets=markets,
        languages=languages,
        size=_string(given, "size", where),
    )


def _category(value: Any, where: str) -> Category:
    given = _object(value, where, {"code", "parent", "labels"})
    code = _string(given, "code", where, required=True)
    labels = given.get("labels", {})
    if not isinstance(labels, dict) or not all(isinstance(v, str) for v in labels.values()):
        raise MarketError(f"{where}.labels", "must be an object of {language: name}")
    parent = "" if given.get("parent") is None else _string(given, "parent", where)
    return Category(code, parent, labels)


def _signal(value: Any, where: str) -> Signal:
    given = _object(value, where, {"from", "to", "kind", "value", "at"})
    number = given.get("value")
    if number is not None and (isinstance(number, bool) or not isinstance(number, int | float)):
        raise MarketError(f"{where}.value", f"must be a number, not {_kind(number)}")
    try:
        number = None if number is None else float(number)
    except OverflowError:
        raise MarketError(f"{where}.value", "is no finite number") from None
    at = _string(given, "at", where)
    seconds = None
    if at:
        try:
            time = datetime.fromisoformat(at)
        except ValueError:
            raise MarketError(f"{where}.at", f"{at!r} is no ISO 8601 time") from None
        seconds = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
    return Signal(
        _string(given, "from", where, required=True),
        _string(given, "to", where, required=True),
        _string(given, "kind", where, required=True),
        number,
        seconds,
    )


def _exclusion(value: Any, where: str) -> tuple[str, str]:
    if (
        not isinstance(value, list)
        or len(value) != 2
        or not all(isinstance(name, str) for name in value)
    ):
        raise MarketError(where, "must be a pair [exhibitor id, buyer id]")
    return value[0], value[1]


def _string(given: Mapping[str, Any], key: str, where: str, required: bool = False) -> str:
    value = given.get(key)
    if value is None:
        if required:
            raise MarketError(f"{where}.{key}", "is missing")
        return ""
    if not isinstance(value, str):
        raise MarketError(f"{where}.{key}", f"must be a text, not {_kind(value)}")
    if required and not value:
        raise MarketError(f"{where}.{key}", "is empty")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise MarketError(f"{where}.{key}", "holds half of a surrogate pair") from None
    return value


def _strings(given: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    values = given.get(key, [])
    if not isinstance(values, list):
        raise MarketError(f"{where}.{key}", f"must be a list, not {_kind(values)}")
    for at, value in enumerate(values):
        _string({key: value}, key, f"{where}.{key}[{at}]", required=True)
    return tuple(values)


def _match(value: str, pattern: re.Pattern[str], where: str, expected: str) -> None:
    if not pattern.match(value) and not value.startswith("x-"):
        raise MarketError(where, f"{value!r} is not {expected}")


def _kind(value: Any) -> str:
    names = {
        dict: "an object",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        type(None): "null",
    }
    return names.get(type(value), type(value).__name__)
