"""The other ends of messages, as servers on this machine that tests talk to over real sockets."""

from __future__ import annotations

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Seconds between two looks of a server at whether it is to end: a test waits for one at its own end.
POLL = 0.01


@dataclass
class Asked:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Web:
    """A server whose answers a test decides: `answer(asked) -> (status, JSON)`."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], tuple[int, Any]] = lambda asked: (200, {})


@contextmanager
def web() -> Iterator[Web]:
    """Run a server for HTTP."""
    fake = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, body)
            fake.asked.append(asked)
            status, said = fake.answer(asked)
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *words: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True).start()
        yield fake
        server.shutdown()


@dataclass
class Post:
    """A mail server that keeps what it takes; `refused` are addresses it does not know."""

    url: str = ""
    taken: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)


@contextmanager
def post_office() -> Iterator[Post]:
    """Run a server for SMTP, as much of RFC 5321 as a sender needs."""
    fake = Post()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 fake")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "RCPT":
                    code = fake.refused.get(line.partition("<")[2].partition(">")[0], 250)
                    self.say(f"{code} said")
                elif verb == "DATA":
                    self.say("354 go on")
                    lines = []
                    while (part := self.rfile.readline()) != b".\r\n":
                        lines.append(part.removeprefix(b".") if part.startswith(b"..") else part)
                    made = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
                    fake.taken.append(made)
                    self.say("250 taken")
                elif verb == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 fine")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        fake.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        threading.Thread(target=server.serve_forever, args=(POLL,), daemon=True).start()
        yield fake
        server.shutdown()
