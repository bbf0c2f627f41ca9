"""From the halls that a list names to pavilions, which are at most ten letters."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from emporion.core.text.fold import fold
from emporion.edition.domain.merging import language_of
from emporion.edition.domain.pavilions import LETTERS, NewPavilion

# A hall with a smaller share of the list gets no letter of its own.
_SHARE = 0.01
# So many of those with a hall id and a name must agree, before the id alone means that name.
_AGREE = 0.8
OTHER = "Other places"

# What a row says: name or letter of the hall, ids of halls, name of the pavilion beside a letter.
Said = tuple[str, tuple[str, ...], str]


@dataclass
class Halls:
    """Which letter each row gets, which pavilions are to be made, and what is to be told."""

    letters: dict[Said, str | None] = field(default_factory=dict)
    new: list[NewPavilion] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)


def plan_halls(
    rows: Sequence[Said], existing: Mapping[str, Mapping[str, str]], heading: str
) -> Halls:
    """Give every row a pavilion.

    `existing` maps the letters of the edition's pavilions to their names; without any, pavilions
    are made from the list: the named halls with at least 1 % of its rows, at most nine, in the
    order of their names, and one for all other places. A row with a hall id but no hall gets the
    hall of those with the same id, if four in five of them agree.
    """
    if any(ids for _, ids, _ in rows) and not any(name for name, _, _ in rows):
        # Nothing but ids: they are the names.
        own = {said: (said[1][0] if said[1] else "", (), said[2]) for said in set(rows)}
        halls = plan_halls([own[said] for said in rows], existing, heading)
        halls.letters = {said: halls.letters[own[said]] for said in own}
        return halls
    halls, names = Halls(), _names_by_id(rows)
    resolved = {
        said: said[0] or next((names[i] for i in said[1] if i in names), "") for said in set(rows)
    }
    if existing:
        _use(halls, resolved, existing)
        return halls
    counts = Counter(resolved[said] for said in rows if resolved[said])
    if counts and all(len(name) == 1 and name.upper() in LETTERS for name in counts):
        _as_lettered(halls, rows, resolved)
        return halls
    big = [name for name, n in counts.most_common(len(LETTERS) - 1) if n >= _SHARE * len(rows)]
    letters = dict(zip(sorted(big, key=fold), LETTERS, strict=False))
    rest = [said for said in rows if resolved[said] not in letters and (resolved[said] or said[1])]
    other = LETTERS[len(letters)] if rest else ""
    halls.new = [NewPavilion(letter, {language_of(name): name}) for name, letter in letters.items()]
    if rest:
        halls.new.append(NewPavilion(other, {"en": OTHER}))
    for said, name in resolved.items():
        halls.letters[said] = letters.get(name) or (other if name or said[1] else "")
    if halls.new:
        _tell(halls, rows, resolved, letters, rest, heading)
    return halls


def _names_by_id(rows: Sequence[Said]) -> dict[str, str]:
    together: dict[str, Counter[str]] = defaultdict(Counter)
    for name, ids, _letter in rows:
        for hall in ids if name else ():
            together[hall][name] += 1
    found = {}
    for hall, names in together.items():
        name, count = names.most_common(1)[0]
        if count >= _AGREE * names.total():
            found[hall] = name
    return found


def _use(
    halls: Halls, resolved: Mapping[Said, str], existing: Mapping[str, Mapping[str, str]]
) -> None:
    known = {fold(letter): letter for letter in existing}
    for own, names in existing.items():
        known.update({fold(name): own for name in names.values()})
    other = known.get(fold(OTHER))
    letter: str | None
    for said, name in resolved.items():
        if not name and not said[1]:
            halls.letters[said] = ""
            continue
        letter = known.get(fold(name)) or known.get(fold(said[2])) or other
        halls.letters[said] = letter
        if letter is None:
            halls.unknown.add(said[0] or "; ".join(said[1]))


def _as_lettered(halls: Halls, rows: Sequence[Said], resolved: Mapping[Said, str]) -> None:
    """The list has letters already, as our own export writes them."""
    names: dict[str, str] = {}
    for said in rows:
        letter = resolved[said].upper()
        if letter:
            names[letter] = names.get(letter) or said[2]
    halls.new = [
        NewPavilion(letter, {language_of(name): name} if name else {"en": letter})
        for letter, name in sorted(names.items())
    ]
    halls.letters = {said: name.upper() for said, name in resolved.items()}
    halls.told.append(
        _("Pavilions %(letters)s are made as the list names them.")
        % {"letters": ", ".join(sorted(names))}
    )


def _tell(
    halls: Halls,
    rows: Sequence[Said],
    resolved: Mapping[Said, str],
    letters: Mapping[str, str],
    rest: Sequence[Said],
    heading: str,
) -> None:
    counts = Counter(halls.letters[said] for said in rows)
    halls.told.append(
        _("%(count)d pavilions are made from the column “%(heading)s”:")
        % {"count": len(halls.new), "heading": heading}
    )
    halls.told += [f"  {letter}  {name} ({counts[letter]})" for name, letter in letters.items()]
    filled = sum(1 for said in rows if not said[0] and resolved[said] in letters)
    if rest:
        ids = Counter(hall for said in rest if not said[0] for hall in dict.fromkeys(said[1]))
        named = Counter(said[0] for said in rest if said[0])
        words = [f"{name} ({n})" for name, n in named.most_common()]
        words += [f"hall id {name} ({n})" for name, n in ids.most_common(8)]
        more = len(ids) - 8
        tail = f" and {more} other hall ids" if more > 0 else ""
        halls.told.append(
            f"  {halls.new[-1].letter}  {OTHER} ({len(rest)}): {', '.join(words)}{tail}"
        )
    if filled:
        halls.told.append(
            "  "
            + _("%(count)d rows name no hall; their hall id says which it is.") % {"count": filled}
        )
    if counts[""]:
        halls.told.append(
            "  "
            + _("%(count)d rows name neither; they stand in no pavilion.") % {"count": counts[""]}
        )
