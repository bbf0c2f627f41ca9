"""What a page weighs, and when its largest part stands on a phone with a slow network.

    ./run bench face                  the data of EMPORION_DATA_DIR or DATABASE_URL
    ./run bench face --build 0.1      a model edition of its own, on SQLite

Opens the pages of the three roles in Chromium with an empty cache, a four times slower processor
and 1.6 Mbit/s with 150 ms there and back; three times each, the median counts. Prints JSON lines
``{"case", "value", "unit", "bar"}``: Largest Contentful Paint in seconds, and the kilobytes of CSS
and JavaScript as they came over the wire (compressed).
"""

from __future__ import annotations

import json
import statistics
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from benchmarks.browsing import opened, options_of, sign_in  # noqa: E402

BAR_S, BAR_KB = 1.5, 60
ROUNDS = 3
SLOW = {
    "offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 75e4 / 8,
}  # fmt: skip
PAGES = {
    "": (
        "", "search/", "search/?q=sleep", "exhibitors/", "pavilions/F/", "delegations/",
        "about-the-data/", "two-people/",
    ),
    "Sita Gurung": ("who-to-meet/", "day/", "requests/?box=sent"),
    "Elina Korhonen": ("requests/", "day/"),
    "Li Wen": ("organise/releases/", "organise/releases/1/"),
}  # fmt: skip
PAINTED = """() => new Promise(done => {
  new PerformanceObserver(list => done(list.getEntries().at(-1).startTime))
    .observe({type: 'largest-contentful-paint', buffered: true});
  setTimeout(() => done(-1), 5000);
})"""


def show(case: str, value: float, unit: str, bar: float | None = None, **more: Any) -> None:
    print(json.dumps({"case": case, "value": value, "unit": unit, "bar": bar, **more}), flush=True)


def look(browser: Any, state: Any, address: str) -> tuple[float, float]:
    """Open a page with nothing kept; return (seconds to the largest paint, kB of CSS and JS)."""
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, storage_state=state, service_workers="block"
    )
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.send("Network.emulateNetworkConditions", SLOW)
    wire.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    kinds: dict[str, str] = {}
    weight: dict[str, float] = {}
    wire.on("Network.responseReceived", lambda e: kinds.update({e["requestId"]: e["type"]}))
    wire.on(
        "Network.loadingFinished",
        lambda e: weight.update({e["requestId"]: e["encodedDataLength"]}),
    )
    page.goto(address, wait_until="networkidle")
    painted = page.evaluate(PAINTED)
    context.close()
    heavy = sum(size for key, size in weight.items() if kinds.get(key) in {"Stylesheet", "Script"})
    return painted / 1000, heavy / 1000


def main() -> int:
    """Measure; the exit status says whether every page meets both bars."""
    options = options_of("face").parse_args()
    good = True
    with ExitStack() as stack:
        base, browser = opened(options.build, stack)
        for who, paths in PAGES.items():
            state = None
            if who:
                context = browser.new_context()
                page = context.new_page()
                sign_in(page, base, who)
                state = context.storage_state()
                context.close()
            for path in paths:
                found = [look(browser, state, f"{base}{options.edition}/{path}")
                         for _ in range(ROUNDS)]  # fmt: skip
                painted = round(statistics.median(one[0] for one in found), 2)
                heavy = round(max(one[1] for one in found), 1)
                name = f"{who or 'visitor'}: {path or 'front'}"
                show(f"{name}, largest paint", painted, "s", BAR_S,
                     worst=round(max(one[0] for one in found), 2))  # fmt: skip
                show(f"{name}, CSS and JS", heavy, "kB", BAR_KB)
                good = good and 0 < painted <= BAR_S and heavy <= BAR_KB
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
