"""One digest for a schedule, whoever prints it."""

import hashlib
import json
import re

from emporion.engines import scheduling
from emporion.engines.scheduling.command import main


def test_digest_does_not_depend_on_the_order_of_the_meetings():
    pairs = [("b", "s01"), ("a", "s02")]
    expected = hashlib.sha256(b"a s02\nb s01\n").hexdigest()
    assert scheduling.schedule_digest(pairs) == scheduling.schedule_digest(pairs[::-1]) == expected


def test_solving_and_checking_print_the_digest_of_the_meetings_in_the_file(tmp_path, capsys):
    instance, solution = tmp_path / "i.json", tmp_path / "s.json"
    instance.write_text(
        json.dumps(
            {
                "format": "emporion-schedule-instance/1",
                "objective": "weight",
                "slots": [{"id": f"s{n}", "day": "d", "session": "m"} for n in (1, 2)],
                "participants": [{"id": name} for name in "abc"],
                "requests": [
                    {"id": "r1", "participants": ["a", "b"]},
                    {"id": "r2", "participants": ["a", "c"]},
                ],
            }
        )
    )
    assert main([str(instance), "-o", str(solution), "--work-limit", "10"]) == 0
    solved = re.search(r"digest (\w{64})", capsys.readouterr().err).group(1)
    assert main(["--check", str(instance), str(solution)]) == 0
    checked = re.search(r"digest (\w{64})", capsys.readouterr().out).group(1)
    meetings = json.loads(solution.read_text())["meetings"]
    by_hand = "".join(sorted(f"{m['request']} {m['slot']}\n" for m in meetings))
    assert solved == checked == hashlib.sha256(by_hand.encode()).hexdigest()
    assert len(meetings) == 2
