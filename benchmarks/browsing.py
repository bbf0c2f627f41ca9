"""The product's own server in a real browser, as the benchmarks of pages use it."""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

from benchmarks.pages import ROOT, build, free_port, start_server
from tests import machine


def options_of(name: str) -> argparse.ArgumentParser:
    """Return what `./run bench NAME` takes, for its own words to be added."""
    parser = argparse.ArgumentParser(prog=f"./run bench {name}")
    parser.add_argument("--edition", default="model", help="its slug")
    parser.add_argument("--build", type=float, metavar="SCALE", help="build a model edition first")
    return parser


def opened(scale: float | None, stack: ExitStack) -> tuple[str, Any]:
    """Serve an edition, built first where `scale` says so; return (address, Chromium).

    Both end with `stack`.
    """
    from playwright.sync_api import sync_playwright

    os.environ.setdefault("EMPORION_INSECURE_LOCAL", "1")
    os.environ["EMPORION_DEMO_SIGNIN"] = "1"
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    if scale is not None:
        build(scale, False, stack)
    else:
        subprocess.run([sys.executable, "-m", "emporion.cli", "prepare"], check=True)
    port = free_port()
    start_server(port, None, stack)
    browser = stack.enter_context(sync_playwright()).chromium.launch(
        executable_path=machine.chromium()
    )
    stack.callback(browser.close)
    return f"http://127.0.0.1:{port}/en/", browser


def sign_in(page: Any, base: str, who: str) -> None:
    """Enter as the person of the demonstration whose button says `who`."""
    page.goto(f"{base}signin/")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile(who)).click()
