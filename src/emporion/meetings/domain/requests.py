"""Asking for a meeting, answering, withdrawing."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from emporion.core import journal
from emporion.core.text.clean import BadText, clean_text
from emporion.edition.queries import Participation
from emporion.matchmaking import queries as matchmaking
from emporion.matchmaking.domain import wishes
from emporion.meetings import rules
from emporion.meetings.domain.messages import tell_of_change, tell_who_was_asked
from emporion.meetings.domain.standing import apply_rule, forget_rule
from emporion.meetings.models import MeetingRequest

State = MeetingRequest.State


class RequestError(ValueError):
    """A request that cannot be made or changed; the text says why and what to do."""


class AlreadyAsked(RequestError):
    """The pair has a request; `request` is it."""

    def __init__(self, text: str, request: MeetingRequest) -> None:
        super().__init__(text)
        self.request = request


class AlreadyAnswered(RequestError):
    """Somebody answered or withdrew in the meantime."""


def ask(asker: Participation, counterpart: Participation, message: str = "") -> MeetingRequest:
    """Make the request of `asker` to meet `counterpart` and return it.

    One pair has one request, whoever asked first; a withdrawn one is opened again. Asking takes
    the asker's own veto back. A standing rule of the other side may accept it at once. Raises
    RequestError for oneself, another edition, two that have no place or both have one, a closed
    edition, a text that is too long or unreadable, and AlreadyAsked for a pair that has a request.
    """
    if asker.pk == counterpart.pk:
        raise RequestError(_("You cannot ask yourself for a meeting."))
    if not rules.same_edition(asker, counterpart):
        raise RequestError(_("Both must take part in the same edition."))
    if not rules.may_meet(asker, counterpart):
        raise RequestError(_("A meeting joins somebody with a stand and somebody who comes to it."))
    if not rules.takes_requests(asker.edition):
        raise RequestError(_("This edition takes no requests at the moment."))
    message = _message(message)
    low, high = rules.pair(asker.pk, counterpart.pk)
    try:
        with transaction.atomic():
            found = (
                MeetingRequest.objects.select_for_update()
                .filter(edition_id=asker.edition_id, low=low, high=high)
                .first()
            )
            if found is not None and found.state != State.WITHDRAWN:
                raise _already(found, asker)
            _forget_veto(asker, counterpart)
            request = found or MeetingRequest(edition_id=asker.edition_id, low=low, high=high)
            request.asker, request.counterpart = asker, counterpart
            request.state, request.message = State.OPEN, message
            request.asked_at, request.answered_at = timezone.now(), None
            request.save()
            if found is not None:
                forget_rule(request)
            journal.record(
                "request.ask",
                "request",
                request.public_id,
                fields=["state", "message"],
                values={"message": message},
            )
            tell_of_change(request, asker.edition, "asked")
            if apply_rule(request):
                tell_of_change(request, asker.edition, "accepted")
            else:
                tell_who_was_asked(request, asker.edition)
            return request
    except IntegrityError:
        # Two asked in the same moment; the unique pair let one of them through.
        found = MeetingRequest.objects.filter(
            edition_id=asker.edition_id, low=low, high=high
        ).first()
        if found is None:
            raise
        raise _already(found, asker) from None


def answer(
    request: MeetingRequest, by: Participation, *, accept: bool, reason: str = ""
) -> MeetingRequest:
    """Accept or decline an open request on behalf of the participation that was asked.

    Accepting takes the own veto of who accepts back.  Raises RequestError when `by` was not asked,
    the reason is unknown or the edition is closed, AlreadyAnswered when the request is not open any
    more.
    """
    if by.pk != request.counterpart_id:
        raise RequestError(_("Only the side that was asked can answer."))
    if reason and (accept or reason not in rules.DECLINE_REASONS):
        raise RequestError(
            _("The reason is none of those that can be chosen. Nothing was changed.")
        )
    _still(by)
    with transaction.atomic():
        locked = _locked(request)
        if locked.state != State.OPEN:
            raise AlreadyAnswered(
                _("This request is not open any more: %(state)s.") % {"state": _word(locked)}
            )
        if accept:
            _forget_veto(by, locked.asker)
        locked.state = State.ACCEPTED if accept else State.DECLINED
        locked.decline_reason = reason
        locked.answered_at = timezone.now()
        locked.save(update_fields=["state", "decline_reason", "answered_at"])
        journal.record(
            f"request.{'accept' if accept else 'decline'}",
            "request",
            locked.public_id,
            fields=["state", "decline_reason"],
        )
        tell_of_change(locked, by.edition, "accepted" if accept else "declined")
        return locked


def withdraw(request: MeetingRequest, by: Participation) -> MeetingRequest:
    """Take a live request back on behalf of the participation that asked.

    Raises RequestError when `by` did not ask or the edition is closed, AlreadyAnswered when the
    request is declined or withdrawn.
    """
    if by.pk != request.asker_id:
        raise RequestError(_("Only the side that asked can withdraw."))
    _still(by)
    with transaction.atomic():
        locked = _locked(request)
        if locked.state not in rules.LIVE:
            raise AlreadyAnswered(
                _("There is nothing to withdraw: %(state)s.") % {"state": _word(locked)}
            )
        locked.state, locked.answered_at = State.WITHDRAWN, timezone.now()
        locked.save(update_fields=["state", "answered_at"])
        journal.record("request.withdraw", "request", locked.public_id, fields=["state"])
        tell_of_change(locked, by.edition, "withdrawn")
        return locked


def lock(request: MeetingRequest) -> MeetingRequest:
    """Return a request as it is now; it stays so until the caller's transaction ends."""
    return _locked(request)


def _forget_veto(one: Participation, other: Participation) -> None:
    """Take back the veto of `one`, who wants the meeting now: it could never be placed with it."""
    if matchmaking.wish_about(one, other) == "veto":
        wishes.take_back(one, other)


def _still(by: Participation) -> None:
    if not rules.takes_answers(by.edition):
        raise RequestError(_("This edition is closed: its requests stay as they are."))


def _locked(request: MeetingRequest) -> MeetingRequest:
    return MeetingRequest.objects.select_for_update().get(pk=request.pk)


def _message(text: str) -> str:
    try:
        return clean_text(text, max_length=rules.LONGEST_MESSAGE, multiline=True)
    except BadText as error:
        raise RequestError(_("Your message cannot be kept. %(why)s") % {"why": error}) from error


def _already(found: MeetingRequest, asker: Participation) -> AlreadyAsked:
    words = {"state": _word(found)}
    if found.asker_id == asker.pk:
        return AlreadyAsked(_("You have asked already: %(state)s.") % words, found)
    return AlreadyAsked(
        _("The other side has asked you: %(state)s. Answer that request instead.") % words, found
    )


def _word(request: MeetingRequest) -> str:
    return {
        State.OPEN: _("it waits for an answer"),
        State.ACCEPTED: _("it is accepted"),
        State.DECLINED: _("it is declined"),
        State.WITHDRAWN: _("it is withdrawn"),
    }[State(request.state)]
