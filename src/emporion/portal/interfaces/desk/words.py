"""The words of the desk in the reader's language: fields of lists, roles, counts, states."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

FIELDS: dict[str, Any] = {
    "id": gettext_lazy("Id"),
    "source": gettext_lazy("Source"),
    "name": gettext_lazy("Name"),
    "name:en": gettext_lazy("Name in English"),
    "name:zh-hans": gettext_lazy("Name in Chinese"),
    "name:ar": gettext_lazy("Name in Arabic"),
    "country": gettext_lazy("Country"),
    "city": gettext_lazy("City"),
    "website": gettext_lazy("Website"),
    "size": gettext_lazy("Size of the firm"),
    "pavilion": gettext_lazy("Pavilion"),
    "pavilion_name": gettext_lazy("Name of the pavilion"),
    "hall_id": gettext_lazy("Hall id"),
    "stand": gettext_lazy("Stand"),
    "main": gettext_lazy("Main exhibitor"),
    "about": gettext_lazy("About"),
    "about:zh-hans": gettext_lazy("About, in Chinese"),
    "about:ar": gettext_lazy("About, in Arabic"),
    "offers": gettext_lazy("Categories offered"),
    "offer_text": gettext_lazy("Offer in words"),
    "needs": gettext_lazy("Categories needed"),
    "need_text": gettext_lazy("Need in words"),
    "markets": gettext_lazy("Markets"),
    "languages": gettext_lazy("Languages"),
    "tables": gettext_lazy("Tables"),
    "max_meetings": gettext_lazy("Most meetings"),
    "max_meetings_per_day": gettext_lazy("Most meetings a day"),
    "contact": gettext_lazy("Contact person"),
    "job_title": gettext_lazy("Job title"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "contact_language": gettext_lazy("Language of the contact"),
    "is_made_up": gettext_lazy("Made up"),
    "asker": gettext_lazy("Who asks"),
    "asker_role": gettext_lazy("Role of who asks"),
    "counterpart": gettext_lazy("Who is asked"),
    "counterpart_role": gettext_lazy("Role of who is asked"),
    "state": gettext_lazy("State"),
    "weight": gettext_lazy("Weight"),
    "is_mandatory": gettext_lazy("Mandatory"),
    "message": gettext_lazy("Message"),
    "asked_at": gettext_lazy("Asked at"),
    "answered_at": gettext_lazy("Answered at"),
}
SUBJECTS = {
    "exhibitors": gettext_lazy("Exhibitors"),
    "buyers": gettext_lazy("Buyers"),
    "requests": gettext_lazy("Meeting requests"),
}
COUNTS = {
    "new": gettext_lazy("New"),
    "changed": gettext_lazy("Changed"),
    "unchanged": gettext_lazy("Unchanged"),
    "vanished": gettext_lazy("Vanished"),
    "in conflict": gettext_lazy("In conflict"),
    "kept": gettext_lazy("Saved since, and kept"),
}
ROLES = {
    "exhibitor": gettext_lazy("Exhibitor"),
    "co_exhibitor": gettext_lazy("Co-exhibitor"),
    "buyer": gettext_lazy("Buyer"),
    "organisation": gettext_lazy("Organisation"),
    "investor": gettext_lazy("Investor"),
    "project": gettext_lazy("Project"),
    "adopter": gettext_lazy("Adopter"),
}
BATCH_STATES = {
    "writing": ("waits", gettext_lazy("being written")),
    "done": ("confirmed", gettext_lazy("taken in")),
    "undone": ("cancelled", gettext_lazy("undone")),
}
