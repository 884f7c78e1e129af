"""A screen on a socket, and what may be written to it without anybody waiting for it."""

import asyncio
from typing import Final

MOST_BEHIND: Final = 16 * 1024
"""Bytes in a transport's buffer past which a screen gets no more frames until it has taken them."""
HARD_CAP: Final = 4 * 1024 * 1024
"""Bytes past which a connection is cut: nobody reads at its other end."""
PATIENCE: Final = 30.0
"""Seconds that a screen may stay behind before its connection is cut; it comes back and catches up."""


class Member:
    """Frames go straight into the transport. A screen that falls behind gets no more of them, and a fresh snapshot
    when it has taken what it was sent ("latest wins"); catching up is not counted against it, or a slow link would
    never finish one. `more`: it asked for what is told beside the stream, too; `staff`: it may be told what only those
    who work here are."""

    __slots__ = ("_catching_up", "_transport", "behind_since", "more", "staff")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        # A loop may gather what is written in one turn and send it together, up to this mark: far below what counts.
        if not transport.is_closing():
            transport.set_write_buffer_limits(high=MOST_BEHIND // 2)
        self.more = self.staff = False
        self._catching_up = 0
        self.behind_since: float | None = None

    def buffered(self) -> int:
        """Bytes not yet taken; 0 for a dead transport, which may raise when it is asked."""
        if self._transport.is_closing():
            return 0
        try:
            return self._transport.get_write_buffer_size()
        except (RuntimeError, AttributeError, OSError):
            return 0

    def offer(self, frame: bytes, now: float) -> None:
        """An event or tick, unless the screen is behind."""
        if self.behind_since is not None or self._transport.is_closing():
            return
        if self._catching_up and not self.buffered():
            self._catching_up = 0
        if self.buffered() > MOST_BEHIND + self._catching_up:
            self.behind_since = now
            return
        self._transport.write(frame)

    def catch_up(self, frames: list[bytes]) -> None:
        """What a screen needs to be where the hall is: missed frames, or a snapshot."""
        self.behind_since = None
        if self._transport.is_closing():
            return
        self._catching_up = sum(map(len, frames))
        self._transport.writelines(frames)

    def reply(self, frame: bytes) -> None:
        """An answer to this client alone; never left out, so a client that asks on and never reads is cut."""
        if self._transport.is_closing():
            return
        self._transport.write(frame)
        if self.buffered() > HARD_CAP + self._catching_up:
            self.abort()

    def hopeless(self, now: float) -> bool:
        """Whether the connection had better be cut."""
        if self.buffered() > HARD_CAP:
            return True
        return self.behind_since is not None and now - self.behind_since > PATIENCE

    def abort(self) -> None:
        self._transport.abort()
