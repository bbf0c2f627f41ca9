"""Roles of the staff of an expo, and what each may do at its desk; no Django.

All of them read the desk. What is named below is needed to change something or to see what not all
should: contact data, and who asks and meets whom. What no name covers only an owner does.
"""

from __future__ import annotations

# To set up editions; take lists in; change participants; look up contact data; run a matching;
# work on schedules; publish one; end or carry out an erasure; see what was sent to whom, and try
# again what was given up; connect other systems.
SET_UP, IMPORT, PARTICIPANTS, CONTACTS = "set_up", "import", "participants", "contacts"
MATCH, SCHEDULE, PUBLISH, ERASE = "match", "schedule", "publish", "erase"
OUTGOING, CONNECT = "outgoing", "connect"
# To know who asks and meets whom, with what they write; only who meets on the day that it is.
REQUESTS, MEETINGS = "requests", "meetings"
# To see for a while what a participant sees, and change nothing.
SEE = "see"
# Who else runs the expo: only an owner knows and says.
STAFF = "staff"
# What every role does: a saved view of one's own.
LOOK = "look"

OWNER = "owner"
MAY: dict[str, frozenset[str]] = {
    OWNER: frozenset(
        {
            SET_UP,
            IMPORT,
            PARTICIPANTS,
            CONTACTS,
            REQUESTS,
            MEETINGS,
            MATCH,
            SCHEDULE,
            PUBLISH,
            ERASE,
            OUTGOING,
            CONNECT,
            SEE,
            STAFF,
            LOOK,
        }
    ),
    "reviewer": frozenset({IMPORT, PARTICIPANTS, CONTACTS, REQUESTS, MEETINGS, LOOK}),
    "pavilion_manager": frozenset({PARTICIPANTS, CONTACTS, LOOK}),
    "programme_editor": frozenset({MATCH, SCHEDULE, REQUESTS, MEETINGS, LOOK}),
    "gate_chief": frozenset({CONTACTS, MEETINGS, LOOK}),
    "analyst": frozenset({LOOK}),
    "support": frozenset({CONTACTS, OUTGOING, SEE, LOOK}),
}
ROLES = tuple(MAY)
# Held to pavilions: sees and changes who stands in theirs, and nothing of the whole fair.
PAVILION_MANAGER = "pavilion_manager"


def may(role: str, act: str) -> bool:
    """Whether staff in `role` may do `act`; one that is not named only an owner may."""
    return role == OWNER or act in MAY.get(role, frozenset())
