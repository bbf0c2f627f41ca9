"""What an entry of the journal says, in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from emporion.accounts import queries as accounts
from emporion.core.models import ImportBatch, JournalEntry
from emporion.core.translated import best
from emporion.design.formats import number
from emporion.edition import queries as editions
from emporion.edition.queries import Edition
from emporion.meetings import queries as meetings
from emporion.messaging import queries as messaging
from emporion.registry import queries as registered
from emporion.registry.domain import roles

SHOWN, REQUESTS = 3, 20
# Kinds of objects that have a page of their own in the journal.
STORIES = ("request", "participation", "person", "organisation", "import", "release", "edition")
DEEDS: dict[str, Any] = {
    "address.link": gettext_lazy("Somebody joined an account to be reached by"),
    "address.unlink": gettext_lazy("An account to be reached by was forgotten"),
    "body.add": gettext_lazy("Bodies were entered"),
    "calendar.end": gettext_lazy("Somebody ended the address of their calendar"),
    "contacts.list": gettext_lazy("A list with contact data was taken out"),
    "contacts.page": gettext_lazy("A program read contact data of people"),
    "delegate.add": gettext_lazy("Somebody was named to act for a participant"),
    "delegate.remove": gettext_lazy("Somebody no longer acts for a participant"),
    "delegation.add": gettext_lazy("Delegations were entered"),
    "edition.change": gettext_lazy("The edition was changed"),
    "edition.create": gettext_lazy("The edition was made"),
    "edition.phase": gettext_lazy("The edition went into another phase"),
    "export.list": gettext_lazy("A list without contact data was taken out"),
    "expo.create": gettext_lazy("The expo was made"),
    "facts.set": gettext_lazy("The published figures were set"),
    "import.finish": gettext_lazy("A list was taken in"),
    "import.start_undo": gettext_lazy("The undoing of an import was started"),
    "import.undo": gettext_lazy("An import was undone"),
    "consent.give": gettext_lazy("Somebody allowed a use of their data"),
    "consent.withdraw": gettext_lazy("Somebody refused a use of their data"),
    "data.let_go": gettext_lazy("Data past its time was let go"),
    "erasure.ask": gettext_lazy("Somebody asked to be erased"),
    "erasure.decline": gettext_lazy("A wish to be erased was declined"),
    "erasure.withdraw": gettext_lazy("A wish to be erased was taken back"),
    "journal.erase": gettext_lazy("Values in the journal were erased"),
    "link.make": gettext_lazy("A personal link was made"),
    "link.revoke": gettext_lazy("A personal link was withdrawn"),
    "list.change": gettext_lazy("A list to be taken in was corrected"),
    "list.discard": gettext_lazy("A list was thrown away before it was taken in"),
    "list.send": gettext_lazy("A list was sent to be looked at"),
    "match.first_list": gettext_lazy("A first list of whom to meet was computed"),
    "match.run": gettext_lazy("Everybody's list of whom to meet was computed"),
    "incident.take_back": gettext_lazy("What had happened at the fair was taken back"),
    "incident.tell": gettext_lazy("Somebody is away or late, or a pavilion is closed"),
    "list.take": gettext_lazy("The taking in of a list was started"),
    "match.start": gettext_lazy("A matching was started"),
    "match.stop": gettext_lazy("A matching was stopped"),
    "notices.read": gettext_lazy("Somebody read what had changed"),
    "officer.appoint": gettext_lazy("An officer was appointed to a delegation"),
    "officer.begin": gettext_lazy("An officer began to act for a member"),
    "officer.dismiss": gettext_lazy("An officer was dismissed from a delegation"),
    "organisation.add": gettext_lazy("Organisations were entered"),
    "meeting.rate": gettext_lazy("Somebody said what they thought of a meeting"),
    "meeting.unrate": gettext_lazy("Somebody took back what they thought of a meeting"),
    "organisation.change": gettext_lazy("An organisation was changed"),
    "organisation.remove": gettext_lazy("Organisations were removed"),
    "organiser.add": gettext_lazy("Somebody was made an organiser"),
    "organiser.remove": gettext_lazy("Somebody is an organiser no more"),
    "organiser.role": gettext_lazy("An organiser was given another role"),
    "participation.change": gettext_lazy("Participants were changed"),
    "participation.enrol": gettext_lazy("Participants were enrolled"),
    "participation.hours": gettext_lazy("Somebody said when they are free"),
    "participation.remove": gettext_lazy("Participants were removed"),
    "participation.sign_in": gettext_lazy("Somebody was allowed to sign in for a participant"),
    "pavilion.add": gettext_lazy("Pavilions were entered"),
    "pavilion.change": gettext_lazy("A pavilion was changed"),
    "pavilion.remove": gettext_lazy("Pavilions were removed"),
    "person.add": gettext_lazy("People were entered"),
    "person.change": gettext_lazy("People were changed"),
    "person.erase": gettext_lazy("A person was erased"),
    "person.export": gettext_lazy("Somebody was given what is known of them"),
    "post.decline": gettext_lazy("Somebody did not take a post"),
    "post.offer": gettext_lazy("A post was offered"),
    "post.take": gettext_lazy("Somebody took a post"),
    "post.withdraw": gettext_lazy("A post is offered no more"),
    "person.link": gettext_lazy("A person was joined with a user"),
    "person.read": gettext_lazy("Contact data of people was looked up"),
    "person.remove": gettext_lazy("People were removed"),
    "release.compute": gettext_lazy("A schedule was computed"),
    "release.publish": gettext_lazy("A schedule was published"),
    "request.accept": gettext_lazy("A request was accepted"),
    "request.accept_by_rule": gettext_lazy("A request was accepted by a standing rule"),
    "request.ask": gettext_lazy("A meeting was asked for"),
    "request.change": gettext_lazy("Requests were changed by a list"),
    "request.decline": gettext_lazy("A request was declined"),
    "request.page": gettext_lazy("A program read who asks or meets whom"),
    "request.pin": gettext_lazy("A meeting was fixed in the schedule"),
    "request.remove": gettext_lazy("Requests were removed"),
    "request.take_in": gettext_lazy("Requests were taken in from a list"),
    "request.unpin": gettext_lazy("A meeting is no longer fixed in the schedule"),
    "request.withdraw": gettext_lazy("A request was withdrawn"),
    "rule.set": gettext_lazy("A standing rule was set"),
    "rule.stop": gettext_lazy("A standing rule was stopped"),
    "schedule.compute": gettext_lazy("A trial schedule was computed"),
    "schedule.keep": gettext_lazy("A trial schedule was kept as a release"),
    "schedule.remove": gettext_lazy("A trial schedule was removed"),
    "schedule.start": gettext_lazy("The computing of a schedule was started"),
    "schedule.stop": gettext_lazy("The computing of a schedule was stopped"),
    "slots.set": gettext_lazy("The times for meetings were set"),
    "support.begin": gettext_lazy("Support saw what a participant sees"),
    "support.end": gettext_lazy("Support stopped seeing what a participant sees"),
    "team.ask": gettext_lazy("Somebody was asked to join a team"),
    "team.change": gettext_lazy("Somebody in a team leads it now, or no more"),
    "team.decline": gettext_lazy("Somebody did not join a team"),
    "team.join": gettext_lazy("Somebody joined a team"),
    "team.leave": gettext_lazy("Somebody left a team"),
    "team.withdraw": gettext_lazy("Somebody is asked to join a team no more"),
    "token.end": gettext_lazy("A token for a program was ended"),
    "token.make": gettext_lazy("A token for a program was made"),
    "user.close": gettext_lazy("An account was closed"),
    "user.create": gettext_lazy("A user was made"),
    "user.end_all_sessions": gettext_lazy("Everybody was signed out"),
    "user.end_session": gettext_lazy("Somebody was signed out on another device"),
    "user.export": gettext_lazy("Somebody was given what is known of their account"),
    "user.join": gettext_lazy("An account elsewhere was connected"),
    "user.lose_factors": gettext_lazy("The second factors of an account were removed"),
    "user.part": gettext_lazy("An account elsewhere was disconnected"),
    "user.remove_factor": gettext_lazy("A second factor was removed"),
    "user.send_code": gettext_lazy("A code to sign in was sent"),
    "user.set_factor": gettext_lazy("A second factor was set up"),
    "user.set_password": gettext_lazy("A password was set"),
    "user.sign_in": gettext_lazy("Somebody signed in"),
    "user.use_recovery": gettext_lazy("Somebody signed in with a code on paper"),
    "view.remove": gettext_lazy("A saved view was removed"),
    "view.save": gettext_lazy("A view was saved"),
    "walking.set": gettext_lazy("The walking minutes were set"),
    "held.drop": gettext_lazy("Something that was held since a backup was restored was dropped"),
    "held.hold": gettext_lazy("What waited to leave and to be done was held"),
    "held.release": gettext_lazy("What was held since a backup was restored was let go on"),
    "job.begin_again": gettext_lazy("Work that had failed was begun again"),
    "message.choose": gettext_lazy("Somebody chose which messages they get"),
    "message.stop": gettext_lazy("Somebody stopped messages of one kind"),
    "message.drop": gettext_lazy("Messages that were given up were dropped"),
    "message.try_again": gettext_lazy("Messages that were given up were tried again"),
    "webhook.drop": gettext_lazy("Calls to other systems that were given up were dropped"),
    "webhook.replay": gettext_lazy("Another system was told of an event again"),
    "webhook.test": gettext_lazy("Another system was called to test"),
    "webhook.try_again": gettext_lazy("Calls to other systems that were given up were tried again"),
    "webhook.change": gettext_lazy("An address of another system was switched on or off"),
    "webhook.register": gettext_lazy("An address of another system is told what happens"),
    "webhook.remove": gettext_lazy("An address of another system was removed"),
    "suggestions.off": gettext_lazy("Suggestions were turned off"),
    "suggestions.on": gettext_lazy("Suggestions were turned on again"),
    "wish.save": gettext_lazy("A counterpart was saved"),
    "wish.undo": gettext_lazy("A wish was taken back"),
    "wish.veto": gettext_lazy("A counterpart was marked as not wanted"),
}
NOUNS: dict[str, Any] = {
    "request": gettext_lazy("Requests"),
    "release": gettext_lazy("Schedule"),
    "participation": gettext_lazy("Participants"),
    "person": gettext_lazy("People"),
    "organisation": gettext_lazy("Organisations"),
    "import": gettext_lazy("Imports"),
    "list": gettext_lazy("Lists sent"),
    "edition": gettext_lazy("Edition"),
    "pavilion": gettext_lazy("Pavilions"),
    "webhook": gettext_lazy("Other systems"),
}


def shown(
    edition: Edition, entries: Sequence[JournalEntry], language: str, role: str
) -> list[dict[str, Any]]:
    """Return the entries as a page shows them to staff in `role`; a query a kind of object.

    What the role may not read elsewhere is not named here: a request, whose name is who asks whom,
    and a list, whose name can be somebody's, are counted; people and users stand by their ids.
    """
    names = _Names(edition, entries, language, role)
    rows = []
    for entry in entries:
        told = (names.of(entry.object_kind, own) for own in entry.object_ids[:SHOWN])
        objects = [one for one in told if one is not None]
        rows.append(
            {
                "entry": entry,
                "deed": DEEDS.get(entry.action, entry.action),
                "objects": objects,
                "more": entry.object_count - len(objects) if objects else 0,
                "count": entry.object_count if not objects and entry.object_count > 1 else 0,
                "actor": names.actor(entry.actor),
                "on_behalf": names.actor(entry.on_behalf) if entry.on_behalf else "",
                "way": way(entry.actor),
            }
        )
    return rows


def one(edition: Edition, kind: str, own: str, language: str, role: str) -> dict[str, str]:
    """Name the one object that a page of the journal is about, as `shown` does."""
    entry = JournalEntry(object_kind=kind, object_ids=[own])
    found = _Names(edition, [entry], language, role).of(kind, own)
    return found or {"name": _("something that is gone"), "href": "", "story": ""}


def requests_of(edition: Edition, public_id: str, language: str) -> list[dict[str, str]]:
    """Return the newest requests of a participant, each with the address of its story."""
    found = meetings.newest_requests(edition, public_id, REQUESTS)
    return [
        {"name": asks(one, language), "story": f"kind=request&id={one.public_id}"} for one in found
    ]


def asks(request: Any, language: str) -> str:
    """Say who asks whom."""
    return _("%(asker)s asks %(counterpart)s") % {
        "asker": best(request.asker.display_name, language)[1],
        "counterpart": best(request.counterpart.display_name, language)[1],
    }


def way(actor: str) -> str:
    """Return from where somebody acted, as far as the journal knows."""
    if actor.startswith("command:"):
        return _("by a command on the server")
    if actor.startswith("user:"):
        return _("on a page")
    return ""


def _by_id(person: Any) -> str:
    return _("person %(id)s") % {"id": person.public_id}


class _Names:
    """Names and addresses of what the entries of one page speak of."""

    def __init__(
        self, edition: Edition, entries: Sequence[JournalEntry], language: str, role: str
    ) -> None:
        self.edition, self.language = edition, language
        ids: dict[str, set[str]] = {}
        for entry in entries:
            ids.setdefault(entry.object_kind, set()).update(entry.object_ids[:SHOWN])
        actors = {a for e in entries for a in (e.actor, e.on_behalf) if a.startswith("user:")}
        users = {actor.removeprefix("user:") for actor in actors} | ids.get("user", set())
        behalf = {e.on_behalf for e in entries if e.on_behalf.startswith("person:")}
        people = {one.removeprefix("person:") for one in behalf} | ids.get("person", set())
        pairs, lists = roles.may(role, roles.REQUESTS), roles.may(role, roles.IMPORT)
        contacts = roles.may(role, roles.CONTACTS)
        self.users = {
            user.public_id: str(user) if contacts else user.by_id
            for user in accounts.users_by_id(users)
        }
        self.known: dict[str, dict[str, tuple[str, str]]] = {
            "user": {own: (name, "") for own, name in self.users.items()},
            "participation": self._participations(ids.get("participation", set())),
            "request": self._requests(ids.get("request", set()) if pairs else ()),
            "person": {
                person.public_id: (person.name if contacts else _by_id(person), "")
                for person in registered.people_by_id(edition.expo, people)
            },
            "organisation": {
                one.public_id: (best(one.name, language)[1], "")
                for one in registered.organisations_by_id(
                    edition.expo, ids.get("organisation", set())
                )
            },
            "import": self._imports(ids.get("import", set()) if lists else ()),
            "webhook": self._webhooks(ids.get("webhook", set())),
            "edition": {edition.public_id: (best(edition.title, language)[1], "")},
        }

    def actor(self, actor: str) -> str:
        """Name who acted: a user, a command, the system."""
        kind, _colon, own = actor.partition(":")
        if kind == "user":
            return self.users.get(own) or _("a user who is gone")
        if kind == "command":
            return _("command %(name)s") % {"name": own}
        if kind == "person":
            return self.known["person"].get(own, (_("a person who is gone"), ""))[0]
        if kind == "link":
            return _("a personal link")
        if actor == "visitor":
            return _("a visitor")
        return _("the system") if actor == "system" else actor

    def of(self, kind: str, own: str) -> dict[str, str] | None:
        """Name one object, with its address and that of its own story."""
        if kind == "release":
            slug, _slash, wanted = own.rpartition("/")
            if not wanted.isdigit():
                return None
            name = _("release %(number)s") % {"number": number(int(wanted))}
            href = (
                reverse("meetings:release", args=[slug, int(wanted)])
                if slug == self.edition.slug
                else ""
            )
        else:
            found = self.known.get(kind, {}).get(own)
            if found is None:
                return None
            name, href = found
        story = f"kind={kind}&id={quote(own)}" if kind in STORIES else ""
        if kind == "user":
            story = f"actor=user:{own}"
        return {"name": name, "href": href, "story": story}

    def _participations(self, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        found = editions.participations_by_id(self.edition, list(ids)) if ids else {}
        return {
            own: (
                best(one.display_name, self.language)[1],
                reverse("portal:exhibitor", args=[self.edition.slug, own]) if one.hosts else "",
            )
            for own, one in found.items()
        }

    def _requests(self, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        found = meetings.requests_by_id(self.edition, list(ids)) if ids else []
        return {one.public_id: (asks(one, self.language), "") for one in found}

    def _webhooks(self, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        found = messaging.endpoints_by_id(self.edition.expo, ids)
        return {
            own: (url, reverse("portal:webhook", args=[self.edition.slug, own]))
            for own, url in found.items()
        }

    def _imports(self, ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        tenant = self.edition.expo.public_id
        found = ImportBatch.objects.filter(tenant=tenant, public_id__in=list(ids)) if ids else []
        return {
            one.public_id: (
                one.file_name,
                reverse("portal:batch", args=[self.edition.slug, one.public_id])
                if one.place == self.edition.slug
                else "",
            )
            for one in found
        }
