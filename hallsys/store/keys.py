"""Every key name of a hall. All carry the hash tag `{hall}`, so a hall is one slot of a cluster."""

from typing import Final

from hallsys.core.model import ROWS

TABLES: Final = tuple(ROWS)


class HallKeys:
    """The key names of one hall."""

    __slots__ = ("_prefix", "events", "position", "rows", "screens", "sound", "voicepacks")

    def __init__(self, hall: str) -> None:
        self._prefix = f"{{{hall}}}:"
        self.position = self._prefix + "position"
        self.events = self._prefix + "events"
        self.sound = self._prefix + "sound"
        """The stream of what the hall's loudspeakers say."""
        self.screens = self._prefix + "screens"
        self.voicepacks = self._prefix + "voicepacks"
        self.rows: dict[str, str] = {table: f"{self._prefix}rows:{table}" for table in TABLES}

    def loudspeaker(self, zone: str) -> str:
        """The lease of a zone's loudspeaker; the hall's own zone is empty."""
        return f"{self._prefix}loudspeaker{':' if zone else ''}{zone}"

    @property
    def joined_sound(self) -> str:
        """Stands while a joined screen has spoken in this hall lately."""
        return self._prefix + "joined_sound"

    def turn(self, what: str) -> str:
        """Which server does something that one of them does."""
        return f"{self._prefix}turn:{what}"

    @property
    def alarms(self) -> str:
        """The alarms there are now."""
        return self._prefix + "alarms"

    @property
    def alarm_log(self) -> str:
        """The stream that tells every server how they change."""
        return f"{self.alarms}:log"

    @property
    def alarms_past(self) -> str:
        """The stream of those that are over."""
        return f"{self.alarms}:past"

    @property
    def outbox(self) -> str:
        """What webhooks have still to be told, by its number."""
        return self._prefix + "outbox"

    @property
    def outbox_count(self) -> str:
        """The last number."""
        return f"{self.outbox}:count"

    @property
    def outbox_dead(self) -> str:
        """What could not be delivered, by its number."""
        return f"{self.outbox}:dead"

    def past(self, day: str) -> str:
        """A closed day, compressed."""
        return f"{self._prefix}past:{day}"

    @property
    def audited(self) -> str:
        """The day before which every day's audit is kept."""
        return self._prefix + "audited"

    def audit(self, day: str) -> str:
        """What was done on a closed day, compressed."""
        return f"{self.past(day)}:audit"

    def record(self, day: str) -> str:
        """What a closed day was, for reports, compressed."""
        return f"{self.past(day)}:record"

    @property
    def days(self) -> str:
        """The closed days that have a record. A backup reads it after the records, for it sorts behind them."""
        return f"{self._prefix}past:days"

    @property
    def forecast(self) -> str:
        """How right the forecast's last promises were, by which it corrects itself."""
        return self._prefix + "forecast"

    def voicepack(self, pack: str) -> str:
        """The takes of a recorded voice, as sound."""
        return f"{self.voicepacks}:{pack}"

    def voicepack_notes(self, pack: str) -> str:
        """What is known of each of them."""
        return f"{self.voicepacks}:{pack}:notes"
