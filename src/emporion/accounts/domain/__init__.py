"""Everything that changes a user or lets somebody in."""

from emporion.accounts.domain.carriers import kinds as code_kinds
from emporion.accounts.domain.codes import GOOD_FOR as CODE_GOOD_FOR
from emporion.accounts.domain.codes import (
    CodeOver,
    NoCarrier,
    ask_for_code,
    send_code,
    try_code,
    try_link,
)
from emporion.accounts.domain.sign_in import let_in, try_password
from emporion.accounts.domain.tries import TooManyTries
from emporion.accounts.domain.users import create_user, demonstration_user

__all__ = [
    "CODE_GOOD_FOR",
    "CodeOver",
    "NoCarrier",
    "TooManyTries",
    "ask_for_code",
    "code_kinds",
    "create_user",
    "demonstration_user",
    "let_in",
    "send_code",
    "try_code",
    "try_link",
    "try_password",
]
