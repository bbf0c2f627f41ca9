"""The forms of the sign-in pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


def identifier_field() -> forms.CharField:
    """Who: by the address or the number they are known under."""
    return forms.CharField(
        label=_("E-mail address or phone number"),
        help_text=_("A phone number with + and the country's code."),
        max_length=254,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )


class SignInForm(forms.Form):
    """Who, and the password. A wrong one is never said to be wrong in one of the two."""

    identifier = identifier_field()
    # Long enough for every phrase, short enough to be hashed at once.
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}),
    )


class AskForm(forms.Form):
    """Where a code is to be sent."""

    identifier = identifier_field()


class CodeForm(forms.Form):
    """The digits that were sent; spaces do not matter."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "spellcheck": "false",
                "dir": "ltr",
            }
        ),
    )


class PasswordForm(forms.Form):
    """A new password, and the old one where it is asked for."""

    old = forms.CharField(
        label=_("Your password now"),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "dir": "ltr"}),
    )
    new = forms.CharField(
        label=_("New password"),
        help_text=_(
            "Ten letters at least; four or five words that do not belong together are best."
        ),
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )

    def __init__(self, *args: Any, with_old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_old:
            del self.fields["old"]


def _code_field(label: Any, help_text: Any, *, digits: bool) -> forms.CharField:
    attrs = {"autocomplete": "one-time-code", "spellcheck": "false", "dir": "ltr"}
    if digits:
        attrs["inputmode"] = "numeric"
    return forms.CharField(
        label=label, help_text=help_text, max_length=40, widget=forms.TextInput(attrs=attrs)
    )


class SecondForm(forms.Form):
    """The second factor: what the app shows, or a code on paper."""

    code = _code_field(
        _("Code"),
        _("Six digits that your app shows, or one of your codes on paper."),
        digits=False,
    )


class AppForm(forms.Form):
    """The first code of an app: it proves that the app has the secret."""

    code = _code_field(_("Code"), _("Six digits that the app shows now."), digits=True)
