"""The interface for programs on a full edition: lists page by page, and many rows in one call.

    ./run bench api                          the data of EMPORION_DATA_DIR or DATABASE_URL, which
                                             takes in the rows of the bulk load (buyers of "crm")
    ./run bench api --build 1                a model edition of its own, on SQLite
    ./run bench api --build 1 --postgresql   the same on a PostgreSQL cluster of its own

Starts the product's own server and follows each list from its first page to its last, or as far as
`--pages` says, 100 rows a page. The figure is the server's own time (Server-Timing), with the time
that the program waited beside it. The bulk load is one call and the job that a worker of the server
does then; its seconds count from the call until a program that looks once a second sees its end.
Prints JSON lines ``{"case", "value", "unit", "bar"}``.
"""

from __future__ import annotations

import gzip
import http.client
import json
import re
import statistics
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.pages import options_of, p95, served, show  # noqa: E402

BAR_MS, BULK_SECONDS, ROWS = 80, 30, 15_000
LISTS = (
    ("participations", "participations", BAR_MS),
    ("participations with needs, offers and people",
     "participations?expand=needs&expand=offers&expand=people", None),
    ("exhibitors", "exhibitors", None),
    ("requests of all", "requests", None),
    ("requests of all that are open or accepted", "requests?state=open&state=accepted", None),
    ("meetings of the published schedule", "meetings", None),
)  # fmt: skip
DONE = ("done", "stopped", "failed")


class Program:
    """Calls with tokens of its own, one for each list: a token has so many calls a minute."""

    def __init__(self, port: int, slug: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.base = f"/api/v1/editions/{slug}/"

    def call(
        self, method: str, path: str, secret: str, body: bytes = b""
    ) -> tuple[Any, float, float]:
        """Return the answer, the server's milliseconds and ours."""
        headers = {"Authorization": f"Bearer {secret}", "Accept-Encoding": "gzip"}
        if body:
            headers |= {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        started = time.perf_counter()
        self.connection.request(method, path, body=body or None, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read()
        waited = (time.perf_counter() - started) * 1000
        if answer.headers.get("Content-Encoding") == "gzip":
            text = gzip.decompress(text)
        if answer.status >= 300:
            raise SystemExit(f"{method} {path} answered {answer.status}: {text[:500]!r}")
        match = re.search(r"app;dur=([0-9.]+)", answer.headers["Server-Timing"])
        assert match is not None
        return json.loads(text), float(match.group(1)), waited


def secrets(slug: str, count: int, stack: ExitStack) -> list[str]:
    """Make tokens of an owner of the expo made for them; both end with `stack`."""
    from emporion.accounts.domain import user_of_address
    from emporion.accounts.domain.tokens import end_token, make_token
    from emporion.core.tenancy import scopes_disabled
    from emporion.edition.queries import edition_by_slug
    from emporion.registry.domain import make_organiser, remove_organiser

    edition = edition_by_slug(slug)
    assert edition is not None
    owner = user_of_address("bench@example.org", "bench", "en")
    with scopes_disabled():
        make_organiser(edition.expo, owner)
    stack.callback(remove_organiser, edition.expo, owner.public_id)
    scopes = ("read", "organise.read", "organise.write")
    made = [make_token(owner, f"bench {number}", scopes, 1) for number in range(count)]
    for token, _secret in made:
        stack.callback(end_token, owner, token.public_id)
    return [secret for _token, secret in made]


def follow(program: Program, name: str, path: str, bar: int | None, secret: str, most: int) -> bool:
    """Go through a list, print its figures, and say whether the bar is met."""
    times: list[float] = []
    waited: list[float] = []
    rows = 0
    address = f"{program.base}{path}{'&' if '?' in path else '?'}limit=100"
    program.call("GET", address, secret)
    while address and len(times) < most:
        page, server, ours = program.call("GET", address, secret)
        times.append(server)
        waited.append(ours)
        rows += len(page["items"])
        address = "/" + page["next"].split("/", 3)[3] if page["next"] else ""
    met = bar is None or p95(times) <= bar
    show(f"{name}, page of 100", round(p95(times), 1), "ms p95", bar,
         p50=round(statistics.median(times), 1), most=round(max(times), 1),
         waited_p95=round(p95(waited), 1), pages=len(times), rows=rows)  # fmt: skip
    return met


def load(program: Program, secret: str, rows: int, kind: str) -> bool:
    """Send rows in one call and wait for the job; print the figures, say whether the bar is met."""
    about = f"We look for sauna makers and beds ({kind})."
    sent = {"subject": "buyers", "source": "crm", "rows": [
        {"id": f"crm{number}", "name": {"en": f"Northern Trading {number} Ltd"}, "country": "FI",
         "needs": ["health.sleep"], "contact": f"Aino {number}", "about": {"en": about}}
        for number in range(rows)
    ]}  # fmt: skip
    body = json.dumps(sent).encode()
    started = time.perf_counter()
    job, _server, called = program.call("POST", f"{program.base}bulk/participations", secret, body)
    while job["state"] not in DONE:
        time.sleep(1)
        job = program.call("GET", f"{program.base}jobs/{job['id']}", secret)[0]
    spent = time.perf_counter() - started
    if job["state"] != "done":
        raise SystemExit(f"The load ended as {job['state']}: {job['reason']}")
    show(f"{rows:,} rows in one call, {kind}", round(spent, 1), "s", BULK_SECONDS,
         call=round(called / 1000, 1), bytes=len(body))  # fmt: skip
    return spent <= BULK_SECONDS


def main() -> int:
    """Measure; the exit status says whether every bar is met."""
    parser = options_of("api")
    parser.add_argument("--pages", type=int, default=500, help="at most so many of each list")
    parser.add_argument("--rows", type=int, default=ROWS, help="of the bulk load; 0 leaves it out")
    options = parser.parse_args()
    with ExitStack() as stack:
        every, port = served(options, None, stack)
        slug = options.edition or every[0].path.split("/")[2]
        made = secrets(slug, len(LISTS) + 1, stack)
        program = Program(port, slug)
        good = [
            follow(program, *one, secret=secret, most=options.pages)
            for one, secret in zip(LISTS, made, strict=False)
        ]
        if options.rows:
            good += [load(program, made[-1], options.rows, kind) for kind in ("new", "changed")]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
