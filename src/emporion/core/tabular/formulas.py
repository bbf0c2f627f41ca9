"""Cells that a spreadsheet would run as a formula, made harmless and restored.

``=``, ``+``, ``-``, ``@``, ``|``, tab and carriage return at the beginning of a cell make a program
of it in one spreadsheet or another. On the way out such a cell gets an apostrophe in front; on the
way in it is taken off. Numbers below zero stay numbers.
"""

from __future__ import annotations

import re

_DANGEROUS = re.compile("'*[=+\\-@|\t\r＝＋－＠]")
_NEGATIVE = re.compile(r"-\d+(?:[.,]\d+)*(?:[eE][+-]?\d+)?%?\Z")
_ESCAPED = re.compile("'+[=+\\-@|\t\r＝＋－＠]")


def neutralised(text: str) -> str:
    """``text`` as it may stand in a cell; an apostrophe that is already there gets one more."""
    if _DANGEROUS.match(text) and not _NEGATIVE.match(text):
        return "'" + text
    return text


def restored(text: str) -> str:
    """The text before `neutralised`: ``restored(neutralised(text)) == text`` for every text."""
    return text[1:] if _ESCAPED.match(text) else text
