"""The translation catalogues, with Babel: a fresh machine has no GNU gettext.

`./run messages` extracts every marked string of Python, templates and our own scripts, and brings
src/emporion/locale/*/LC_MESSAGES/django.po up to date: what is translated stays, new strings are
empty, nothing is guessed. `emporion prepare` compiles what changed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = ("zh_Hans", "ar")
# Babel's own rule for Arabic has the last two forms the other way round than CLDR and Django.
PLURALS = {
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : "
    "n%100>=11 && n%100<=99 ? 4 : 5);"
}

METHODS = [
    ("**.py", "python"),
    ("**/templates/**.html", "emporion.project.messages:extract_template"),
    ("**/static/emporion/**.js", "javascript"),
]
# Without it Babel misses a call inside a template literal.
OPTIONS = {"**/static/emporion/**.js": {"parse_template_string": "true"}}
KEYWORDS: dict[str, Any] = {
    name + lazy: places
    for lazy in ("", "_lazy", "_noop")
    for name, places in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
} | {"_": None}


def extract_template(
    file: BinaryIO, keywords: Any, comment_tags: Any, options: Any
) -> Iterator[Any]:
    """Extract from one Django template; Babel calls this."""
    text = templatize(file.read().decode())
    # What is left besides calls are rows of X; their indentation is no Python.
    flat = "\n".join(line.lstrip() for line in text.splitlines())
    return iter(extract_python(BytesIO(flat.encode()), keywords, comment_tags, options))


def extract(folder: Path = PACKAGE) -> Catalog:
    """Return a catalogue without translations of every marked string below `folder`.

    Raises ValueError where one singular has two plurals: a catalogue knows them by the singular
    alone, and readers would be told the one for the other.
    """
    template = Catalog(charset="utf-8")
    plurals: dict[tuple[str | None, str], str] = {}
    for name, line, message, comments, context in extract_from_dir(
        folder, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators",), strip_comment_tags=True
    ):
        place = (Path(name).as_posix(), line)
        if isinstance(message, tuple | list) and len(message) > 1:
            singular, plural = message[:2]
            if plurals.setdefault((context, singular), plural) != plural:
                raise ValueError(f"{name}:{line}: “{singular}” has two plurals; give one a context")
        template.add(message, None, [place], auto_comments=comments, context=context)
    return template


def read(language: str) -> Catalog:
    """Return the catalogue of `language` as it is kept, empty if there is none yet."""
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    if language in PLURALS:
        catalogue.mime_headers = [("Plural-Forms", PLURALS[language])]
    return catalogue


def update(language: str, template: Catalog) -> Catalog:
    """Bring the kept catalogue of `language` up to date with `template`; return it."""
    catalogue = read(language)
    catalogue.update(template, no_fuzzy_matching=True)
    path = LOCALE / language / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = BytesIO()
    # No dates and no line numbers: a file that did not change must not look changed.
    write_po(
        buffer,
        catalogue,
        width=100,
        sort_output=True,
        ignore_obsolete=True,
        omit_header=True,
        include_lineno=False,
    )
    header = (
        f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )
    path.write_bytes(header.encode() + buffer.getvalue())
    return catalogue


def wanting(message: Message) -> str:
    """Return what is wrong with a message, "" if nothing is."""
    if message.fuzzy:
        return "fuzzy"
    if not message.pluralizable:
        return "" if message.string else "untranslated"
    forms = message.string if isinstance(message.string, tuple | list) else ()
    if not any(forms):
        return "untranslated"
    return "" if all(forms) else "a plural form is empty"


def problems(language: str, template: Catalog) -> list[str]:
    """Return, one a line, what a reader of `language` would not be told, or be told wrongly."""
    catalogue = read(language)
    found = []
    for message in template:
        if not message.id:
            continue
        text = message.id[0] if message.pluralizable else message.id
        where = ", ".join(sorted({name for name, _line in message.locations}))
        kept = catalogue.get(message.id, message.context)
        if kept is None:
            found.append(f"{text!r} ({where}): not in the catalogue, call ./run messages")
        elif what := wanting(kept):
            found.append(f"{text!r} ({where}): {what}")
        else:
            found += [f"{text!r} ({where}): {error}" for error in kept.check(catalogue)]
    return found


def compile_catalogues() -> int:
    """Compile each .po that is newer than its .mo; return how many were."""
    count = 0
    for po in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        catalogue = read(po.parent.parent.name)
        # Whole or not at all: several processes may begin at once.
        whole = mo.with_suffix(f".{os.getpid()}")
        with whole.open("wb") as target:
            write_mo(target, catalogue)
        whole.replace(mo)
        count += 1
    return count


def main() -> int:
    """Bring every catalogue up to date and say how much is left to translate."""
    template = extract()
    for language in LANGUAGES:
        catalogue = update(language, template)
        left = sum(1 for message in catalogue if message.id and wanting(message))
        print(f"{language}: {len(catalogue)} messages, {left} to translate")
    compile_catalogues()
    return 0


if __name__ == "__main__":
    sys.exit(main())
