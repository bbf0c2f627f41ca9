"""The command about tokens."""

from __future__ import annotations

import argparse
import sys

from emporion.accounts import queries
from emporion.accounts.domain import tokens as domain
from emporion.accounts.rules import SCOPES, as_phone


def token(argv: list[str]) -> int:
    """Make, list or end the tokens of a user; a secret is printed once, on its own line."""
    parser = argparse.ArgumentParser(prog="emporion token", description=token.__doc__)
    parser.add_argument("act", choices=("make", "list", "end"))
    parser.add_argument("--user", required=True, help="e-mail address or phone number")
    parser.add_argument("--name", default="", help="of the program, for make")
    parser.add_argument("--scope", action="append", default=[], choices=SCOPES)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--id", default="", help="of the token, for end")
    options = parser.parse_args(argv)
    phone = as_phone(options.user)
    user = queries.user_by_phone(phone) if phone else queries.user_by_email(options.user)
    if user is None:
        return _refuse(f"There is no user {options.user!r}.")
    if options.act == "list":
        for one in queries.tokens_of(user):
            used = f"{one.last_used_at:%Y-%m-%d %H:%M}" if one.last_used_at else "never"
            print(
                f"{one.public_id}  {one.prefix}…  {one.name}  {' '.join(one.scopes)}  "
                f"until {one.expires_at:%Y-%m-%d}  used {used}"
            )
        return 0
    if options.act == "end":
        if not domain.end_token(user, options.id):
            return _refuse(f"{options.user} has no token {options.id!r}; list shows them.")
        print("Ended.")
        return 0
    try:
        made, secret = domain.make_token(user, options.name, options.scope, options.days, both=True)
    except domain.TokenError as error:
        return _refuse(str(error))
    print(f"Token {made.public_id} until {made.expires_at:%Y-%m-%d}; it is shown this once:")
    print(secret)
    return 0


def _refuse(why: str) -> int:
    print(f"emporion: {why}", file=sys.stderr)
    return 1
