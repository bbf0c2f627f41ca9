"""Everything that changes a user or lets somebody in."""

from emporion.accounts.domain.carriers import kinds as code_kinds
from emporion.accounts.domain.closing import close_account
from emporion.accounts.domain.codes import GOOD_FOR as CODE_GOOD_FOR
from emporion.accounts.domain.codes import (
    CodeOver,
    NoCarrier,
    ask_for_code,
    send_code,
    try_code,
    try_link,
)
from emporion.accounts.domain.passwords import (
    WrongPassword,
    needs_old_password,
    set_password,
)
from emporion.accounts.domain.sessions import end_one as end_session
from emporion.accounts.domain.sessions import end_others as end_other_sessions
from emporion.accounts.domain.shared import NotOpen, refuse_shared
from emporion.accounts.domain.sign_in import let_in, let_out, try_password
from emporion.accounts.domain.tries import TooManyTries
from emporion.accounts.domain.users import create_user, demonstration_user, user_of_address

__all__ = [
    "CODE_GOOD_FOR",
    "CodeOver",
    "NoCarrier",
    "NotOpen",
    "TooManyTries",
    "WrongPassword",
    "ask_for_code",
    "close_account",
    "code_kinds",
    "create_user",
    "demonstration_user",
    "end_other_sessions",
    "end_session",
    "let_in",
    "let_out",
    "needs_old_password",
    "refuse_shared",
    "send_code",
    "set_password",
    "try_code",
    "try_link",
    "try_password",
    "user_of_address",
]
