"""Figures for Prometheus; the only door to prometheus-client.

Counters are made once and handed to those who count (`metrics.counter(...)`); what can be asked is a gauge with a
function, read only when somebody scrapes, so that the path of a command pays nothing for it.
"""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


class Metrics:
    """One registry; names begin with `hallsys_`."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)

    def counter(self, name: str, about: str, *labels: str) -> Counter:
        """A figure that only grows: `.inc()`, with labels `.labels("x").inc()`."""
        return Counter(name, about, labels, registry=self._registry)

    def histogram(self, name: str, about: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        """How often a figure fell between bounds: `.observe(seconds)`."""
        return Histogram(name, about, labels, buckets=buckets, registry=self._registry)

    def gauge(self, name: str, about: str, read: Callable[[], float]) -> None:
        """A figure that is asked for when somebody scrapes."""
        Gauge(name, about, registry=self._registry).set_function(read)

    def text(self) -> bytes:
        """All figures in the text format."""
        return generate_latest(self._registry)
