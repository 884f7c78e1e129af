"""Every key name of a hall. All carry the hash tag `{hall}`, so a hall is one slot of a cluster."""

from typing import Final

from hallsys.core.model import ROWS

TABLES: Final = tuple(ROWS)


class HallKeys:
    """The key names of one hall."""

    __slots__ = ("_prefix", "events", "loudspeaker", "position", "rows")

    def __init__(self, hall: str) -> None:
        self._prefix = f"{{{hall}}}:"
        self.position = self._prefix + "position"
        self.events = self._prefix + "events"
        self.loudspeaker = self._prefix + "loudspeaker"
        self.rows: dict[str, str] = {table: f"{self._prefix}rows:{table}" for table in TABLES}

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
