"""What messages and webhooks hold of people; see `core.privacy`."""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

declare(
    "messaging.Address",
    whose={"person": "person"},
    kept=Kept("as long as the person"),
    fields={
        "value": held("to reach the person by this carrier", "nobody on a page", Does.EMPTIES),
    },
    others="carrier",
    row_goes=True,
)
declare(
    "messaging.Choice",
    whose={"person": "person"},
    kept=Kept("as long as the person"),
    fields={
        "refused": held("to send only what is wanted", "the person", Does.EMPTIES),
        "quiet": held("to send nothing while they rest", "the person", Does.EMPTIES),
        "language": held("to write in their language", "the person", Does.EMPTIES),
    },
    row_goes=True,
)
declare(
    "messaging.Receipt",
    whose={"person": "person"},
    kept=Kept("90 days after it was brought", after="at", days=90),
    fields={
        "remote": held("to ask the carrier what came of it", "operators", Does.EMPTIES),
    },
    others="key template carrier outcome reason",
    row_goes=True,
)
declare(
    "messaging.LinkCode",
    whose={"person": "person"},
    kept=Kept("a day after it stopped working", after="expires_at", days=1),
    fields={
        "digest": held(
            "to know a code again that somebody sends", "nobody", Does.EMPTIES, exported=False
        ),
    },
    others="carrier",
    row_goes=True,
)
declare(
    "messaging.Heard",
    kept=Kept("7 days: so long a carrier calls again", after="at", days=7),
    fields={},
    others="key",
)
not_of_people("messaging.Endpoint", "public_id url secret events")
declare(
    "messaging.Delivery",
    kept=Kept("90 days after the call", after="at", days=90),
    fields={},
    others="key event reason",
)
