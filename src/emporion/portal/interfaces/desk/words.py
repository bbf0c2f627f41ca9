"""The words of the desk in the reader's language: fields of lists, roles, counts, states."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _l

FIELDS: dict[str, Any] = {
    "id": _l("Id"),
    "source": _l("Source"),
    "name": _l("Name"),
    "name:en": _l("Name in English"),
    "name:zh-hans": _l("Name in Chinese"),
    "name:ar": _l("Name in Arabic"),
    "country": _l("Country"),
    "city": _l("City"),
    "website": _l("Website"),
    "size": _l("Size of the firm"),
    "pavilion": _l("Pavilion"),
    "pavilion_name": _l("Name of the pavilion"),
    "hall_id": _l("Hall id"),
    "stand": _l("Stand"),
    "main": _l("Main exhibitor"),
    "about": _l("About"),
    "about:zh-hans": _l("About, in Chinese"),
    "about:ar": _l("About, in Arabic"),
    "offers": _l("Categories offered"),
    "offer_text": _l("Offer in words"),
    "needs": _l("Categories needed"),
    "need_text": _l("Need in words"),
    "markets": _l("Markets"),
    "languages": _l("Languages"),
    "tables": _l("Tables"),
    "max_meetings": _l("Most meetings"),
    "max_meetings_per_day": _l("Most meetings a day"),
    "contact": _l("Contact person"),
    "job_title": _l("Job title"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "contact_language": _l("Language of the contact"),
    "is_made_up": _l("Made up"),
    "asker": _l("Who asks"),
    "asker_role": _l("Role of who asks"),
    "counterpart": _l("Who is asked"),
    "counterpart_role": _l("Role of who is asked"),
    "state": _l("State"),
    "weight": _l("Weight"),
    "is_mandatory": _l("Mandatory"),
    "message": _l("Message"),
    "asked_at": _l("Asked at"),
    "answered_at": _l("Answered at"),
}
SUBJECTS = {
    "exhibitors": _l("Exhibitors"),
    "buyers": _l("Buyers"),
    "requests": _l("Meeting requests"),
}
COUNTS = {
    "new": _l("New"),
    "changed": _l("Changed"),
    "unchanged": _l("Unchanged"),
    "vanished": _l("Vanished"),
    "in conflict": _l("In conflict"),
}
ROLES = {
    "exhibitor": _l("Exhibitor"),
    "co_exhibitor": _l("Co-exhibitor"),
    "buyer": _l("Buyer"),
    "organisation": _l("Organisation"),
    "investor": _l("Investor"),
    "project": _l("Project"),
    "adopter": _l("Adopter"),
}
BATCH_STATES = {
    "writing": ("waits", _l("being written")),
    "done": ("confirmed", _l("taken in")),
    "undone": ("cancelled", _l("undone")),
}
