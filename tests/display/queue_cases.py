"""The cases of both queues, the announcer's and the browser's, written out: what a step of `cases.json` means.

| Step | What |
|---|---|
| `call`, `recall`, `counter`, `at`, `back`? | the event; its voice is `<ticket>-<counter>-abcdef`; whether it takes
  back what is being spoken |
| `also`, `counter`, `at`, `kind` | an event of that kind about a ticket that waits, with a voice like a call's |
| `opening`, `at` | an event about the whole hall, with that voice |
| `notice`, `at`, `until`, `zone`? · `notice_ended` | a notice with a voice, `notice-<id>-abcdef`; its end |
| `undone` or `delayed`, `back`? | tickets and the state they are back in; whether the call being spoken is taken back |
| `next`, `gives` | what is to be spoken at that time: voice and whether short, or null |
| `end`, `again`, `spoken`, `tidy` | as the queues call them |
| `skipped` | what was passed over since it was looked at last |
| `volume`, `is` · `zones` | how loud the hall is at a time · its zones |

`hall` is what the hall's rows say beyond the time zone; `zone` is the queue's, the hall's own if it is not given.
"""

import json
from pathlib import Path
from typing import Any

from hallsys.live.link import fold

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases.json").read_text())


def written_out(case: dict[str, Any]) -> dict[str, Any]:
    """The case with an event and the view after it in the place of each short step."""
    hall = {"tz": "Asia/Ho_Chi_Minh", **case.get("hall", {})}
    view: dict[str, Any] = {"hall": hall, "counters": {name: {} for name in "123"}, "tickets": {}}
    steps = []
    for step in case["steps"]:
        event = _event(step, view)
        if event is None:
            steps.append(step)
            continue
        fold(view, event["changes"])
        steps.append({"hear": event, "view": json.loads(json.dumps(view)), "back": step.get("back", False)})
    return {"zone": case.get("zone", ""), "steps": steps, "view": view}


def _event(step: dict[str, Any], view: dict[str, Any]) -> dict[str, Any] | None:
    match step:
        case {"call": label, "counter": counter, "at": at} | {"recall": label, "counter": counter, "at": at}:
            kind = "called" if "call" in step else "recalled"
            row = {"label": label, "state": "called", "counter": counter}
            changes = {"tickets": {label: row}, "counters": {counter: {"ticket": label}}}
            return {"kind": kind, "time": at, "voice": f"{label}-{counter}-abcdef", "changes": changes}
        case {"also": label, "counter": counter, "at": at, "kind": kind}:
            row = {"label": label, "state": "waiting", "counter": None}
            changes = {"tickets": {label: row}}
            return {"kind": kind, "time": at, "voice": f"{label}-{counter}-abcdef", "changes": changes}
        case {"notice": name, "at": at, "until": until}:
            row = {"id": name, "at": at, "until": until, "spoken": True, "zone": step.get("zone")}
            notices = {**view["hall"].get("notices", {}), name: {key: value for key, value in row.items() if value}}
            changes = {"hall": {"notices": notices}}
            return {"kind": "notice", "time": at, "voice": f"notice-{name}-abcdef", "changes": changes}
        case {"opening": voice, "at": at}:
            return {"kind": "day_opened", "time": at, "voice": voice, "changes": {"hall": {"open": True}}}
        case {"notice_ended": name}:
            notices = {key: row for key, row in view["hall"]["notices"].items() if key != name}
            return {"kind": "notice_ended", "time": 0, "changes": {"hall": {"notices": notices}}}
        case {"undone": states} | {"delayed": states}:
            rows = {label: {"label": label, "state": state} for label, state in states.items()}
            return {"kind": "undone" if "undone" in step else "delayed", "time": 0, "changes": {"tickets": rows}}
    return None
