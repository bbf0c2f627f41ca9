"""What meetings hold of people; see `core.privacy`.

`alone`: see `edition.personal`; `written` are the requests that somebody wrote as a user.
"""

from emporion.core.privacy import Does, Kept, declare, held, not_of_people

_BOTH = "the two sides and those who act for them"
_BY_ID = "a random name, of nobody once the user is erased"
# A demonstration is of nobody, and stays as it was built.
_REAL = {"participation__edition__is_demonstration": False}

declare(
    "meetings.MeetingRequest",
    whose={"alone": "asker", "written": "pk"},
    kept=Kept(
        "messages two years after the fair; the request with the edition",
        after="edition__ends", days=730, row_stays=True,
        where={"edition__is_demonstration": False},
    ),
    fields={
        "message": held("what one wants to talk about", _BOTH, Does.EMPTIES),
        "state": held("whether they meet", _BOTH, Does.KEEPS, "the record of the schedule"),
        "source": held("from which list it came", "organisers", Does.KEEPS, "no name of a person"),
        "external_id": held(
            "the list's own number", "organisers", Does.KEEPS, "of a firm's list, not of a person"
        ),
        "decline_reason": held("why not", _BOTH, Does.KEEPS, "one of a few words"),
    },
    others="public_id",
)  # fmt: skip
declare(
    "meetings.MeetingRating",
    whose={"alone": "rater"},
    kept=Kept(
        "three years after the fair",
        after="rater__edition__ends",
        days=1095,
        where={"rater__edition__is_demonstration": False},
    ),
    fields={},
    row_goes=True,
)
declare(
    "meetings.PersonalLink",
    whose={"person": "person"},
    kept=Kept("30 days after it stopped working", after="expires_at", days=30),
    fields={
        "public_id": held(
            "to read the agenda without signing in", "whoever has the address", Does.STEP,
            "the row goes, and the address opens nothing", exported=False,
        ),
    },
    row_goes=True,
)  # fmt: skip
declare(
    "meetings.CalendarAddress",
    whose={"user": "user"},
    kept=Kept("as long as the participant: what was ended must not open again"),
    fields={},
    row_goes=True,
)
declare(
    "meetings.DayTold",
    whose={"person": "person"},
    kept=Kept(
        "a year after the fair",
        after="participation__edition__ends",
        days=365,
        where=_REAL,
    ),
    fields={},
    row_goes=True,
)
declare(
    "meetings.NoticesRead",
    whose={"user": "user"},
    kept=Kept(
        "a year after the fair",
        after="participation__edition__ends",
        days=365,
        where=_REAL,
    ),
    fields={},
    row_goes=True,
)
declare(
    "meetings.Pin",
    whose={"actor": "pinned_by"},
    kept=Kept("with the request"),
    fields={"pinned_by": held("who fixed a meeting", "organisers", Does.KEEPS, _BY_ID)},
)
declare(
    "meetings.Release",
    whose={"actor": "published_by"},
    kept=Kept("with the edition"),
    fields={"published_by": held("who published it", "organisers", Does.KEEPS, _BY_ID)},
    others="state instance_digest digest figures certificate",
)
# Participants stand in the files of the engine by number, and by the id of their list.
_BY_NUMBER = "numbers and the ids of lists; without the list they lead to nobody"
for _label, _others in (
    ("meetings.ReleaseInstance", ""),
    ("meetings.ScheduleRunContent", "rows certificate"),
):
    _name = "content" if _label.endswith("Instance") else "instance"
    declare(
        _label,
        kept=Kept("with the edition"),
        fields={
            _name: held(
                "to compute a schedule again", "organisers", Does.KEEPS, _BY_NUMBER, exported=False
            )
        },
        others=_others,
    )
declare(
    "meetings.Incident",
    whose={"alone": "participation", "actor": "told_by"},
    kept=Kept(
        "a year after the fair",
        after="edition__ends",
        days=365,
        where={"edition__is_demonstration": False},
    ),
    fields={
        "kind": held(
            "why meetings could not take place", "organisers", Does.KEEPS,
            "the record of the schedule",
        ),
        "told_by": held("who told it", "organisers", Does.KEEPS, _BY_ID),
    },
    others="public_id letter",
)  # fmt: skip
not_of_people("meetings.Slot", "session")
not_of_people("meetings.Meeting")
not_of_people("meetings.Refusal", "reason")
not_of_people("meetings.ChangeReason", "reason")
not_of_people("meetings.StandingRule", "public_id source")
not_of_people("meetings.RuleAnswer")
not_of_people("meetings.ScheduleRun", "public_id options state job instance_digest digest figures")
not_of_people("meetings.ReleaseTold", "rows")
