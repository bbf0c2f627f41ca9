"""What the table of the open interface holds of people; see `core.privacy`."""

from emporion.core.privacy import Does, Kept, declare, held

declare(
    "api.IdempotencyKey",
    whose={"actor": "owner"},
    kept=Kept("a day", after="made_at", days=1),
    fields={
        "owner": held(
            "to keep callers apart", "nobody", Does.KEEPS,
            "a public id, which leads to nobody once the user is erased", exported=False,
        ),
        "answer": held(
            "to answer the same again", "the caller", Does.STEP,
            "answers of the expo that name the person are forgotten; the others go after a day",
            exported=False,
        ),
    },
    others="key nonce digest tenant",
    row_goes=True,
)  # fmt: skip
