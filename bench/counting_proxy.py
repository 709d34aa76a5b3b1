"""Counts the calls on their way to the emulator: a proxy on loopback that passes every request on as it is.

Timed runs do not go through it. What goes to the image registry does not either: clients are told its own address.
"""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Optional, Type
from urllib.parse import urlsplit

# Seconds for one call; the emulator answers within a tenth of one.
TIMEOUT = 30


class CountingProxy:
    """A proxy in front of `target`, for as long as the `with` lasts."""

    def __init__(self, target: str) -> None:
        self.target = urlsplit(target).netloc
        self.calls = 0
        self.lock = threading.Lock()

    def __enter__(self) -> str:
        """Gives the URL to call instead of the target's."""
        proxy = self

        class Pass(Passing):
            target = proxy.target

            def count(self) -> None:
                with proxy.lock:
                    proxy.calls += 1

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Pass)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def taken(self) -> int:
        """The calls since the last time this was asked."""
        with self.lock:
            calls, self.calls = self.calls, 0
        return calls


class Passing(BaseHTTPRequestHandler):
    """Passes on a request with a body of stated length, which is how all AWS clients send theirs."""

    protocol_version = "HTTP/1.1"
    # Else the kernel holds each answer back for 40 ms.
    disable_nagle_algorithm = True
    target = ""

    def count(self) -> None:
        raise NotImplementedError

    def pass_on(self) -> None:
        self.count()
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        connection = http.client.HTTPConnection(self.target, timeout=TIMEOUT)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                self.send_header(name, value)
            if "content-length" not in {name.lower() for name, _ in answer.getheaders()} and answer.status != 204:
                self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        finally:
            connection.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing."""
