"""`emporion journal`: seal what is new, verify the whole, and tell the key and the head."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from emporion.core.sealing import keys
from emporion.core.sealing.seals import Head, head, seal
from emporion.core.sealing.verifying import verify


def journal(argv: list[str]) -> int:
    """Prove that the journal is what was written, or name the first row that is not."""
    parser = argparse.ArgumentParser(prog="emporion journal", description=journal.__doc__)
    parts = parser.add_subparsers(dest="part", required=True, metavar="seal | verify | head | key")
    parts.add_parser("seal", help="seal what is not sealed yet; workers do it every second")
    checked = parts.add_parser("verify", help="compare every entry with what was sealed")
    checked.add_argument(
        "--key",
        action="append",
        metavar="PUBLIC",
        help="believe this key, not the machine's",
    )
    checked.add_argument(
        "--head", type=_head, metavar="N:DIGEST", help="a head that was kept elsewhere"
    )
    checked.add_argument("--json", action="store_true", help="print the report as JSON")
    parts.add_parser("head", help="print the last seal, to be kept elsewhere")
    parts.add_parser("key", help="print the public key, to be kept elsewhere")
    options = parser.parse_args(argv)
    if options.part == "seal":
        print(f"{seal(patience=30):,} entries sealed.")
        return 0
    if options.part == "head":
        print(head())
        return 0
    if options.part == "key":
        print(keys.public_key())
        return 0
    return _verify(options)


def _verify(options: argparse.Namespace) -> int:
    report = verify(public=options.key, known=options.head)
    if options.json:
        print(json.dumps({**asdict(report), "is_whole": report.is_whole}, ensure_ascii=False))
    elif report.problem:
        print(f"emporion journal: {report.problem.said}", file=sys.stderr)
    else:
        print(
            f"{report.entries:,} entries in {report.seals:,} seals are what was signed; "
            f"{report.values:,} have their values, and they fit. "
            f"{report.unsealed:,} entries are not sealed yet.\nhead {report.head}"
        )
    return 0 if report.is_whole else 1


def _head(text: str) -> Head:
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) != 64:
        raise argparse.ArgumentTypeError("a head is a number, a colon and 64 digits")
    return Head(int(number), digest)
