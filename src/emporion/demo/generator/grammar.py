"""Sentences with choices and slots: "[a|b] {name}" expanded by drawn choices."""

from collections.abc import Callable
from functools import cache

from emporion.demo.generator.dice import Dice


@cache
def _compiled(template: str) -> list[object]:
    parts, at = _parse(template, 0, False)
    if at != len(template):
        raise ValueError(f"unbalanced bracket in {template!r}")
    return parts


def _parse(template: str, at: int, inside: bool) -> tuple[list[object], int]:
    parts: list[object] = []
    text: list[str] = []

    def flush() -> None:
        if text:
            parts.append("".join(text))
            text.clear()

    while at < len(template):
        sign = template[at]
        if sign == "{":
            flush()
            end = template.index("}", at)
            parts.append((template[at + 1 : end],))
            at = end + 1
        elif sign == "[":
            flush()
            alternatives: list[list[object]] = []
            at += 1
            while True:
                inner, at = _parse(template, at, True)
                alternatives.append(inner)
                if at >= len(template):
                    raise ValueError(f"unbalanced bracket in {template!r}")
                at += 1
                if template[at - 1] == "]":
                    break
            parts.append(alternatives)
        elif inside and sign in "|]":
            break
        else:
            text.append(sign)
            at += 1
    flush()
    return parts, at


def expand(dice: Dice, template: str, fill: Callable[[str], str]) -> str:
    """The template with every choice drawn and every slot filled by `fill(name)`."""
    out: list[str] = []
    _expand(dice, _compiled(template), fill, out)
    return "".join(out)


def _expand(dice: Dice, parts: list[object], fill: Callable[[str], str], out: list[str]) -> None:
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, tuple):
            out.append(fill(part[0]))
        elif isinstance(part, list):
            _expand(dice, dice.pick(part), fill, out)
