"""`./run shots`: every page as a picture, in three languages, two widths and two themes.

    ./run shots                                   everything, into the folder shots/
    ./run shots --pages front --languages ar      only addresses that hold "front"

On the way each page is checked: nothing for axe (WCAG 2.2 AA), no sideways scroll, no clipped
text, a visible focus, targets of 44 px on phones. What fails is printed, and the status is 1.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests import machine
from tests.browser.conftest import LANGUAGES, ROLES, WIDTHS, Fair, Visitor, served
from tests.browser.test_pages import PAGES, RULES, SMALL, addresses

THEMES = ("light", "dark")
# Text that ends where its box ends, or runs out of the window beside a box that does not scroll.
CLIPPED = """() => {
  const found = [];
  const wide = document.documentElement.clientWidth;
  for (const e of document.querySelectorAll('body *')) {
    if (!e.checkVisibility() || e.closest('.vh, svg, option, [hidden], .skip')) continue;
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e), box = e.getBoundingClientRect();
    if (box.width < 2 || box.height < 2) continue;
    const hides = /hidden|clip/.test(style.overflowX + style.overflowY);
    if (hides && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
      found.push(e.outerHTML.slice(0, 90));
    let frame = e.parentElement, scrolls = false;
    for (; frame; frame = frame.parentElement) {
      const how = getComputedStyle(frame).overflowX;
      if (how === 'auto' || how === 'scroll') scrolls = true;
      if (how === 'hidden' && frame !== document.body && frame.clientWidth > 2) {
        const edge = frame.getBoundingClientRect();
        if (box.right > edge.right + 1 || box.left < edge.left - 1)
          found.push('cut by its frame: ' + e.outerHTML.slice(0, 90));
      }
    }
    if (!scrolls && (box.right > wide + 1 || box.left < -1))
      found.push('out of the window: ' + e.outerHTML.slice(0, 90));
  }
  return found;
}"""
FOCUS = """() => {
  const found = [];
  for (const e of document.querySelectorAll('a[href], button, input, select, textarea, summary')) {
    if (!e.checkVisibility() || e.disabled || e.type === 'hidden') continue;
    const before = getComputedStyle(e).outlineStyle;
    e.focus();
    if (document.activeElement !== e) continue;
    const near = e.matches('.vh') ? e.nextElementSibling || e.parentElement : e;
    const style = getComputedStyle(near), box = near.getBoundingClientRect();
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 2)
      found.push(e.outerHTML.slice(0, 90));
    else if (box.bottom < 0 || box.top > innerHeight)
      found.push('out of sight: ' + e.outerHTML.slice(0, 90));
  }
  document.activeElement.blur();
  window.scrollTo(0, 0);
  return found;
}"""


@dataclass(frozen=True)
class Look:
    """One way to look at a page."""

    language: str
    width: int
    theme: str

    @property
    def height(self) -> int:
        """Of the window."""
        return 844 if self.width < 600 else 800


def name_of(path: str, role: str, look: Look) -> str:
    """A file name that says what it shows."""
    words = re.sub(r"[^a-z0-9]+", "-", path.lower().removeprefix("model/")).strip("-") or "front"
    return f"{words}-{role or 'visitor'}-{look.width}-{look.theme}-{look.language}.png"


def checked(page: Page, look: Look) -> Iterator[str]:
    """Yield what is wrong with the page that is open."""
    for each in Axe().run(page, options=RULES).response["violations"]:
        for node in each["nodes"]:
            yield f"axe {each['id']}: {node['html'][:120]}"
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    if (beyond := page.evaluate(width)) > 0:
        yield f"scrolls sideways by {beyond} px"
    for clipped in page.evaluate(CLIPPED):
        yield f"clipped text: {clipped}"
    page.keyboard.press("Tab")
    for unseen in page.evaluate(FOCUS):
        yield f"focus not seen: {unseen}"
    if look.width < 600:
        for small in page.evaluate(SMALL):
            yield f"target below 44 px: {small}"


def pictured(page: Page, look: Look, path: Path) -> None:
    """Take the whole page, with what stands at the lower edge of the window at the page's end."""
    high = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": look.width, "height": max(high, look.height)})
    page.screenshot(path=path, full_page=True)
    page.set_viewport_size({"width": look.width, "height": look.height})


def state_of(fair: Fair, browser: Browser, role: str) -> Any:
    """Sign in as a role; return the cookies."""
    if not role:
        return None
    context = browser.new_context()
    page = context.new_page()
    page.goto(fair.address("signin/"))
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile(ROLES[role])).click()
    found = context.storage_state()
    context.close()
    return found


def main(argv: list[str] | None = None) -> int:
    """Take the pictures; return 1 if a check failed."""
    parser = argparse.ArgumentParser(prog="./run shots")
    parser.add_argument("-o", "--output", type=Path, default=machine.ROOT / "shots")
    parser.add_argument("--data", type=Path, help="keep the model edition in this folder")
    parser.add_argument("--pages", default="", help="only addresses that hold this")
    parser.add_argument("--role", choices=list(PAGES), default=None)
    parser.add_argument("--languages", nargs="*", default=LANGUAGES, choices=LANGUAGES)
    parser.add_argument("--widths", nargs="*", type=int, default=WIDTHS)
    parser.add_argument("--themes", nargs="*", default=THEMES, choices=THEMES)
    options = parser.parse_args(argv)
    options.output.mkdir(parents=True, exist_ok=True)
    looks = [
        Look(language, width, theme)
        for language in options.languages
        for width in options.widths
        for theme in options.themes
    ]
    taken, wrong = 0, 0
    with ExitStack() as stack:
        folder = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.mkdir(parents=True, exist_ok=True)
        fair = stack.enter_context(served(folder))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=machine.chromium())
        for role in PAGES if options.role is None else [options.role]:
            state = state_of(fair, browser, role)
            for look in looks:
                context = browser.new_context(
                    viewport={"width": look.width, "height": look.height},
                    color_scheme=look.theme,
                    reduced_motion="reduce",
                    storage_state=state,
                )
                visitor = Visitor(fair, context.new_page(), look.language)
                for path in addresses(visitor, role):
                    if options.pages not in (path if path != "model/" else "model/front"):
                        continue
                    visitor.messages.clear()
                    status = visitor.go(path)
                    name = name_of(path, role, look)
                    found = [f"status {status}"] if status != 200 else []
                    found += [*checked(visitor.page, look), *visitor.messages]
                    pictured(visitor.page, look, options.output / name)
                    taken += 1
                    for line in found:
                        wrong += 1
                        print(f"{name}: {line}", flush=True)
                context.close()
        browser.close()
    print(f"{taken} pictures in {options.output}, {wrong} complaints")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
