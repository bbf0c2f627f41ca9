"""The commands about tokens, second factors and sessions."""

from __future__ import annotations

import argparse
import sys

from emporion.accounts import queries
from emporion.accounts.domain import sessions as session_domain
from emporion.accounts.domain import tokens as domain
from emporion.accounts.domain.losing import forget_factors
from emporion.accounts.queries import User
from emporion.accounts.rules import SCOPES, as_phone
from emporion.core import journal


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
    user = _user(options.user)
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


def factors(argv: list[str]) -> int:
    """Forget the second factors of a user who has lost them; they set up others after a code."""
    parser = argparse.ArgumentParser(prog="emporion factors", description=factors.__doc__)
    parser.add_argument("act", choices=("forget",))
    parser.add_argument("--user", required=True, help="e-mail address or phone number")
    options = parser.parse_args(argv)
    user = _user(options.user)
    if user is None:
        return _refuse(f"There is no user {options.user!r}.")
    with journal.acting("command:factors"):
        gone = forget_factors(user)
    if not gone:
        return _refuse(f"{options.user} has no second factor.")
    print(f"{gone} forgotten, with the codes on paper; sessions and tokens have ended.")
    return 0


def sessions(argv: list[str]) -> int:
    """End the sessions of a user on all devices, or those of everybody."""
    parser = argparse.ArgumentParser(prog="emporion sessions", description=sessions.__doc__)
    parser.add_argument("act", choices=("end",))
    whose = parser.add_mutually_exclusive_group(required=True)
    whose.add_argument("--user", help="e-mail address or phone number")
    whose.add_argument("--all", action="store_true", help="of everybody")
    options = parser.parse_args(argv)
    with journal.acting("command:sessions"):
        if options.all:
            ended = session_domain.end_everybodys()
        elif user := _user(options.user):
            ended = session_domain.end_all(user)
        else:
            return _refuse(f"There is no user {options.user!r}.")
    print(f"{ended} ended.")
    return 0


def _user(address: str) -> User | None:
    phone = as_phone(address)
    return queries.user_by_phone(phone) if phone else queries.user_by_email(address)


def _refuse(why: str) -> int:
    print(f"emporion: {why}", file=sys.stderr)
    return 1
