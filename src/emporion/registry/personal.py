"""What the registry holds of people; see `core.privacy`."""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

_FAIR = "the person; organisers; those who take part, by name and title"
_CONTACT = "the person; organisers, counted and journalled"

declare(
    "registry.Person",
    whose={"person": "pk"},
    kept=Kept("three years after the last edition they took part in; then erased"),
    fields={
        "name": held("whom one meets", _FAIR, Does.RENAMES),
        "name_latin": held("the name for those who do not read it", _FAIR, Does.EMPTIES),
        "sort_key": held("the order of lists", "nobody", Does.RENAMES, exported=False),
        "job_title": held("whom one meets", _FAIR, Does.EMPTIES),
        "email": held("to reach the person", _CONTACT, Does.EMPTIES),
        "phone": held("to reach the person", _CONTACT, Does.EMPTIES),
        "language": held("the language of messages", "nobody else", Does.KEEPS, "one of many"),
        "source": held("from which list they came", "organisers", Does.EMPTIES),
        "external_id": held("the list's own number", "organisers", Does.EMPTIES),
        "public_id": held("the journal's name", "organisers", Does.KEEPS, "a random name"),
        "user": held("as whom they sign in", "nobody", Does.EMPTIES, exported=False),
    },
    is_people=True,
)
declare(
    "registry.Consent",
    whose={"person": "person"},
    kept=Kept(
        "three years after the word: proof of what was allowed",
        after="at",
        days=1095,
        where={"is_current": False},
    ),
    fields={
        "purpose": held("for which use", "the person", Does.KEEPS, "proof, under a number"),
        "language": held("in which language it was read", "nobody", Does.KEEPS, "one of three"),
    },
)
declare(
    "registry.ErasureRequest",
    whose={"person": "person"},
    kept=Kept("three years after it was done: proof that it was", after="ended_at", days=1095),
    fields={
        "reason": held("why it was done or not", "organisers; the person", Does.KEEPS, "says why"),
        "ended_by": held("who did it", "organisers", Does.KEEPS, "a random name"),
        "public_id": held("the journal's name for it", "organisers", Does.KEEPS, "a random name"),
    },
    others="state",
)
declare(
    "registry.Organiser",
    whose={"user": "user"},
    kept=Kept("while the user runs the expo"),
    fields={},
    others="role pavilions",
    row_goes=True,
)
not_of_people("registry.Expo", "public_id slug name")
not_of_people("registry.Body", "public_id kind name country")
not_of_people(
    "registry.Organisation",
    "public_id source external_id name sort_key country city website size",
)
