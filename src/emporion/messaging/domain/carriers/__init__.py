"""Carriers behind one interface: each brings one envelope to one address, or says why not.

A carrier that is not set up does not exist (`open_carriers`). Secrets come from the environment and
stand in no log and no exception.
"""

from __future__ import annotations

from django.conf import settings

from emporion.messaging.domain.carriers.envelope import Carrier, Envelope, Rejected
from emporion.messaging.domain.carriers.mail import Mail
from emporion.messaging.domain.carriers.site import Site
from emporion.messaging.domain.carriers.sms import Sms
from emporion.messaging.domain.carriers.wechat import WeChat
from emporion.messaging.domain.carriers.whatsapp import WhatsApp

__all__ = ["Carrier", "Envelope", "Rejected", "open_carriers"]
KNOWN: dict[str, type[Carrier]] = {
    carrier.name: carrier for carrier in (Mail, Sms, WeChat, WhatsApp, Site)
}


def open_carriers() -> list[Carrier]:
    """Return the carriers that are set up, in the order in which they are tried."""
    order = [KNOWN[name]() for name in settings.MESSAGING["order"] if name in KNOWN]
    return [carrier for carrier in order if carrier.is_set_up()]
