"""What matchmaking holds of people; see `core.privacy`. `alone`: see `edition.personal`."""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

_SELF = "the participant"
_GOES = (Does.KEEPS, "the row goes")
# A demonstration is of nobody, and stays as it was built.
_REAL = {"participation__edition__is_demonstration": False}
_A_YEAR = Kept("a year after the fair", after="participation__edition__ends", days=365, where=_REAL)

declare(
    "matchmaking.RankedList",
    whose={"alone": "participation"},
    kept=Kept(
        "two years, where a later run replaced it", after="run__computed_at", days=730,
        where={"run__state": "earlier", "run__edition__is_demonstration": False},
    ),
    fields={
        "entries": held("whom to meet, and why", _SELF, Does.EMPTIES),
        "price": held("how contested one's calendar is (1: not at all)", _SELF, *_GOES),
        "level": held("by how much exposure was made more equal (1: not)", _SELF, *_GOES),
        "of_p": held("how a guest asks, or a host is asked, beside what is stated", _SELF, *_GOES),
        "of_q": held("how a host asks, or a guest is asked, beside what is stated", _SELF, *_GOES),
    },
    row_goes=True,
)  # fmt: skip
declare(
    "matchmaking.FirstList",
    whose={"alone": "participation"},
    kept=_A_YEAR,
    fields={"entries": held("whom to meet, and why", _SELF, Does.EMPTIES)},
    others="policy",
    row_goes=True,
)
declare(
    "matchmaking.Showing",
    whose={"alone": "participation"},
    kept=_A_YEAR,
    fields={
        "entries": held("who was suggested, to learn what lists bring", "nobody", Does.EMPTIES)
    },
    others="policy",
    row_goes=True,
)
declare(
    "matchmaking.SuggestionsOff",
    whose={"alone": "participation"},
    kept=Kept("with the edition"),
    fields={},
)
declare(
    "matchmaking.Wish",
    whose={"alone": "participation"},
    kept=Kept(
        "three years after the fair",
        after="participation__edition__ends",
        days=1095,
        where=_REAL,
    ),
    fields={
        "kind": held("whom one wants to see, and not", _SELF, Does.EMPTIES),
        "reason": held("why not", _SELF, Does.EMPTIES),
    },
    row_goes=True,
)
declare(
    "matchmaking.TextVector",
    kept=Kept("with the expo"),
    fields={
        "value": held(
            "to compare texts by meaning", "nobody", Does.KEEPS,
            "numbers under a digest; the words cannot be made of them", exported=False,
        ),
    },
    others="key model",
)  # fmt: skip
not_of_people("matchmaking.MatchRun", "public_id state policy digest figures rules process")
