"""Ports for servers that end, and start again where they were."""

import secrets
import socket
from contextlib import suppress


def free_port() -> int:
    """One that nobody listens on, below those that systems give away by themselves (Linux 32768 and up, others 49152):
    between two lives of a server no other test, and nobody's outgoing connection, gets it by chance."""
    while True:
        port = 15_000 + secrets.randbelow(17_000)  # not `random`, which hypothesis seeds alike in every process
        with suppress(OSError), socket.socket() as it:
            it.bind(("127.0.0.1", port))
            return port
