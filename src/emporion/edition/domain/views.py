"""Choices of participants that organisers keep under a name."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.core.text.clean import BadText, clean_text
from emporion.edition.models import Edition, SavedView

MOST = 30


class ViewError(ValueError):
    """A view that cannot be kept; the text says why."""


def save_view(edition: Edition, owner: str, name: str, query: str) -> SavedView:
    """Keep `query` (of an address) under `name`; the same name again replaces it.

    Raises ViewError for a name that is empty or too long, and above `MOST` views.
    """
    try:
        name = clean_text(name, max_length=80)
    except BadText as error:
        raise ViewError(str(error)) from error
    if not name:
        raise ViewError(_("The view needs a name."))
    if len(query) > 1000:
        raise ViewError(_("This choice is too long to be kept."))
    with transaction.atomic():
        Edition._base_manager.select_for_update().get(pk=edition.pk)
        own = SavedView.objects.filter(edition=edition, owner=owner)
        known = own.filter(name=name).first()
        if known is None and own.count() >= MOST:
            raise ViewError(_("There are %(most)d views already; remove one.") % {"most": MOST})
        view = known or SavedView(edition=edition, owner=owner, name=name)
        view.query = query
        view.save()
        journal.record("view.save", "view", view.public_id, fields=["query"])
    return view


def remove_view(edition: Edition, owner: str, public_id: str) -> bool:
    """Remove one of the owner's views; return whether there was one."""
    with transaction.atomic():
        found = SavedView.objects.filter(edition=edition, owner=owner, public_id=public_id).first()
        if found is None:
            return False
        found.delete()
        journal.record("view.remove", "view", public_id)
    return True
