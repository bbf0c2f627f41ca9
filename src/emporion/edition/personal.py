"""What an edition holds of people; see `core.privacy`.

`alone` are participations of a person without a firm: what a firm says of itself is not personal,
what such a person says is.
"""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

_ALL = "everybody, where the person has a stand; else those whom they are suggested to"
_ORGANISERS = "organisers of the expo"
_MARKET = "to be found and matched"

declare(
    "edition.Participation",
    whose={"alone": "pk", "person": "person"},
    kept=Kept("with the edition; of a person, until the person is erased"),
    fields={
        "display_name": held(_MARKET, _ALL, Does.STEP, "the public id takes its place"),
        "sort_key": held("the order of lists", "nobody", Does.RENAMES, exported=False),
        "about": held(_MARKET, _ALL, Does.EMPTIES),
        "source": held("from which list they came", _ORGANISERS, Does.EMPTIES),
        "external_id": held("the list's own number", _ORGANISERS, Does.EMPTIES),
        "languages": held("in which they can talk", _ALL, Does.EMPTIES),
        "markets": held(_MARKET, _ALL, Does.EMPTIES),
        "country": held(_MARKET, _ALL, Does.EMPTIES),
        "stand": held("where to find them", _ALL, Does.KEEPS, "a place of the schedule"),
        "public_id": held("the schedule's name", _ALL, Does.KEEPS, "a random name"),
    },
    others="role",
)
declare(
    "edition.Delegate",
    whose={"person": "person"},
    kept=Kept("with the edition"),
    fields={
        "days": held("when they can meet", "organisers", Does.EMPTIES),
        "blocked": held("when they cannot meet", "organisers", Does.EMPTIES),
    },
)
declare(
    "edition.TeamInvite",
    whose={"user": "user"},
    kept=Kept("until it is answered", after="expires_at", days=1),
    row_goes=True,
    fields={"name": held("whom a team asks to join", "the team", Does.EMPTIES)},
    others="public_id",
)
declare(
    "edition.PostOffer",
    whose={"user": "user"},
    kept=Kept("until it is answered", after="expires_at", days=1),
    row_goes=True,
    fields={
        "name": held("to whom a post is offered", "owners of the expo", Does.EMPTIES),
        "address": held("to whom a post is offered", "owners of the expo", Does.EMPTIES),
    },
    others="public_id role pavilions",
)
for _label in ("edition.Need", "edition.Offer"):
    declare(
        _label,
        whose={"alone": "participation"},
        kept=Kept("with the participation"),
        fields={
            "text": held(_MARKET, _ALL, Does.EMPTIES),
            "code": held(_MARKET, _ALL, Does.EMPTIES),
            "markets": held(_MARKET, _ALL, Does.EMPTIES),
            "deal_type": held(_MARKET, _ALL, Does.EMPTIES),
        },
        row_goes=True,
    )
declare(
    "edition.Officer",
    whose={"user": "user"},
    kept=Kept("while the user acts for the delegation"),
    fields={},
    row_goes=True,
)
_DRAFT = "lists that name the person and are only looked at are thrown away"
declare(
    "edition.ListDraft",
    whose={"actor": "sent_by"},
    kept=Kept("14 days", after="sent_at", days=14),
    fields={
        "file_name": held("to know a list again", _ORGANISERS, Does.STEP, _DRAFT),
        "values": held("what a list's words mean", _ORGANISERS, Does.STEP, _DRAFT),
        "decisions": held("which rows are one", _ORGANISERS, Does.STEP, _DRAFT),
        "report": held("what was found in a list", _ORGANISERS, Does.STEP, _DRAFT),
        "columns": held("which heading is what", _ORGANISERS, Does.STEP, _DRAFT),
        "sent_by": held("who sent it", _ORGANISERS, Does.KEEPS, "a random name"),
    },
    others="public_id subject source encoding digest batch",
)
declare(
    "edition.ListFile",
    kept=Kept("with its list"),
    fields={
        "content": held("to take a list in", "nobody", Does.STEP, _DRAFT, exported=False),
    },
)
declare(
    "edition.SavedView",
    whose={"actor": "owner"},
    kept=Kept("with the edition"),
    fields={
        "name": held("to find a choice again", "its owner", Does.EMPTIES),
        "query": held("which participants", "its owner", Does.EMPTIES),
        "owner": held("whose it is", "its owner", Does.KEEPS, "goes with the row"),
    },
    others="public_id",
    row_goes=True,
)
not_of_people("edition.Edition", "public_id slug title subtitle place zone languages phase")
not_of_people("edition.Fact", "key value unit label source source_url")
not_of_people("edition.Pavilion", "letter name")
not_of_people("edition.PavilionMinutes")
not_of_people("edition.Delegation", "public_id note")
