"""`emporion match INSTANCE.json -o LISTS.json`: ranked lists for both sides, from files alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from emporion.engines.matching.market import EncodingError, MarketError

FAILED = 2
MOST_SEED = 2**32 - 1


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 2 with a message on stderr and nothing written."""
    parser = argparse.ArgumentParser(
        prog="emporion match",
        description="Rank counterparts for both sides of a market.",
        epilog="Formats: docs/integrators/matching-engine.md",
    )
    parser.add_argument("instance", help="a file of the format emporion-match-instance/1")
    parser.add_argument("-o", "--output", required=True, help="where to write the ranked lists")
    parser.add_argument(
        "--seed", type=_seed, default=0, help="turns the order among exact equals (default 0)"
    )
    parser.add_argument(
        "--readers",
        default="",
        help="what compares texts by meaning: universal, e5, universal,e5 or none"
        " (default: universal where it is installed)",
    )
    parser.add_argument(
        "--rule",
        choices=("priced", "tu"),
        help="how places are shared out: by prices of full calendars (the usual way), or by the"
        " equilibrium with transferable utility",
    )
    parser.add_argument("--vectors", help="a file that keeps what readers made, by content")
    options = parser.parse_args(argv)
    try:
        _run(options)
    except MarketError as error:
        print(f"emporion match: {options.instance}: {error}", file=sys.stderr)
        return FAILED
    except EncodingError as error:
        print(f"emporion match: {error}", file=sys.stderr)
        return FAILED
    except OSError as error:
        print(
            f"emporion match: {error.filename or options.instance}: {_why(error)}", file=sys.stderr
        )
        return FAILED
    return 0


def _seed(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text[:20]) > MOST_SEED:
        raise argparse.ArgumentTypeError(f"a whole number from 0 to {MOST_SEED}, not {text[:40]}")
    return int(text)


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, IsADirectoryError):
        return "this is a folder, not a file"
    return error.strerror or str(error)


def _run(options: argparse.Namespace) -> None:
    # Loaded here, so that asking for help does not wait for numpy and scipy.
    from emporion.engines.matching import encoders
    from emporion.engines.matching.encoding import FileStore
    from emporion.engines.matching.format import read_market, write_lists
    from emporion.engines.matching.market import unknown_codes
    from emporion.engines.matching.pipeline import match

    names = [name.strip() for name in options.readers.split(",") if name.strip()]
    readers = [encoders.encoder(name) for name in names if name != "none"] if names else None
    store = FileStore(options.vectors) if options.vectors else None
    market = read_market(options.instance)
    strange = unknown_codes(market)
    if strange:
        print(
            f"emporion match: {len(strange)} codes are not in the taxonomy and match only"
            f" themselves: {', '.join(strange[:10])}",
            file=sys.stderr,
        )
    matching = match(market, seed=options.seed, rule=options.rule, readers=readers, store=store)
    write_lists(matching, options.output)
    figures = matching.figures
    read = f", read by {', '.join(matching.models)}" if matching.models else ""
    if matching.short:
        print(
            f"emporion match: {len(matching.short)} exhibitors are in fewer than {matching.floor}"
            f" lists, {_fewest(sum(matching.short.values()), matching.fewest_missing)}",
            file=sys.stderr,
        )
    print(
        f"{len(market.exhibitors)} exhibitors, {len(market.buyers)} buyers:"
        f" {len(matching.buyers.other) + len(matching.exhibitors.other)} entries in"
        f" {matching.seconds:.1f} s; expected matches {figures.expected_matches:.0f},"
        f" Gini {figures.exposure_gini_per_slot:.3f}, unseen {figures.unseen_exhibitors}{read}"
    )


def _fewest(missing: int, fewest: int | None) -> str:
    """Say how many showings are missing, and whether they had to be."""
    if missing == fewest:
        return f"by {missing} in all; no lists of that length leave fewer"
    if fewest is None:
        return f"by {missing} in all; whether others would leave fewer was not found out"
    return f"by {missing} in all; by giving away more of the lists, {fewest}"
