"""What else an address or a form can name: things of an account, of a team, and keys that open."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestedCredentialData

from emporion.accounts.domain import codes, second_factor
from emporion.accounts.models import (
    AccessToken,
    OutsideAccount,
    Passkey,
    SignInCode,
    User,
    UserSession,
)
from emporion.core.models import JobRecord, OutboxRow
from emporion.core.tenancy import scope
from emporion.edition.domain import drafts
from emporion.edition.models import (
    Delegate,
    Edition,
    Participation,
    PostOffer,
    SavedView,
    TeamInvite,
)
from emporion.matchmaking.models import FirstList, Wish
from emporion.meetings.domain import calendar_address, links
from emporion.meetings.domain.messages import TELL
from emporion.meetings.models import (
    Incident,
    MeetingRating,
    MeetingRequest,
    Pin,
    Slot,
    StandingRule,
)
from emporion.messaging.domain import choosing, templates
from emporion.messaging.models import Address, Delivery, Endpoint, Receipt
from emporion.portal.interfaces.desk import looking
from emporion.registry.models import Consent, Person
from tests import factories

# Of the authenticator app that a session sets up, and of whom signs in with a password.
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SIGNS_IN, PASSWORD = "signs-in@example.org", "fünf rote Tassen am Meer"
BUYERS_LIST = b"Id,Name,Country\n1,New Guest,FI\n"


def of_account(user: User) -> dict[str, str]:
    """Make what one signs in with and is signed in by; return {kind: id}."""
    at, unique = timezone.now(), hashlib.sha256(user.public_id.encode()).hexdigest()
    token = AccessToken.objects.create(
        user=user, name="program", prefix="p", digest=unique, scopes=["read"],
        made_at=at, expires_at=at + dt.timedelta(days=1),
    )  # fmt: skip
    session = UserSession.objects.create(
        user=user, session_key=unique[:40], device="phone", way="code", started_at=at, seen_at=at
    )
    passkey = Passkey.objects.create(
        user=user,
        credential_id=websafe_encode(unique[:32].encode()),
        data=_key_of(unique),
        name="key",
        made_at=at,
    )
    outside = OutsideAccount.objects.create(
        user=user, provider="weixin", issuer="app", subject=unique, made_at=at
    )
    code = SignInCode.objects.create(
        kind="mail", user=user, made_at=at, sent_at=at, expires_at=at + dt.timedelta(days=1)
    )
    code.link_digest = codes._digest(code, "secret")
    code.save()
    second_factor._keep_paper(user, second_factor._draw_paper(user))
    return {
        "token": token.public_id, "session": session.public_id, "passkey": passkey.public_id,
        "outside": outside.public_id, "sign-in link": f"{code.public_id}.secret",
    }  # fmt: skip


def _key_of(unique: str) -> str:
    """Return the public half of a passkey as it is kept; the point is the curve's own."""
    curve = ec.derive_private_key(1, ec.SECP256R1()).public_key()
    key = ES256.from_cryptography_key(curve)
    made = AttestedCredentialData.create(bytes(16), unique[:32].encode(), key)
    return str(websafe_encode(bytes(made)))


def of_team(seller: Participation, asked: User) -> dict[str, str]:
    """Make a second one of a team, and ask somebody to join it, and to take a post of the staff."""
    at = timezone.now()
    Delegate.objects.filter(participation=seller).update(is_lead=True)
    colleague = Person.objects.create(
        expo=seller.edition.expo, organisation=seller.organisation, name="Colleague",
        sort_key="colleague", user=factories.make_user(),
    )  # fmt: skip
    Delegate.objects.create(participation=seller, person=colleague)
    invite = TeamInvite.objects.create(
        participation=seller, user=asked, name="Asked", made_at=at,
        expires_at=at + dt.timedelta(days=1),
    )  # fmt: skip
    offer = PostOffer.objects.create(
        expo=seller.edition.expo, user=asked, address=asked.email, role="analyst", made_at=at,
        expires_at=at + dt.timedelta(days=1),
    )  # fmt: skip
    return {
        "colleague": colleague.public_id, "invite": invite.public_id, "offer": offer.public_id,
    }  # fmt: skip


def of_keys(guest: Participation) -> dict[str, str]:
    """Make what opens pages without a sign-in: a personal link, a calendar, the end of messages."""
    person = Person.objects.get(delegates__participation=guest)
    with scope(expo=guest.edition.expo):
        link = links.make_link(guest, person)
    address = choosing.stop_address(person, next(iter(templates.every())).name)
    return {
        "link key": links.key_of(link),
        "calendar": calendar_address.token(guest, person.user or factories.make_user()),
        "stop": address.rstrip("/").rpartition("/")[2],
    }


def kept_quiet(
    guest: Participation,
    seller: Participation,
    unwanted: Participation,
    met: MeetingRequest,
    mark: str,
) -> None:
    """Make what only a side knows of itself: a veto, what it is shown, what it thought, its ways."""
    at, person = timezone.now(), Person.objects.get(delegates__participation=guest)
    Wish.objects.create(
        participation=guest, counterpart=unwanted, kind="veto", reason=mark, made_at=at
    )
    entry = {"id": seller.pk, "score": 0.5, "p": 0.5, "q": 0.5, "propensity": 1.0,
             "reasons": [{"code": "words", "detail": mark}]}  # fmt: skip
    FirstList.objects.create(participation=guest, entries=[entry], policy=mark, made_at=at)
    MeetingRating.objects.create(request=met, rater=guest, value=2, rated_at=at)
    Address.objects.create(person=person, carrier="wechat", value=mark)
    Receipt.objects.create(
        person=person, key=f"{mark}-{guest.pk}", template="release", carrier="wechat",
        outcome="taken", remote=mark, at=at,
    )  # fmt: skip
    Consent.objects.create(
        person=person, purpose="matching", is_given=True, version=1, language="en", at=at
    )


def of_the_schedule(
    edition: Edition, pinned: Iterable[MeetingRequest], host: Participation
) -> dict[str, int | str]:
    """Make a draft behind the published release, pins, a rule that answers, and one away."""
    at = timezone.now()
    draft = factories.make_release(edition)
    for asked in pinned:
        Pin.objects.create(request=asked, pinned_at=at, pinned_by="user:a")
    StandingRule.objects.create(participation=host, source="list", limit=2, made_at=at)
    first, last = Slot.objects.filter(edition=edition)[:2]
    away = Incident.objects.create(
        edition=edition, kind="absent", participation=host, first=first, last=last,
        told_at=at, told_by="user:a",
    )  # fmt: skip
    return {"draft number": draft.number, "incident": away.public_id}


def of_the_desk(edition: Edition, owner: str, endpoint: Endpoint) -> dict[str, str]:
    """Make what the desk handles: a list that was looked at, a view, what was given up, failures."""
    at = timezone.now()
    expo, lane = edition.expo.public_id, f"endpoint:{endpoint.public_id}"
    with scope(expo=edition.expo):
        draft = drafts.send_list(
            edition, "buyers", f"list-{edition.slug}", "zz-mark-of-a-list.csv", BUYERS_LIST, owner
        )
        looking.look(edition, draft, doubles=True)
    view = SavedView.objects.create(edition=edition, owner=owner, name="mine", query="role=buyer")
    keys = {state: f"{state}-{edition.slug}" for state in ("dead", "done")}
    for state, key in keys.items():
        OutboxRow.objects.create(
            key=key, kind="webhook", lane=lane, tenant=expo, state=state, made_at=at, next_at=at,
            ended_at=at, payload={"endpoint": endpoint.public_id, "body": {"type": "webhook.test"}},
        )  # fmt: skip
    Delivery.objects.create(
        endpoint=endpoint, key=keys["done"], event="webhook.test", status=200, at=at
    )
    failed = JobRecord.objects.create(
        kind=TELL, tenant=expo, owner=owner, subject=edition.public_id, asked_at=at,
        state="failed", ended_at=at,
    )  # fmt: skip
    return {
        "draft": draft.public_id, "view": view.public_id, "given-up key": keys["dead"],
        "told key": keys["done"], "failed job": failed.public_id,
    }  # fmt: skip
