"""An interpreter inside of the product that is loaded once and runs what tests give it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading

from tests import machine

# Seconds that one run may take.
LONGEST = 120
# Reads sources as lines of JSON; answers each with what it printed and with how it failed, if so.
LOOP = """
import contextlib, io, json, sys, traceback
import django
django.setup()
from django.db import connections
answers = sys.stdout
for line in sys.stdin:
    printed, failed = io.StringIO(), ""
    with contextlib.redirect_stdout(printed):
        try:
            exec(json.loads(line), {"__name__": "__main__"})
        except Exception:
            failed = traceback.format_exc()
    # The next one begins as a command does.
    connections.close_all()
    print(json.dumps([printed.getvalue(), failed]), file=answers, flush=True)
"""


class Inside:
    """Loads the product at the first source; `environment` says on which data."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = {
            **environment,
            "DJANGO_SETTINGS_MODULE": "emporion.project.settings",
        }
        self.process: subprocess.Popen[str] | None = None
        self.complaints = tempfile.TemporaryFile("w+")

    def run(self, source: str) -> str:
        """Run some lines and return what they print. Raises AssertionError where they fail."""
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        print(json.dumps(source), file=process.stdin, flush=True)
        patience = threading.Timer(LONGEST, process.kill)
        patience.start()
        answer = process.stdout.readline()
        patience.cancel()
        if not answer:
            self.complaints.seek(0)
            raise AssertionError(self.complaints.read()[-2000:])
        printed, failed = json.loads(answer)
        assert failed == "", failed[-2000:]
        return str(printed)

    def end(self) -> None:
        """End the interpreter, if there is one."""
        if self.process is not None:
            self.process.communicate(timeout=20)
        self.complaints.close()

    def _started(self) -> subprocess.Popen[str]:
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-c", LOOP],
                cwd=machine.ROOT,
                env=self.environment,
                text=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self.complaints,
            )
        return self.process
