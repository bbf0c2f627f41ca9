"""Half an hour of readers and writers at a steady pace: errors, the slowest answers, memory.

    ./run bench soak                          30 minutes, 20 requests a second
    ./run bench soak --minutes 5 --rate 20    shorter, for a look
    ./run bench soak --build 1 --postgresql   with data of its own

Requests come at their own times, whether or not those before them are answered, as people do: an
answer that is late is counted from when it was due. One in ten saves an exhibitor, or takes the
save back. Memory is what belongs to the server and all that it started alone (Pss_Anon), read every
ten seconds, together and by process; its slope is that of the least squares after the first fifth,
in which caches fill, and once more over the last third. Pages of files that are mapped come and go
with what the system has to spare, and are told beside it. Prints JSON lines.
"""

from __future__ import annotations

import http.client
import os
import random
import re
import sys
import threading
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.pages import Page, options_of, served, show  # noqa: E402

P99_MS = 300
# So many may wait at once before the pace itself is lost.
SENDERS = 64
WRITES = 0.1
MEMORY_EVERY = 10.0
FORM = re.compile(r'action="([^"]+/wishes/[^"]+)"')


@dataclass
class Seen:
    """What came back."""

    waited: list[float] = field(default_factory=list)
    by_page: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: Counter[str] = field(default_factory=Counter)
    writes: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, name: str, due: float, wrong: str = "", wrote: bool = False) -> None:
        """Count one answer; `due` is when it ought to have been asked for."""
        waited = (time.perf_counter() - due) * 1000
        with self.lock:
            self.waited.append(waited)
            self.by_page[name].append(waited)
            self.writes += wrote
            if wrong:
                self.wrong[wrong] += 1


class Sender:
    """One reader with a connection of its own for each session, opened anew where it was closed."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def ask(self, method: str, path: str, cookie: str, form: str = "") -> tuple[int, str, str]:
        """Return status, text and the cookies set."""
        headers = {"Cookie": cookie, "Accept-Encoding": "identity"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body=form or None, headers=headers)
        answer = self.connection.getresponse()
        text = answer.read().decode(errors="replace")
        return answer.status, text, answer.headers.get("Set-Cookie", "")


def read(sender: Sender, page: Page) -> str:
    """Read a page; return what was wrong, empty where nothing was."""
    status, _text, _cookies = sender.ask("GET", page.path, page.cookie)
    return "" if status == 200 else f"{page.name}: {status}"


def save(sender: Sender, page: Page, chance: random.Random) -> str:
    """Save the exhibitor of a page, or take it back; return what was wrong."""
    status, text, cookies = sender.ask("GET", page.path, page.cookie)
    if status != 200:
        return f"{page.name}: {status}"
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)
    form = FORM.search(text)
    secret = re.search(r"csrftoken=([^;]+)", cookies)
    if not (token and form and secret):
        return f"{page.name}: no form to save"
    told = {"csrfmiddlewaretoken": token[1], "kind": chance.choice(("save", "undo"))}
    cookie = f"{page.cookie}; csrftoken={secret[1]}"
    status, _text, _cookies = sender.ask("POST", form[1], cookie, urlencode(told))
    return "" if status in (200, 302) else f"save: {status}"


@dataclass
class Held:
    """What the server's processes held, MiB at seconds since the start."""

    at: list[float] = field(default_factory=list)
    alone: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    mapped: float = 0.0

    def look(self, second: float, pid: int) -> None:
        """Read the memory of a process and of all below it, each under its own name."""
        self.at.append(second)
        self.mapped = 0.0
        for one in family(pid):
            try:
                text = Path(f"/proc/{one}/smaps_rollup").read_text()
                words = Path(f"/proc/{one}/cmdline").read_text().split("\0")
            except OSError:
                continue
            kib = {
                name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB", text, re.M)
            }
            part = "worker" if "worker" in words else "web"
            self.alone[f"{part} {one}"].append(kib["Pss_Anon"] / 1024)
            self.mapped += kib["Pss_File"] / 1024

    def total(self) -> list[float]:
        """Return what all held together; a process that came or went is not in all readings."""
        whole = [held for held in self.alone.values() if len(held) == len(self.at)]
        return [sum(parts) for parts in zip(*whole, strict=True)]


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def slope(times: list[float], values: list[float]) -> float:
    """Return MiB an hour by least squares; 0 with fewer than two."""
    if len(times) < 2:
        return 0.0
    mid, mean = sum(times) / len(times), sum(values) / len(values)
    over = sum((t - mid) * (v - mean) for t, v in zip(times, values, strict=True))
    return 3600 * over / sum((t - mid) ** 2 for t in times)


def slope_after(part: float, minutes: float, times: list[float], values: list[float]) -> float:
    """Return MiB an hour of what was read after this part of so many minutes."""
    late = [n for n, t in enumerate(times) if t >= 60 * minutes * part]
    return round(slope([times[n] for n in late], [values[n] for n in late]), 1)


def share(order: list[float], of: float) -> float:
    """Return the value below which this share of the ascending values lies."""
    return round(order[min(len(order) - 1, int(of * len(order)))], 1)


def run(
    port: int, every: list[Page], saves: list[Page], minutes: float, rate: float, watch: int
) -> bool:
    """Send at the pace for so long, print the figures, and say whether the bars are met."""
    chance = random.Random(1)
    seen, local = Seen(), threading.local()
    held = Held()

    def work(page: Page, due: float, seed: int, writes: bool) -> None:
        try:
            if not hasattr(local, "sender"):
                local.sender = Sender(port)
            wrong = (
                save(local.sender, page, random.Random(seed))
                if writes
                else read(local.sender, page)
            )
        except (OSError, http.client.HTTPException) as error:
            del local.sender
            wrong = f"{page.name}: {type(error).__name__}"
        name = "save" if writes else page.name
        seen.answer(name, due, wrong, writes)

    started = time.perf_counter()
    end, due, told = started + 60 * minutes, started, started
    with ThreadPoolExecutor(SENDERS) as pool:
        while due < end:
            due += chance.expovariate(rate)
            time.sleep(max(0.0, due - time.perf_counter()))
            writes = bool(saves) and chance.random() < WRITES
            page = chance.choice(saves if writes else every)
            pool.submit(work, page, due, chance.getrandbits(32), writes)
            if due - told >= MEMORY_EVERY:
                told = due
                held.look(due - started, watch)
    spent = time.perf_counter() - started
    order = sorted(seen.waited)
    p99 = share(order, 0.99)
    show("errors", sum(seen.wrong.values()), "requests", 0, what=dict(seen.wrong), n=len(order))
    show("answers", p99, "ms p99", P99_MS, p50=share(order, 0.5), p95=share(order, 0.95),
         most=round(order[-1], 1))  # fmt: skip
    slow = {name: share(sorted(waited), 0.99) for name, waited in seen.by_page.items()}
    for name in sorted(slow, key=lambda name: -slow[name])[:5]:
        show("slowest pages", slow[name], "ms p99", None, page=name, n=len(seen.by_page[name]))
    show("pace", round(len(order) / spent, 1), "a second", rate, writes=seen.writes)
    tell(held, minutes)
    return not seen.wrong and p99 <= P99_MS


def tell(held: Held, minutes: float) -> None:
    """Print the memory of all together, then of each that was there in every reading."""
    rows = {"": held.total()}
    rows |= {name: one for name, one in held.alone.items() if len(one) == len(held.at)}
    for name, mib in rows.items():
        if not mib:
            continue
        show("memory of " + name if name else "memory", round(mib[-1]), "MiB", None,
             slope=slope_after(0.2, minutes, held.at, mib),
             last_third=slope_after(2 / 3, minutes, held.at, mib),
             slope_unit="MiB an hour", first=round(mib[0]),
             **({} if name else {"mapped": round(held.mapped)}))  # fmt: skip


def main() -> int:
    """Measure; the exit status says whether nothing failed and the slowest answers are in time."""
    parser = options_of("soak")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--rate", type=float, default=20, help="requests a second")
    options = parser.parse_args()
    with ExitStack() as stack:
        every, port = served(options, None, stack)
        warm = Sender(port)
        saves = []
        for page in every:
            _status, text, _cookies = warm.ask("GET", page.path, page.cookie)
            if page.name == "exhibitor, signed in" and FORM.search(text):
                saves.append(page)
        good = run(port, every, saves, options.minutes, options.rate, server_of(port))
    return 0 if good else 1


def server_of(port: int) -> int:
    """Return the process that serves a port: the one of ours whose command line names it."""
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:
            continue
        if b"granian" in words and str(port).encode() in words:
            parent = Path(f"/proc/{entry.parent.name}/stat").read_text().rsplit(")", 1)[1].split()
            if int(parent[1]) == os.getpid():
                return int(entry.parent.name)
    return os.getpid()


if __name__ == "__main__":
    sys.exit(main())
