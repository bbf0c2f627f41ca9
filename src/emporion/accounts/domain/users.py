"""Make users."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from emporion.accounts import queries
from emporion.accounts.models import User
from emporion.accounts.rules import as_phone
from emporion.core import journal
from emporion.core.text.addresses import as_email
from emporion.core.text.clean import clean_text


def create_user(
    *,
    email: str | None = None,
    phone: str | None = None,
    name: str = "",
    language: str = "en",
    password: str | None = None,
) -> User:
    """Make a user; one of `email` and `phone` is needed, without `password` none can sign in.

    Raises ValueError when both are missing or the phone number is none, BadText for text that
    cannot be stored, IntegrityError when one of them is taken.
    """
    number = None
    if phone:
        number = as_phone(phone)
        if number is None:
            raise ValueError(
                f"{phone!r} is no phone number. Write it with + and the country's code: +86 571 …"
            )
    address = clean_text(as_email(email), max_length=254) if email else None
    if email and email.strip() and not address:
        raise ValueError(f"{email!r} is no e-mail address: a letter in it looks like another one.")
    if not address and not number:
        raise ValueError("A user needs an e-mail address or a phone number.")
    name = clean_text(name, max_length=200)
    user = User(email=address, phone=number, name=name, language=language)
    return _save(user, password)


def user_of_address(identifier: str, name: str, language: str) -> User:
    """Return whose e-mail address or phone number this is; one is made for whoever has no account.

    A new one has no password and signs in by a code. So whoever asks learns nothing of who exists.
    Raises ValidationError for what is neither, BadText for a name that cannot be stored.
    """
    phone, email = as_phone(identifier), as_email(identifier)
    if phone is None:
        try:
            validate_email(email)
        except ValidationError:
            raise ValidationError(
                _("This is neither an e-mail address nor a number with + and the country's code.")
            ) from None
    found = _with(phone, identifier)
    if found is not None:
        return found
    try:
        return create_user(
            email=None if phone else email, phone=phone, name=name, language=language
        )
    except IntegrityError:
        # Somebody named the same address at the same time and was quicker.
        found = _with(phone, identifier)
        if found is None:
            raise
        return found


def _with(phone: str | None, identifier: str) -> User | None:
    return queries.user_by_phone(phone) if phone else queries.user_by_email(identifier)


def demonstration_user(role: str, name: str, *, public_id: str, language: str = "en") -> User:
    """Make or find the demonstration's user with this `public_id`.

    `role` is the heading they stand under on the sign-in page: "organiser", "exhibitor" or
    "buyer". They have neither address nor password: only `settings.DEMO_SIGNIN` lets them in.
    """
    found = User.objects.filter(public_id=public_id).first()
    if found is not None:
        if not found.is_demonstration:
            raise ValueError(f"User {public_id} is a real one.")
        return found
    user = User(
        public_id=public_id,
        name=clean_text(name, max_length=200),
        language=language,
        is_demonstration=True,
        demonstration_role=role,
    )
    return _save(user, None)


def _save(user: User, password: str | None) -> User:
    if password is None:
        user.set_unusable_password()
    else:
        user.set_password(password)
    with transaction.atomic():
        user.save(force_insert=True)
        # Of no expo: the journal of the one that named an address would tell that it was new.
        journal.record("user.create", "user", user.public_id, tenant="")
    return user
