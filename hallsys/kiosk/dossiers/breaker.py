"""A service that fails is left alone for a while, so that nobody at the kiosk waits for its timeout again and again."""

import time
from collections.abc import Callable
from typing import Final

FAILURES: Final = 3
"""In a row, before it is left alone."""
REST_S: Final = 30.0
"""Seconds until one request tries again; after each vain try twice as long, up to `LONGEST_S`."""
LONGEST_S: Final = 480.0


class Breaker:
    """Closed (asks), open (does not), and after its rest one request that decides (M. Nygard, Release It!, 2007)."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures = 0
        self._rest = REST_S
        self._until = 0.0
        self._trying = False

    def may_ask(self) -> bool:
        """Whether to ask now. Whoever got True must say `worked` or `failed`."""
        if self._failures < FAILURES:
            return True
        if self._trying or self._clock() < self._until:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        self._failures, self._rest, self._trying = 0, REST_S, False

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= FAILURES:
            self._until = self._clock() + self._rest
            if self._trying:
                self._rest = min(2 * self._rest, LONGEST_S)
                self._until = self._clock() + self._rest
        self._trying = False
