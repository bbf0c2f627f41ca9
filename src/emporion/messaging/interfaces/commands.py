"""`emporion outbox`, `emporion messages`, `emporion webhook`, `emporion bounce`."""

from __future__ import annotations

import argparse
import sys

from emporion.core import holding, journal, outbox
from emporion.core.tenancy import scope
from emporion.messaging import queries
from emporion.messaging.domain import bounces, carriers, reports, webhooks
from emporion.messaging.models import Endpoint
from emporion.registry.queries import Expo, expo_by_slug


def show_outbox(argv: list[str]) -> int:
    """Say what waits to leave and what was given up; have that tried anew."""
    parser = argparse.ArgumentParser(prog="emporion outbox", description=show_outbox.__doc__)
    parser.add_argument("--dead", action="store_true", help="list what was given up")
    parser.add_argument(
        "--replay", metavar="KEY", help="have a row handed over again; `dead`: all that are dead"
    )
    held = parser.add_mutually_exclusive_group()
    held.add_argument(
        "--hold", action="store_true", help="put off what waits, before any worker is started"
    )
    held.add_argument("--held", action="store_true", help="list what is held")
    held.add_argument(
        "--drop", action="append", default=[], metavar="KEY",
        help="forget one thing that is held, so that --release lets it not go; may be said again",
    )  # fmt: skip
    held.add_argument(
        "--release", action="store_true", help="let go on what is held since a restore or --hold"
    )
    options = parser.parse_args(argv)
    if options.hold or options.held or options.drop or options.release:
        with journal.acting("command:outbox"):
            return _held(options)
    if options.replay:
        wanted = {"state": "dead"} if options.replay == "dead" else {"key": options.replay}
        count = sum(outbox.replay(row) for row in outbox.OutboxRow.objects.filter(**wanted))
        print(f"{count} handed over again, with the same key.")
        return 0 if count else 1
    for kind, state, count in queries.outbox_counts():
        print(f"{kind:<10} {state:<8} {count:>8}")
    if waits := holding.held():
        print(f"held since a backup was restored, until --release: {waits} (--held lists them)")
    for row in queries.dead_rows() if options.dead else ():
        print(f"{row.key}  {row.kind}  {row.attempt} attempts  {row.cause}")
    return 0


def _held(options: argparse.Namespace) -> int:
    """Hold, list, drop or let go on, as `show_outbox` was asked to."""
    if options.hold:
        print(f"Held until --release: {holding.hold_here()}.")
    elif options.release:
        print(f"Let go on: {holding.release()}.")
    elif options.drop:
        try:
            print(f"Dropped: {holding.drop(options.drop)}.")
        except holding.NotHere as key:
            print(f"{key} is not held; nothing was dropped. See --held.", file=sys.stderr)
            return 1
    else:
        for one in holding.each_held():
            what = queries.told_of(one.payload)
            print("  ".join((one.key, f"{one.at:%Y-%m-%d %H:%M} UTC", one.kind, what, one.whom)))
    return 0


def messages(argv: list[str]) -> int:
    """Say which carriers are set up and what they made of an expo's messages."""
    parser = argparse.ArgumentParser(prog="emporion messages", description=messages.__doc__)
    parser.add_argument("--expo", required=True, metavar="SLUG")
    expo = _expo(parser.parse_args(argv).expo)
    if expo is None:
        return 1
    names = [carrier.name for carrier in carriers.open_carriers()]
    print(f"carriers, in the order in which they are tried: {', '.join(names)}")
    with scope(expo=expo):
        for carrier, outcome, count in queries.receipts(expo):
            print(f"{carrier:<10} {outcome:<8} {count:>8}")
    return 0


def webhook(argv: list[str]) -> int:
    """Register endpoints of other systems, see what they answered, tell them again."""
    parser = argparse.ArgumentParser(prog="emporion webhook", description=webhook.__doc__)
    parser.add_argument("--expo", required=True, metavar="SLUG")
    act = parser.add_mutually_exclusive_group(required=True)
    act.add_argument("--add", metavar="URL", help="tell this address from now on")
    act.add_argument("--list", action="store_true")
    act.add_argument("--log", metavar="ID", help="the last attempts of an endpoint")
    act.add_argument("--on", metavar="ID")
    act.add_argument("--off", metavar="ID")
    act.add_argument("--remove", metavar="ID")
    parser.add_argument(
        "--event", action="append", default=[], help="with --add: only these; else all"
    )
    options = parser.parse_args(argv)
    expo = _expo(options.expo)
    if expo is None:
        return 1
    acting = journal.acting("command:webhook", tenant=expo.public_id)
    with scope(expo=expo), acting:
        if options.add:
            return _add(expo, options.add, options.event)
        if options.list:
            for each in queries.endpoints(expo):
                state = "on" if each.is_active else "off"
                print(
                    f"{each.public_id}  {state:<3}  {each.url}  {', '.join(each.events) or 'all'}"
                )
            return 0
        public_id = options.log or options.on or options.off or options.remove
        endpoint = next((e for e in queries.endpoints(expo) if e.public_id == public_id), None)
        if endpoint is None:
            print(f"There is no endpoint {public_id}.", file=sys.stderr)
            return 1
        if options.log:
            _show_log(endpoint)
        elif options.remove:
            webhooks.remove(endpoint)
        else:
            webhooks.set_active(endpoint, bool(options.on))
        return 0


def bounce(argv: list[str]) -> int:
    """Read a mail that came back (RFC 3464) from the standard input, as a mail server pipes it."""
    argparse.ArgumentParser(prog="emporion bounce", description=bounce.__doc__).parse_args(argv)
    raw = sys.stdin.buffer.read(bounces.MOST_BYTES)
    found = bounces.report_of(raw)
    moved = reports.hear("mail", bounces.digest(raw), [found]) if found else 0
    print("noted" if moved else "nothing to note: no mail of ours came back for good")
    return 0


def _add(expo: Expo, url: str, events: list[str]) -> int:
    try:
        made = webhooks.register(expo, url, events)
    except webhooks.EndpointError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{made.public_id}\nIts secret, shown once: {made.secret}")
    return 0


def _show_log(endpoint: Endpoint) -> None:
    for each in queries.deliveries(endpoint):
        answer = each.status or each.reason
        print(f"{each.at:%Y-%m-%d %H:%M:%S}  {each.event}  {each.key}  {each.attempt}  {answer}")


def _expo(slug: str) -> Expo | None:
    expo = expo_by_slug(slug)
    if expo is None:
        print(f"There is no expo {slug}.", file=sys.stderr)
    return expo
