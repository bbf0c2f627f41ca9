"""The fakes of the other ends, as the tests of messages have them."""

from tests.messaging.conftest import carriers, mail, sms, system

__all__ = ["carriers", "mail", "sms", "system"]
