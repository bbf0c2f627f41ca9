"""What the tables of users hold of people; see `core.privacy`."""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

_SELF = "the user; organisers where the user acts"
_SIGN_IN = "to sign in"

declare(
    "accounts.User",
    whose={"user": "pk"},
    kept=Kept("until the account is closed"),
    fields={
        "email": held(_SIGN_IN, _SELF, Does.EMPTIES),
        "phone": held(_SIGN_IN, _SELF, Does.EMPTIES),
        "name": held("to be named where the user acts", _SELF, Does.EMPTIES),
        "language": held("the language of messages", "nobody else", Does.KEEPS, "one of three"),
        "password": held(
            _SIGN_IN, "nobody", Does.STEP, "made unusable, which ends all sessions", exported=False
        ),
        "public_id": held(
            "the journal's name for the user", _SELF, Does.KEEPS, "a random name, of nobody then"
        ),
    },
    others="demonstration_role",
    is_people=True,
)
declare(
    "accounts.SignInTries",
    kept=Kept("a day", after="latest", days=1),
    fields={
        "key": held(
            "to count wrong passwords", "nobody", Does.KEEPS,
            "a keyed digest that goes after a day", exported=False,
        ),
        "times": held(
            "to count wrong passwords", "nobody", Does.KEEPS, "moments without a name",
            exported=False,
        ),
    },
)  # fmt: skip
declare(
    "accounts.SignInCode",
    whose={"user": "user"},
    kept=Kept("a day", after="expires_at", days=1),
    row_goes=True,
    fields={
        "to": held(_SIGN_IN, "nobody", Does.EMPTIES, "emptied as soon as the code was sent"),
        "digest": held(
            _SIGN_IN, "nobody", Does.KEEPS, "a keyed digest of random digits", exported=False
        ),
        "link_digest": held(
            _SIGN_IN, "nobody", Does.KEEPS, "a keyed digest of random letters", exported=False
        ),
    },
    others="public_id kind",
)
declare(
    "accounts.UserSession",
    whose={"user": "user"},
    kept=Kept("until it ends", after="seen_at", days=15),
    row_goes=True,
    fields={
        "session_key": held(
            "to end a session from afar", "nobody", Does.STEP, "goes with the row", exported=False
        ),
        "device": held("to know one's sessions", "the user", Does.EMPTIES),
        "way": held("to know one's sessions", "the user", Does.KEEPS, "one of a few words"),
    },
    others="public_id",
)
declare(
    "accounts.Authenticator",
    whose={"user": "user"},
    kept=Kept("with the user"),
    row_goes=True,
    fields={
        "secret": held(
            "to check the codes of the user's app", "nobody", Does.STEP, "goes with the row",
            exported=False,
        ),
        "wrong": held(
            "to end guesses of its codes", "nobody", Does.KEEPS,
            "moments and keyed digests of places, for a month",
            exported=False,
        ),
    },
)  # fmt: skip
declare(
    "accounts.RecoveryCode",
    whose={"user": "user"},
    kept=Kept("with the user"),
    row_goes=True,
    fields={
        "digest": held(_SIGN_IN, "nobody", Does.KEEPS, "a salted, slow digest", exported=False)
    },
)
declare(
    "accounts.Passkey",
    whose={"user": "user"},
    kept=Kept("with the user"),
    row_goes=True,
    fields={
        "credential_id": held(_SIGN_IN, "nobody", Does.STEP, "goes with the row", exported=False),
        "data": held(_SIGN_IN, "nobody", Does.STEP, "goes with the row", exported=False),
        "name": held("to know one's passkeys", "the user", Does.EMPTIES),
    },
    others="public_id",
)
declare(
    "accounts.OutsideAccount",
    whose={"user": "user"},
    kept=Kept("with the user"),
    row_goes=True,
    fields={
        "subject": held(_SIGN_IN, "nobody", Does.STEP, "goes with the row"),
        "issuer": held(_SIGN_IN, "nobody", Does.KEEPS, "whose name it is, of a server or an app"),
        "provider": held(_SIGN_IN, "the user", Does.KEEPS, "one of four words"),
    },
    others="public_id",
)
declare(
    "sessions.Session",
    kept=Kept("until it ends", after="expire_date"),
    fields={
        "session_data": held(
            "to stay signed in", "nobody", Does.STEP, "sessions of the user are deleted",
            exported=False,
        ),
        "session_key": held(
            "to stay signed in", "nobody", Does.STEP, "sessions of the user are deleted",
            exported=False,
        ),
    },
)  # fmt: skip
for _label in ("accounts.User_groups", "accounts.User_user_permissions"):
    declare(_label, whose={"user": "user"}, kept=Kept("with the user"), fields={}, row_goes=True)
not_of_people("auth.Permission", "name codename")
not_of_people("auth.Group", "name")
not_of_people("auth.Group_permissions")
declare(
    "accounts.AccessToken",
    whose={"user": "user"},
    kept=Kept("90 days after its end", after="expires_at", days=90),
    fields={"name": held("to know a program again", "the user", Does.EMPTIES)},
    others="public_id prefix digest scopes",
    row_goes=True,
)
