"""What a check of `hallsys doctor` found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

State = Literal["ok", "warn", "fail"]
OK: Final = "ok"
WARN: Final = "warn"
FAIL: Final = "fail"


@dataclass(frozen=True)
class Finding:
    """`key` is a message of the catalog `cli`, which names the remedy where one is needed."""

    name: str
    state: State
    key: str
    params: Mapping[str, object] = field(default_factory=dict)


def ok(name: str, key: str, **params: object) -> Finding:
    return Finding(name, OK, key, params)


def warn(name: str, key: str, **params: object) -> Finding:
    return Finding(name, WARN, key, params)


def fail(name: str, key: str, **params: object) -> Finding:
    return Finding(name, FAIL, key, params)
