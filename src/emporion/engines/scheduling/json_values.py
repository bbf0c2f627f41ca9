"""What JSON files are read with: values of the right type, or an error that names the item."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from .instance import NO_LIMIT, InstanceError

#: Digits of a whole number; Python reads no more.
MOST_DIGITS = sys.get_int_max_str_digits()
# Where JSON may have written one half of a character, which no file in UTF-8 can hold.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def _no_number(text: str) -> float:
    raise InstanceError("number", f"{text} is not a number JSON knows")


def load_json(path: str | Path) -> Any:
    """The parsed file; `InstanceError` when it is not JSON in UTF-8, with line and column, or says
    what cannot be written again."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InstanceError(str(path), f"not UTF-8 (byte {error.start})") from None
    try:
        data = json.loads(text, parse_constant=_no_number)
        if _HALF.search(text):
            json.dumps(data, ensure_ascii=False).encode()
    except InstanceError:
        raise
    except json.JSONDecodeError as error:
        where = f"{path}, line {error.lineno}, column {error.colno}"
        raise InstanceError(where, f"not JSON: {error.msg}") from None
    except UnicodeEncodeError as error:
        half = f"\\u{ord(error.object[error.start]):04x}"
        raise InstanceError(str(path), f"{half} is half a character: no text has it") from None
    except ValueError:
        raise InstanceError(str(path), f"too long a number: over {MOST_DIGITS} digits") from None
    except RecursionError:
        raise InstanceError(str(path), "nested too deeply") from None
    return data


def expect(value: Any, kind: type | tuple[type, ...], where: str, wanted: str) -> Any:
    """``value`` when it is of that type (true and false are no numbers), else `InstanceError`."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kind) or (isinstance(value, bool) and bool not in kinds):
        shown = json.dumps(value, ensure_ascii=False)[:40]
        raise InstanceError(where, f"{shown} where {wanted} was expected")
    return value


def check_keys(item: Any, known: set[str], where: str, needed: tuple[str, ...] = ()) -> None:
    """Unknown keys are an error that names the key; keys ``x-...`` are for others."""
    expect(item, dict, where, "an object")
    for key in item:
        if key not in known and not key.startswith("x-"):
            raise InstanceError(where, f'unknown key "{key}"')
    for key in needed:
        if key not in item:
            raise InstanceError(where, f'"{key}" is missing')


def items_of(data: dict[str, Any], key: str, known: set[str], needed: tuple[str, ...]) -> list[Any]:
    """The list under ``key``; its items are checked by the few different sets of keys they have."""
    items: list[Any] = expect(data.get(key, []), list, key, "a list")
    try:
        shapes = {tuple(item) for item in items}
    except TypeError:
        shapes = {("",)}
    fine = all(
        all(k in known or str(k).startswith("x-") for k in shape) and set(needed) <= set(shape)
        for shape in shapes
    )
    if not fine or not all(type(item) is dict for item in items):
        for n, item in enumerate(items):
            name = item.get("id", n) if isinstance(item, dict) else n
            check_keys(item, known, f'{key}: item {n} ("{name}")', needed)
    return items


def ids_of(items: list[Any], noun: str) -> tuple[list[str], dict[str, int]]:
    """The ids of the items, and where each stands; none may occur twice."""
    ids = [item["id"] for item in items]
    for n, name in enumerate(ids):
        if type(name) is not str:
            expect(name, str, f"{noun} {n}: id", "a text")
    index = dict(zip(ids, range(len(ids)), strict=True))
    if len(index) < len(ids):
        seen: set[str] = set()
        for name in ids:
            if name in seen:
                raise InstanceError(f'{noun} "{name}"', "this id occurs twice")
            seen.add(name)
    return ids, index


def find(index: dict[str, int], name: Any, where: str, noun: str) -> int:
    """Where ``name`` stands; `InstanceError` for one that is not there."""
    if not isinstance(name, str) or name not in index:
        raise InstanceError(where, f"unknown {noun} {json.dumps(name, ensure_ascii=False)}")
    return index[name]


def whole_number(value: Any, where: str) -> int:
    """A whole number, 0 or more, `NO_LIMIT` at most."""
    number = expect(value, int, where, "a whole number")
    if number < 0:
        raise InstanceError(where, f"{number} is negative")
    return int(min(number, NO_LIMIT))


def per_slot(value: Any, slots: int, where: str) -> list[int]:
    """An int or one int per slot, as a list."""
    if isinstance(value, list):
        if len(value) != slots:
            raise InstanceError(where, f"{len(value)} numbers, expected {slots}")
        return [whole_number(v, where) for v in value]
    return [whole_number(value, where)] * slots
