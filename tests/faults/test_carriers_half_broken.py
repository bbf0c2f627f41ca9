"""A quarter of all calls to a mail server and a gateway failing, each after three seconds: every
message arrives under one key, by itself, also where one address fails three times in a row.
"""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests import machine
from tests.faults.test_others_half_broken import FAILING, LATENCY
from tests.faults.under_load import Fair, running, wait_until
from tests.faults.watching import counted, rows
from tests.messaging import fakes
from tests.needs import durable_database

COUNT = 24
# Once each carrier of theirs was given up after so many; one of the two can sign in as well.
IN_A_ROW, UNLUCKY = 3, ("m0@example.org", "+8657100000001")


class HalfBroken(dict[str, int]):
    """What a mail server says of an address, and a gateway of a number; late, and often no."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.failed, self._chance = 0, random.Random(1)

    def fails(self, address: str) -> bool:
        """Let a call take its time, and say whether it fails."""
        time.sleep(LATENCY)
        self.calls[address] += 1
        if address in UNLUCKY:
            fails = self.calls[address] <= IN_A_ROW
        else:
            fails = self._chance.random() < FAILING
        self.failed += fails
        return fails

    def get(self, address: str, default: Any = None) -> Any:
        """Answer as `fakes.Post.refused` does."""
        return 451 if self.fails(address) else default

    def answer(self, asked: fakes.Asked) -> tuple[int, Any]:
        """Answer as `fakes.Web.answer` does."""
        return (503, {}) if self.fails(asked.json["to"]) else (202, {"id": asked.json["id"]})


@dataclass(frozen=True)
class Reached(Fair):
    """A fair with carriers."""

    carriers: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        """Return what a command is started with."""
        return {**super().environment(), **self.carriers}


@pytest.fixture(params=["sqlite", "postgresql"])
def place(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[Reached, fakes.Post, fakes.Web, HalfBroken]]:
    with ExitStack() as stack:
        address = durable_database(stack) if request.param == "postgresql" else ""
        mail, sms = stack.enter_context(fakes.post_office()), stack.enter_context(fakes.web())
        broken = HalfBroken()
        mail.refused, sms.answer = broken, broken.answer
        carriers = {
            "EMPORION_MAIL_URL": mail.url,
            "EMPORION_SMS_URL": f"{sms.url}/send",
            "EMPORION_QUIET_HOURS": "",
        }
        fair = Reached(tmp_path / "fair", address, carriers)
        status, said = fair.run("django", "migrate", "--verbosity", "0")
        assert status == 0, said
        done = subprocess.run(
            [sys.executable, "-m", "tests.faults.people_to_tell", str(COUNT)],
            env=fair.environment(), cwd=machine.ROOT, text=True, capture_output=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        stack.enter_context(running(fair, ["worker"]))
        yield fair, mail, sms, broken


def test_every_message_arrives_where_a_quarter_of_all_calls_fails(
    place: tuple[Reached, fakes.Post, fakes.Web, HalfBroken],
) -> None:
    fair, mail, sms, broken = place
    keys = {row[0] for row in rows(fair, "SELECT key FROM core_outboxrow")}
    assert len(keys) == COUNT
    live = "state IN ('waiting', 'sending')"
    wait_until(lambda: not counted(fair, "core_outboxrow", live), 900, "all has arrived")
    assert {row[0] for row in rows(fair, "SELECT state FROM core_outboxrow")} == {"done"}
    told = rows(fair, "SELECT key, carrier FROM messaging_receipt WHERE outcome = 'taken'")
    assert {row[0] for row in told} == keys
    assert {row[1] for row in told} == {"mail", "sms"}
    mailed = {made["Message-ID"].strip("<>").partition("@")[0] for made in mail.taken}
    texted = {asked.json["id"] for asked in sms.asked}
    assert mailed | texted == keys
    assert [broken.calls[address] > IN_A_ROW for address in UNLUCKY] == [True, True]
    print(
        f"\n{'PostgreSQL' if fair.database else 'SQLite'}: {broken.failed} of "
        f"{sum(broken.calls.values())} calls failed; {len(keys)} messages, {len(mail.taken)} mails"
    )
