"""Every change to what outlives an edition: expos, organisations, people, bodies.

Rows for many at once are named tuples; their chunks are transactions of their own unless the
caller has one open.
"""

from emporion.registry.domain.bodies import NewBody, add_bodies, create_body
from emporion.registry.domain.consents import say
from emporion.registry.domain.erasing import (
    Erasure,
    ErasureError,
    ask_for_erasure,
    decline_erasure,
    erase_account,
    erase_person,
    keeps_account,
    note_account_export,
    note_export,
    open_request,
    trace,
    trace_account,
    withdraw_erasure,
)
from emporion.registry.domain.expos import LastOwner, create_expo, make_organiser, remove_organiser
from emporion.registry.domain.organisations import (
    NewOrganisation,
    add_organisations,
    change_organisations,
    create_organisation,
    remove_organisations,
)
from emporion.registry.domain.people import (
    LISTS_WITHIN,
    MOST_LISTS,
    PAGES_WITHIN,
    READS_WITHIN,
    NewPerson,
    TooManyReads,
    add_people,
    change_people,
    create_person,
    link_user,
    look_up_people,
    note_list_out,
    note_page_out,
    note_requests_out,
    remove_people,
)

__all__ = [
    "LISTS_WITHIN",
    "MOST_LISTS",
    "PAGES_WITHIN",
    "READS_WITHIN",
    "Erasure",
    "ErasureError",
    "LastOwner",
    "NewBody",
    "NewOrganisation",
    "NewPerson",
    "TooManyReads",
    "add_bodies",
    "add_organisations",
    "add_people",
    "ask_for_erasure",
    "change_organisations",
    "change_people",
    "create_body",
    "create_expo",
    "create_organisation",
    "create_person",
    "decline_erasure",
    "erase_account",
    "erase_person",
    "keeps_account",
    "link_user",
    "look_up_people",
    "make_organiser",
    "note_account_export",
    "note_export",
    "note_list_out",
    "note_page_out",
    "note_requests_out",
    "open_request",
    "remove_organisations",
    "remove_organiser",
    "remove_people",
    "say",
    "trace",
    "trace_account",
    "withdraw_erasure",
]
