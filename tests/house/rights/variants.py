"""What stands behind the question mark: other forms of a page, and things that it is narrowed to.

A page or an operation is asked without anything, and once more for each of these. A list that is
given out whole is of a subject: each subject is a variant as well.
"""

from __future__ import annotations

from emporion.portal.queries.subjects import SUBJECTS
from tests.house.rights.forms import Form, Of

# What the journal can be narrowed to: an object of each kind that has a story, and who acted.
STORIES = {
    "request": "waiting",
    "participation": "participation",
    "person": "erased",
    "organisation": "organisation",
    "import": "batch",
}
_JOURNAL: dict[str, Form] = {
    **{f"kind={kind}": {"kind": kind, "id": Of(of)} for kind, of in STORIES.items()},
    "actor=nameless": {"actor": Of("nameless")},
    "about=request": {"about": "request"},
}
# A word of the address, in place of the one that always stands there (`FIXED`).
_SUBJECTS: dict[str, Form] = {
    f"{name} {kind}": {"/subject": name, "format": kind}
    for name in SUBJECTS
    for kind in (("jsonl", "xlsx") if name in {"journal", "people"} else ("csv",))
}
# Pages give out the same lists as programs do; a few of them stand for all.
_SOME = ("journal", "people", "pins", "told")
PAGES: dict[str, dict[str, Form]] = {
    "portal:journal": _JOURNAL,
    "portal:export": {n: v for n, v in _SUBJECTS.items() if n.partition(" ")[0] in _SOME},
    "portal:participants": {"format=csv": {"format": "csv"}, "lacks=": {"role": "buyer"}},
    "portal:messages": {"person=": {"person": Of("erased")}},
    "portal:search": {"q=": {"q": "zz-mark"}},
    "portal:why": {"who=": {"q": "zz-mark", "who": Of("participation")}},
    "portal:who": {"show=all": {"show": "all"}},
    "portal:delegation": {"of=": {"of": Of("delegation")}},
    "meetings:repair": {"kind=closed": {"kind": "closed"}},
    "meetings:refusals": {"format=csv": {"format": "csv"}},
    "meetings:requests": {"box=sent": {"box": "sent"}},
    "meetings:day": {"date=": {"date": "2023-11-24"}},
}
OPERATIONS: dict[str, dict[str, Form]] = {
    "list_exhibitors": {"expand=people": {"expand": "people"}},
    "list_participations": {"expand=people": {"expand": "people"}},
    "search": {"q=": {"q": "zz-mark"}},
    "list_own_requests": {"box=sent": {"box": "sent"}},
    "list_requests": {"state=open": {"state": "open"}},
    "audit_request": {"release=1": {"release": "1"}},
    "list_messages": {"person=": {"person": Of("erased")}},
    "list_journal": _JOURNAL,
    "export": _SUBJECTS,
}
