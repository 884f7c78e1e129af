"""`hallsys doctor`: is everything there that a hall needs, and if not, what is to be done?

Looks and changes nothing: a data folder that does not exist is not made, a store that does not run is not started.
"""

import argparse
import json
import os
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from hallsys.config import ConfigError, HallConfig, Settings
from hallsys.hallfile import load_halls
from hallsys.office import examine_machine, examine_store, examine_webhooks
from hallsys.office.finding import FAIL, Finding, ok
from hallsys.office.words import both

_MARKS: Final = {"ok": "[ ok ]", "warn": "[WARN]", "fail": "[FAIL]"}

Halls = Mapping[str, HallConfig]
Check = Callable[[Settings, Halls], Iterable[Finding]]


def _kiosk(name: str) -> Check:
    """Loaded when its turn comes: where a package of the printers is missing, the check of the packages has said so."""

    def check(settings: Settings, halls: Halls) -> Iterable[Finding]:
        from hallsys.office import examine_kiosk

        found: Iterable[Finding] = getattr(examine_kiosk, name)(settings, halls)
        return found

    return check


CHECKS: Final[tuple[tuple[str, Check], ...]] = (
    ("python", examine_machine.python),
    ("packages", examine_machine.packages),
    ("pages", examine_machine.pages),
    ("voice", examine_machine.voice),
    ("clock", examine_machine.clock),
    ("data", examine_store.data_folder),
    ("binary", examine_store.binary),
    ("store", examine_store.store),
    ("webhooks", examine_webhooks.webhooks),
    ("port", examine_machine.port),
    ("printer", _kiosk("printers")),
    ("dossiers", _kiosk("dossiers")),
)


def run(arguments: argparse.Namespace) -> int:
    """0 when nothing failed; warnings do not count."""
    settings = Settings.load(os.environ, vars(arguments))
    findings = list(examine(settings))
    if arguments.json:
        print(json.dumps([_plain(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(_shown(finding))
    return int(any(finding.state == FAIL for finding in findings))


def examine(settings: Settings) -> Iterable[Finding]:
    """Every check in order. One that breaks is a failure of its own and does not end the others."""
    halls: Halls = {}
    try:
        halls = load_halls(settings.config)
        yield ok("config", "doctor.config.ok", file=settings.config or "phutho.toml", halls=", ".join(halls))
    except ConfigError as error:
        yield Finding("config", FAIL, "doctor.config.fail", {"reason": error})
    for name, check in CHECKS:
        try:
            yield from check(settings, halls)
        except Exception as error:  # noqa: BLE001  told as a finding
            yield Finding(name, FAIL, "doctor.broken", {"reason": f"{type(error).__name__}: {error}"})


def _shown(finding: Finding) -> str:
    text = both(finding.key, **finding.params)
    return f"{_MARKS[finding.state]} {finding.name:<9}" + text.replace("\n", "\n" + " " * 16)


def _plain(finding: Finding) -> dict[str, str]:
    vi, _, en = both(finding.key, **finding.params).partition("\n")
    return {"check": finding.name, "state": finding.state, "vi": vi, "en": en}
