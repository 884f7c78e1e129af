"""One hall's alarms on one server: what it sees of the hall becomes changes, and what any server changed is shown."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from hallsys.core.alarms import Alarm, Change, acknowledged, step
from hallsys.core.alarmsigns import Lasting, Seen, readings, unknown
from hallsys.core.rights import Who
from hallsys.errors import Refused
from hallsys.hallalarms import SEVERITIES
from hallsys.live.halls import Hall, Halls
from hallsys.monitor.alarms.words import Speaker
from hallsys.store.alarmbook import AlarmBook, Write, read_changed
from hallsys.store.turns import Turns

log = logging.getLogger("hallsys.alarms")

TURN_MS: Final = 10_000
"""ms for which the server that looks after an alarm is the only one that may change it."""
KEEP_MS: Final = 3_000
"""ms after which it says so again."""
_decoded: Final = msgspec.json.Decoder(Alarm)


class Room:
    """`alarms` are those there are now, on whatever server they were raised. `told` is called whenever one of them has
    changed, here or there: there may be something for the webhooks."""

    def __init__(
        self,
        hall: Hall,
        halls: Halls,
        book: AlarmBook,
        turns: Turns,
        speaker: Speaker,
        told: Callable[[], None],
    ) -> None:
        self.hall, self.book, self.speaker, self._heard = hall, book, speaker, told
        self._halls, self._turns = halls, turns
        self.alarms: dict[str, Alarm] = {}
        self._rows: dict[str, bytes] = {}
        self._falling: dict[str, int] = {}
        self._lasting = Lasting()
        self._read = self._follows = False
        self._mine: dict[str, int] = {}
        self._away: Alarm | None = None
        self._told: list[Any] | None = None

    async def ready(self) -> None:
        """The book is read, and followed. Raises StoreDown."""
        if self._read:
            return
        since, rows = await self.book.read()
        if not self._follows:
            self._halls.follow_beside(self.hall, self.book.log, since, self._changed)
            self._follows = True
        self._rows = rows
        self.alarms = {name: _decoded.decode(row) for name, row in rows.items()}
        self._read = True
        self.show()

    async def look(self, seen: Seen, now: int) -> None:
        """Decide, and write what is this server's to change. Raises StoreDown."""
        await self.ready()
        self._away = None
        config = self.hall.config.alarms
        blind = unknown(seen)
        found = readings(self.hall.config, self.hall.hub.tables, seen, self._lasting, now) if config.on else ()
        known = {name: alarm for name, alarm in self.alarms.items() if alarm.kind not in blind}
        quiet_until = quiet(config.quiet_hours, self.hall.config.timezone, now)
        changes = step(known, self._falling, found, now, over_ms=config.over_s * 1000, quiet=quiet_until is not None)
        mine = await self._turn([change.alarm.id for change in changes], now)
        told = [change for change in changes if change.alarm.id in mine]
        if told:
            await self._written(told, now, quiet_until or now, self._turns.holder)
        self.show()

    async def acknowledge(self, name: str, who: Who, now: int) -> Alarm:
        """Raises Refused unknown_alarm, StoreDown."""
        await self.ready()
        while (alarm := self.alarms.get(name)) is not None:
            after = acknowledged(alarm, who.officer or who.name or who.role, now)
            if after is alarm:
                return alarm
            written = await self._written([Change(after, "acknowledged")], now, now, "")
            if written:
                self.show()
                return after
            self._read = False  # somebody was faster
            await self.ready()
        raise Refused("unknown_alarm")

    async def leave(self) -> None:
        """Other servers may look after its alarms at once. Raises StoreDown."""
        if self._mine:
            await self._turns.leave([f"alarm:{name}" for name in self._mine])
            self._mine = {}

    def store_away(self, since: int, now: int) -> None:
        """The store does not answer: nothing can be written, and the pages of this server are told at least."""
        least = next((reading for reading in self._store_readings(since, now)), None)
        self._away = least
        self.show()

    def show(self) -> None:
        """Tell the staff's pages, if anything that they see has changed."""
        alarms = [*self.alarms.values()]
        if self._away is not None and "store" not in self.alarms:
            alarms.append(self._away)
        shown = [self.speaker.shown(alarm) for alarm in ordered(alarms)]
        if shown != self._told:
            self._told = shown
            self.hall.hub.keep({"type": "alarms", "alarms": shown}, staff=True)

    def _store_readings(self, since: int, now: int) -> Iterable[Alarm]:
        found = readings(self.hall.config, self.hall.hub.tables, Seen(store_away=since), Lasting(), now)
        store = [reading for reading in found if reading.kind == "store"]
        return (change.alarm for change in step({}, {}, store, now, over_ms=0, quiet=False))

    async def _turn(self, changing: list[str], now: int) -> set[str]:
        """Which alarms are this server's to change; it keeps those that it has, as long as they last."""
        self._mine = {name: at for name, at in self._mine.items() if name in self.alarms or name in changing}
        wanted = {name for name, at in self._mine.items() if now - at >= KEEP_MS}
        wanted |= {name for name in changing if now - self._mine.get(name, 0) >= KEEP_MS}
        if wanted:
            taken = await self._turns.take([f"alarm:{name}" for name in sorted(wanted)], TURN_MS)
            for name in wanted:
                if f"alarm:{name}" in taken:
                    self._mine[name] = now
                else:
                    self._mine.pop(name, None)
        return set(self._mine)

    async def _written(self, changes: list[Change], now: int, due: int, holder: str) -> set[str]:
        """The ids of what was written; another server's is learnt from the log."""
        writes = [self._as_write(change, now, due) for change in changes]
        try:
            written = await self.book.write(writes, holder)
        except BaseException:
            self._read = False  # nobody knows what was written
            raise
        for change, write in zip(changes, writes, strict=True):
            if write.id in written:
                self._fold(write.id, write.row)
                if change.event:
                    log.info("hall %s: %s %s", self.hall.config.id, change.event, write.id)
        self._heard()
        return written

    def _as_write(self, change: Change, now: int, due: int) -> Write:
        alarm = change.alarm
        row = msgspec.json.encode(alarm)
        over = alarm.over is not None
        letters = self.speaker.letters(alarm, change.event, now, due) if change.event else []
        return Write(alarm.id, self._rows.get(alarm.id, b""), b"" if over else row, row if over else b"", letters)

    def _changed(self, entry: Any) -> None:
        changed = read_changed(entry)
        if changed.holder != self._turns.holder:
            self._fold(changed.id, changed.row)
            self.show()
            self._heard()

    def _fold(self, name: str, row: bytes) -> None:
        if row:
            self._rows[name], self.alarms[name] = row, _decoded.decode(row)
        else:
            self._rows.pop(name, None)
            self.alarms.pop(name, None)
            self._falling.pop(name, None)


def ordered(alarms: Iterable[Alarm]) -> list[Alarm]:
    """The worst first, and of these the one that nobody sees to, and the oldest."""
    return sorted(
        alarms, key=lambda alarm: (-SEVERITIES.index(alarm.severity), alarm.at is not None, alarm.since, alarm.id)
    )


def quiet(spans: list[tuple[str, str]], timezone: str, now: int) -> int | None:
    """When the quiet hours end that it is now (ms); None outside of them. A span may go over midnight."""
    if not spans:
        return None
    local = datetime.fromtimestamp(now / 1000, ZoneInfo(timezone))
    minute = local.hour * 60 + local.minute
    ends = [
        (end - minute) % 1440
        for start, end in ((_minutes(start), _minutes(end)) for start, end in spans)
        if (minute - start) % 1440 < (end - start) % 1440
    ]
    return now - now % 60_000 + max(ends) * 60_000 if ends else None


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)
