"""What the tables of the ground hold of people; see `core.privacy`."""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

_ORGANISERS = "organisers of the expo"
_BY_ID = "a public id, which leads to nobody once the user is erased"

declare(
    "core.JournalEntry",
    whose={"actor": "actor"},
    kept=Kept("as long as the expo: the chain needs every row"),
    fields={
        "actor": held("who is answerable for a change", _ORGANISERS, Does.KEEPS, _BY_ID),
        "on_behalf": held("for whom an officer acted", _ORGANISERS, Does.KEEPS, _BY_ID),
    },
    others="tenant action object_kind object_ids object_id fields commitment",
)
declare(
    "core.JournalValue",
    kept=Kept("two years after the change", after="entry__at", days=730),
    fields={
        "text": held(
            "proof of what was changed", "nobody on a page", Does.STEP,
            "values of the person's objects, and values that name them, are deleted",
        ),
    },
    others="salt",
)  # fmt: skip
declare(
    "core.ImportBatch",
    kept=Kept("400 days: so long an import can be undone", after="ended_at", days=400),
    fields={
        "file_name": held(
            "to know a list again", _ORGANISERS, Does.STEP, "a name in it is replaced"
        ),
    },
    others="public_id tenant subject place source file_digest state counts process",
)
declare(
    "core.ImportChange",
    kept=Kept("with its import"),
    fields={
        "before": held(
            "to undo an import", "nobody on a page", Does.STEP,
            "rows of the person and of what is theirs are deleted",
        ),
    },
    others="object_kind object_id after",
)  # fmt: skip
declare(
    "core.JobRecord",
    whose={"actor": "owner"},
    kept=Kept("90 days after its end", after="ended_at", days=90),
    fields={
        "owner": held("whose work it is", _ORGANISERS, Does.KEEPS, _BY_ID),
        "arguments": held("what the work needs", "nobody on a page", Does.STEP, "see `reason`"),
        "said": held("how far it is", _ORGANISERS, Does.STEP, "see `reason`"),
        "result": held("what came out", _ORGANISERS, Does.STEP, "see `reason`"),
        "reason": held(
            "why it failed", _ORGANISERS, Does.STEP,
            "jobs that are over and name the person are deleted",
        ),
    },
    others="public_id kind tenant subject state step cause process",
)  # fmt: skip
declare(
    "core.OutboxRow",
    kept=Kept("30 days after it was handed over", after="ended_at", days=30),
    fields={
        "lane": held("the order of messages to one person", "nobody", Does.KEEPS, _BY_ID),
        "merge": held("to tell of several things at once", "nobody", Does.KEEPS, _BY_ID),
        "key": held("to know a message again", "who gets it", Does.KEEPS, _BY_ID),
        "payload": held("what a message tells of, by ids", "nobody", Does.KEEPS, _BY_ID),
    },
    others="kind tenant state cause process",
)
not_of_people("core.Progress", "job step state message")
not_of_people("contenttypes.ContentType", "app_label model")
