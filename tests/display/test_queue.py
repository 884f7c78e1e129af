"""The announcer's queue keeps every case that the browser's keeps (tests/js/test_queue.py)."""

from typing import Any

import pytest

from hallsys.display.announcer.queue import Queue, Turn, volume, zones_of
from tests.display.queue_cases import CASES, written_out


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    case = written_out(case)
    queue, view = Queue(case["zone"]), case["view"]
    for step in case["steps"]:
        match step:
            case {"hear": event, "view": view, "back": back}:
                heard = queue.hear(event["kind"], event["time"], event["changes"], event.get("voice"), view)
                assert heard is back, step
            case {"next": now, "gives": gives}:
                assert queue.next(now, view["hall"]) == (None if gives is None else Turn(*gives)), step
            case {"skipped": skipped}:
                assert [list(one) for one in queue.skipped] == skipped
                queue.skipped.clear()
            case {"spoken": voice}:
                queue.spoken(voice)
            case {"tidy": now}:
                queue.tidy(now, view["hall"])
            case {"volume": now, "is": loud}:
                assert volume(view["hall"], now) == loud, step
            case {"zones": zones}:
                assert zones_of(view) == zones
            case {"end": True}:
                queue.end()
            case {"again": True}:
                queue.again()
            case _:
                raise AssertionError(f"no such step: {step}")
