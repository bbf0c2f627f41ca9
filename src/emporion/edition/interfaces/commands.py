"""Commands that let people in: organisers, who acts for a participant, officers."""

from __future__ import annotations

import argparse
import secrets
import sys

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from emporion.accounts.domain import create_user
from emporion.accounts.queries import User, as_phone, user_by_email, user_by_phone
from emporion.core import journal
from emporion.core.tenancy import scope
from emporion.core.text.clean import BadText
from emporion.core.translated import as_dict, best
from emporion.edition.domain import officers
from emporion.edition.domain.delegates import DelegateError, choose_person, let_sign_in
from emporion.edition.queries import (
    Delegation,
    Edition,
    Participation,
    delegations,
    edition_by_slug,
    participation,
    participations_of_list,
)
from emporion.registry import domain as registry
from emporion.registry.domain import roles
from emporion.registry.queries import expo_by_slug


class _Refused(Exception):
    """What a command says instead of doing something."""


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
    parser.add_argument("--role", choices=roles.ROLES, help="what they may do; owner if not said")
    parser.add_argument(
        "--pavilion", action="append", default=[], help="letter that a pavilion manager is held to"
    )
    parser.add_argument("--language", default="en", choices=("en", "zh-hans", "ar"))
    options = parser.parse_args(argv)
    if bool(options.pavilion) != (options.role == roles.PAVILION_MANAGER):
        return _refuse("A pavilion manager, and nobody else, has a --pavilion or several.")
    if options.edition:
        edition = edition_by_slug(options.edition)
        expo = edition.expo if edition else None
    else:
        expo = expo_by_slug(options.expo)
    if expo is None:
        return _refuse(
            f"There is no {'edition' if options.edition else 'expo'} "
            f"{options.edition or options.expo!r}."
        )
    try:
        email = _email(options.email)
    except _Refused as why:
        return _refuse(str(why))
    password = ""
    with journal.acting("command:organiser", tenant=expo.public_id):
        user = user_by_email(email)
        if user is None:
            password = secrets.token_urlsafe(16)
            try:
                user = create_user(
                    email=email, name=options.name, language=options.language, password=password
                )
            except (BadText, ValueError) as error:
                return _refuse(str(error))
        try:
            is_new = registry.make_organiser(expo, user, options.role, options.pavilion)
        except ValueError as error:
            return _refuse(str(error))
    print(f"{user.email} {'now runs' if is_new else 'runs already'} the expo {expo.slug}.")
    if password:
        print(f"Password, shown only this once: {password}")
    return 0


def delegate(argv: list[str]) -> int:
    """Let somebody sign in for a participant; a new user gets a password, printed once."""
    options = _parser().parse_args(argv)
    try:
        edition = edition_by_slug(options.edition)
        if edition is None:
            raise _Refused(f"There is no edition {options.edition!r}.")
        email, phone = _identity(options)
        acting = journal.acting("command:delegate", tenant=edition.expo.public_id)
        with scope(expo=edition.expo), acting:
            _let_in(edition, options, email, phone)
    except (_Refused, DelegateError, BadText) as why:
        return _refuse(str(why), "delegate")
    return 0


def officer(argv: list[str]) -> int:
    """Let somebody act for all members of a delegation; a new user gets a password, once."""
    parser = argparse.ArgumentParser(
        prog="emporion officer",
        description="Let somebody act for all members of a delegation, or end it.",
    )
    parser.add_argument("--edition", required=True, help="by its name in addresses")
    parser.add_argument(
        "--delegation", required=True, metavar="ID|NAME", help="public id, or name in any language"
    )
    parser.add_argument("--email", required=True, help="what they sign in with")
    parser.add_argument("--name", default="")
    parser.add_argument("--language", default="en", choices=("en", "zh-hans", "ar"))
    parser.add_argument("--dismiss", action="store_true", help="end it instead")
    options = parser.parse_args(argv)
    try:
        edition = edition_by_slug(options.edition)
        if edition is None:
            raise _Refused(f"There is no edition {options.edition!r}.")
        _email(options.email)
        acting = journal.acting("command:officer", tenant=edition.expo.public_id)
        with scope(expo=edition.expo), acting:
            _change_officer(_delegation(edition, options.delegation), options)
    except (_Refused, BadText, ValueError) as why:
        return _refuse(str(why), "officer")
    return 0


def _delegation(edition: Edition, named: str) -> Delegation:
    every = delegations(edition)
    wanted = named.casefold()
    fitting = [
        one
        for one in every
        if named == one.public_id
        or wanted in {text.casefold() for text in as_dict(one.body.name).values()}
    ]
    if len(fitting) == 1:
        return fitting[0]
    if not every:
        raise _Refused(f"{edition.slug} has no delegations.")
    rows = "\n".join(f"  {one.public_id}  {best(one.body.name, 'en')[1]}" for one in every)
    raise _Refused(f"Name one of these delegations by its id, not {named!r}:\n{rows}")


def _change_officer(delegation: Delegation, options: argparse.Namespace) -> None:
    name = best(delegation.body.name, "en")[1]
    user = user_by_email(options.email)
    if options.dismiss:
        if user is None or not officers.dismiss_officer(delegation, user):
            raise _Refused(f"{options.email} does not act for the delegation of {name}.")
        print(f"{options.email} does not act for the delegation of {name} any more.")
        return
    password = ""
    if user is None:
        password = secrets.token_urlsafe(16)
        user = create_user(
            email=options.email, name=options.name, language=options.language, password=password
        )
    is_new = officers.appoint_officer(delegation, user)
    print(f"{user.email} {'now acts' if is_new else 'acts already'} for the delegation of {name}.")
    if password:
        print(f"Password, shown only this once: {password}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="emporion delegate",
        description="Let somebody sign in for an exhibitor, a buyer or another participant.",
    )
    parser.add_argument("--edition", required=True, help="by its name in addresses")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--participation",
        metavar="PUBLIC_ID",
        help="the participant, by the last part of an exhibitor's page",
    )
    which.add_argument(
        "--external-id", metavar="ID", help="the participant, by its id in the list it came with"
    )
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", help="what they sign in with")
    who.add_argument("--phone", help="what they sign in with: +, country's code, number")
    parser.add_argument("--name", default="", help="the person, if the list has another or none")
    parser.add_argument("--language", default="en", choices=("en", "zh-hans", "ar"))
    return parser


def _identity(options: argparse.Namespace) -> tuple[str | None, str | None]:
    if options.phone is not None:
        phone = as_phone(options.phone)
        if phone is None:
            raise _Refused(
                f"{options.phone!r} is no phone number. Write it with + and the "
                "country's code: +86 571 …"
            )
        return None, phone
    return _email(options.email), None


def _let_in(
    edition: Edition, options: argparse.Namespace, email: str | None, phone: str | None
) -> None:
    whose = _participation(edition, options)
    user = user_by_email(email) if email else user_by_phone(phone or "")
    password = ""
    if user is None:
        # Asked before there is a user, so that a refusal leaves none behind.
        choose_person(whose, email=email, phone=phone, name=options.name)
        password = secrets.token_urlsafe(16)
        user = create_user(
            email=email,
            phone=phone,
            name=options.name,
            language=options.language,
            password=password,
        )
    try:
        person, is_new = let_sign_in(whose, user, options.name)
        print(
            f"{_called(user)} {'now signs' if is_new else 'signs'} in as {person.name} "
            f"for {whose} ({whose.public_id})."
        )
    finally:
        # Said also if the second step failed: the user is there, and nothing else knows it.
        if password:
            print(f"Password, shown only this once: {password}")


def _participation(edition: Edition, options: argparse.Namespace) -> Participation:
    if options.participation is not None:
        found = participation(edition, options.participation)
        if found is None:
            raise _Refused(f"{edition.slug} has no participant {options.participation!r}.")
        return found
    several = participations_of_list(edition, options.external_id)
    if not several:
        raise _Refused(f"{edition.slug} has no participant with the id {options.external_id!r}.")
    if len(several) > 1:
        rows = "\n".join(f"  {p.public_id}  {p.role}  {p}" for p in several)
        raise _Refused(
            f"{len(several)} participants have the id {options.external_id!r}; name "
            f"one with --participation:\n{rows}"
        )
    return several[0]


def _called(user: User) -> str:
    return user.email or user.phone or user.public_id


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError as error:
        raise _Refused(f"{text!r} is no e-mail address.") from error
    return text


def _refuse(why: str, command: str = "organiser") -> int:
    print(f"emporion {command}: {why}", file=sys.stderr)
    return 1
