"""Commands about those who run an expo."""

from __future__ import annotations

import argparse
import secrets
import sys

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from emporion.accounts.domain import create_user
from emporion.accounts.queries import user_by_email
from emporion.core import journal
from emporion.core.text.clean import BadText
from emporion.edition.queries import edition_by_slug
from emporion.registry import domain as registry
from emporion.registry.queries import expo_by_slug


def organiser(argv: list[str]) -> int:
    """Make somebody an organiser of an expo; a new user gets a password, printed once."""
    parser = argparse.ArgumentParser(
        prog="emporion organiser", description="Let somebody run an expo with all its editions."
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--edition", help="an edition of the expo, by its name in addresses")
    which.add_argument("--expo", help="the expo, by its name in addresses")
    parser.add_argument("--email", required=True)
    parser.add_argument("--name", default="")
    parser.add_argument("--language", default="en", choices=("en", "zh-hans", "ar"))
    options = parser.parse_args(argv)
    if options.edition:
        edition = edition_by_slug(options.edition)
        expo = edition.expo if edition else None
    else:
        expo = expo_by_slug(options.expo)
    if expo is None:
        return _refuse(f"There is no {'edition' if options.edition else 'expo'} "
                       f"{options.edition or options.expo!r}.")
    try:
        validate_email(options.email)
    except ValidationError:
        return _refuse(f"{options.email!r} is no e-mail address.")
    password = ""
    with journal.acting("command:organiser", tenant=expo.public_id):
        user = user_by_email(options.email)
        if user is None:
            password = secrets.token_urlsafe(12)
            try:
                user = create_user(email=options.email, name=options.name,
                                   language=options.language, password=password)
            except (BadText, ValueError) as error:
                return _refuse(str(error))
        is_new = registry.make_organiser(expo, user)
    print(f"{user.email} {'now runs' if is_new else 'runs already'} the expo {expo.slug}.")
    if password:
        print(f"Password, shown only this once: {password}")
    return 0


def _refuse(why: str) -> int:
    print(f"emporion organiser: {why}", file=sys.stderr)
    return 1
