"""A thermal printer (ESC/POS) on the network, USB, a serial line or a device file, and what it says of itself.

A ticket counts as printed when the printer has answered *after* it: the last bytes of a ticket ask for the paper sensor
in turn (`GS r 1`, Epson, ESC/POS Application Programming Guide), so the answer comes once everything before it is done.
"""

import asyncio
import contextlib
import logging
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from escpos.escpos import Escpos
from escpos.exceptions import Error as EscposError
from escpos.printer import File, Network, Serial, Usb
from PIL import Image

from hallsys.hallkiosk import PrinterConfig
from hallsys.kiosk.printing.paper import WIDTHS
from hallsys.kiosk.printing.states import CAN_PRINT, PrintFailed, State

log = logging.getLogger("hallsys.printer")

_ONLINE, _CAUSE, _PAPER = b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x04"
_MEDIA: Final = {"width": {"pixels": max(WIDTHS.values()), "mm": max(WIDTHS)}}
_IN_TURN: Final = b"\x1d\x72\x01"
_CLEAR: Final = b"\x10\x05\x02\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""Forget what is in the buffer (DLE ENQ 2, and DLE DC4 8 of newer ones): half a ticket must not come out when somebody
has put in paper."""
_ANSWER_S: Final = 1.0
"""Seconds for a question that is answered at once."""
_REACH_S: Final = 3.0
"""Seconds to reach a printer on the network: one that is off must not hold up what comes after."""
BAND: Final = 128
"""Dots of the picture in one command; small printers have small buffers."""


class _OnNetwork(Network):  # type: ignore[misc]  # python-escpos has no types
    """python-escpos leaves its socket open when the printer cannot be reached."""

    def open(self, raise_not_found: bool = True) -> None:
        self.device = socket.create_connection((self.host, self.port), min(self.timeout, _REACH_S))
        self.device.settimeout(self.timeout)


class Printer:
    """One printer. `print` one after another; a job whose time has passed is not begun."""

    def __init__(self, config: PrinterConfig, clock: Callable[[], float] = time.monotonic) -> None:
        self.config, self._clock = config, clock
        self._thread = ThreadPoolExecutor(1, "printer")
        self._state: State = "unknown"
        self.since = _now()
        """When `state` became what it is, ms."""

    @property
    def state(self) -> State:
        """As of the last look or ticket."""
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        if state == self._state:
            return
        # Once, and not with every look: a printer that is off all night fills no log.
        if state not in CAN_PRINT:
            log.warning("the printer at %s: %s", self.config.address, state)
        elif self._state not in CAN_PRINT:
            log.info("the printer at %s prints again: %s", self.config.address, state)
        self._state, self.since = state, _now()

    async def print(self, picture: Image.Image, until: float | None = None) -> None:
        """Print a ticket and wait until it is out. Raises PrintFailed; `until` (this clock, seconds) is when nobody
        waits for it any more, so that no stale ticket comes out later."""
        await self._run(lambda: self._print(picture, until))

    async def look(self) -> State:
        """Ask the printer how it is."""
        await self._run(self._look)
        return self.state

    async def close(self) -> None:
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], None]) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _print(self, picture: Image.Image, until: float | None) -> None:
        if until is not None and self._clock() >= until:
            raise PrintFailed("stalled")
        with self._open() as device:
            state = self._ask(device)
            if state not in CAN_PRINT:
                raise self._failed(device, state)
            try:
                device._raw(b"\x1b@")
                device.image(picture, impl="bitImageRaster", fragment_height=BAND, center=False)
                if self.config.cut:
                    device.cut(mode="PART", feed=True)
                else:
                    device.print_and_feed(4)
                if state == "unknown":
                    return
                device._raw(_IN_TURN)
                answer = self._read(device, self.config.patience_s)
            except OSError as error:
                log.warning("the printer broke off: %s", error)
                raise self._failed(device, "stalled") from error
            if answer is None:
                now = self._ask(device)
                raise self._failed(device, "stalled" if now in CAN_PRINT else now)
            self.state = "paper_low" if answer & 0x03 else "ok"
            if answer & 0x0C:
                raise self._failed(device, "paper_out")

    def _look(self) -> None:
        try:
            with self._open() as device:
                self.state = self._ask(device)
        except PrintFailed as failed:
            self.state = failed.state

    def _failed(self, device: Escpos, state: State) -> PrintFailed:
        self.state = state
        with contextlib.suppress(OSError, EscposError):
            device._raw(_CLEAR)
        return PrintFailed(state)

    @contextlib.contextmanager
    def _open(self) -> Iterator[Escpos]:
        """The printer's connection. Raises PrintFailed offline."""
        try:
            device = self._device()
            # python-escpos wants to know how wide a picture may be; ours is as wide as the paper.
            device.profile.profile_data = device.profile.profile_data | {"media": _MEDIA}
            device.open()
        except (EscposError, OSError, ValueError, RuntimeError) as error:
            # RuntimeError: python-escpos, where the machine has no way to speak USB.
            if self.state != "offline":
                log.warning("the printer cannot be reached: %s", error)
            self.state = "offline"
            raise PrintFailed("offline") from None
        try:
            yield device
        finally:
            with contextlib.suppress(OSError, EscposError):
                device.close()

    def _device(self) -> Escpos:
        config = self.config
        if config.kind == "network":
            host, _, port = config.address.rpartition(":")
            return _OnNetwork(host, int(port), timeout=config.patience_s)
        if config.kind == "usb":
            vendor, _, product = config.address.partition(":")
            return Usb(int(vendor, 16), int(product, 16), timeout=int(config.patience_s * 1000))
        if config.kind == "serial":
            return Serial(config.address, baudrate=config.baudrate, timeout=config.patience_s)
        return File(config.address, auto_flush=True)

    def _ask(self, device: Escpos) -> State:
        """Cover and paper, by real-time questions (DLE EOT n)."""
        if not self.config.answers or self.config.kind == "file":
            return "unknown"
        try:
            answers = []
            for question in (_ONLINE, _CAUSE, _PAPER):
                device._raw(question)
                answer = self._read(device, _ANSWER_S)
                if answer is None:
                    return "stalled"
                answers.append(answer)
        except OSError:
            return "offline"
        online, cause, paper = answers
        if paper & 0x60 or cause & 0x20:
            return "paper_out"
        if cause & 0x04:
            return "cover_open"
        if online & 0x08:
            return "offline"
        return "paper_low" if paper & 0x0C else "ok"

    @staticmethod
    def _read(device: Any, patience: float) -> int | None:
        """The next byte the printer says, within so many seconds."""
        connection = device.device
        if hasattr(connection, "settimeout"):
            connection.settimeout(patience)
        elif hasattr(connection, "timeout"):
            connection.timeout = patience
        try:
            said = device._read()
        except (TimeoutError, NotImplementedError, EscposError):
            return None
        return int(said[-1]) if said else None


def _now() -> int:
    return time.time_ns() // 1_000_000
