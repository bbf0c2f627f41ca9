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
not_of_people("messaging.Endpoint", "public_id url secret events")
not_of_people("messaging.Delivery", "key event reason")
