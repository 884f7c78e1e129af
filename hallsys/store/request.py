"""A command on its way to the ledger, and its answer on the way back."""

import asyncio
from typing import Final, NamedTuple

from hallsys.core.commands import Command
from hallsys.core.position import Position
from hallsys.errors import Refused


class Answer(NamedTuple):
    """Where the command's last event stands, its result as JSON, and the ticket's token if it took one."""

    at: Position
    result: bytes
    token: str | None = None

    def body(self) -> bytes:
        """The result with the token in it."""
        if self.token is None:
            return self.result
        return self.result[:-1] + b',"token":"' + self.token.encode() + b'"}'


class By(NamedTuple):
    """Who gives a command: `name` of the account or device, `role` of its right, `officer` who signed in there."""

    role: str
    name: str = ""
    officer: str | None = None

    def __str__(self) -> str:
        """As the audit keeps it."""
        return f"officer {self.officer}" if self.officer else f"{self.role} {self.name}".rstrip()


CLOCK: Final = By("clock")
"""What the hall does by itself."""
TICKET: Final = By("ticket")
"""Whoever holds a ticket's own token."""


class Request:
    """`key` makes a retry find the first answer; `digest` tells whether it asks the same.

    Everybody who asks with one key waits on a future of their own, so that one who goes away takes nothing from the
    others. It gets an Answer, or None when the answer is to be read from the stream.
    """

    __slots__ = ("_waiters", "by", "command", "digest", "key", "name")

    def __init__(self, by: By, key: str, name: str, command: Command, digest: str) -> None:
        self.by, self.key, self.name, self.command, self.digest = by, key, name, command, digest
        self._waiters: list[asyncio.Future[Answer | None]] = []

    def wait(self) -> "asyncio.Future[Answer | None]":
        waiter: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def settle(self, answer: Answer | Refused | None) -> None:
        for waiter in self._waiters:
            if waiter.done():
                continue
            if isinstance(answer, Refused):
                waiter.set_exception(answer)
            else:
                waiter.set_result(answer)
