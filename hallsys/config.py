"""Settings of the program (environment and flags) and of a hall (`hall.toml`, read by `hallfile.py`)."""

import re
from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import msgspec

from hallsys.hallalarms import AlarmsConfig, Webhook
from hallsys.hallkiosk import DossierConfig, KioskConfig, KioskPrinter, PrinterConfig
from hallsys.hallvisits import Bookings, Phone, Ratings, Tickets
from hallsys.resources import checkout

Language = Literal["vi", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
Dialect = Literal["north", "south"]
Digits = Literal["each", "number"]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One text in both languages."""

    vi: str
    en: str


class ServiceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service people come for. `series` is the letter (or digits) that its tickets carry."""

    id: str
    name: Words
    short: Words
    about: Words = Words("", "")
    series: str = ""
    daily_limit: int | None = None
    hours: list[tuple[str, str]] | None = None
    open: bool = True


class Helps(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service that a counter takes on a condition: once its longest wait passes `wait_over_s` seconds, while nobody
    waits for the counter's own services (`idle`), or both."""

    service: str
    wait_over_s: int | None = None
    idle: bool = False


class CounterConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A counter and the services it takes, the preferred ones first. With `weights` the calls are shared out among the
    services in that proportion instead. `spoken` is what the voice says in the place of "quầy số 3"."""

    id: str
    name: str
    services: list[str | Helps]
    spoken: Words | None = None
    weights: dict[str, int] = msgspec.field(default_factory=dict)
    mode: Literal["all", "ordinary", "priority", "booked"] = "all"
    groups: list[str] = msgspec.field(default_factory=list)

    @property
    def takes(self) -> list[str]:
        """The ids of its services, in order."""
        return [entry if isinstance(entry, str) else entry.service for entry in self.services]


class Named(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something with an id for programs and a name for people: a kind of priority, a group of counters, an outcome."""

    id: str
    name: Words


class Zone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the hall with screens and a loudspeaker of its own, where these counters are called."""

    id: str
    name: Words
    counters: list[str]


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fairness of the hall; times in seconds."""

    priority_calls: int = 2
    prefer_s: int = 600
    starve_s: int = 1800
    no_show_calls: int = 1
    reinstate_s: int = 7200
    return_pause_s: int = 60
    undo_s: int = 10
    held_expire_s: int = 14400
    waiting_expire_s: int = 0
    idle_s: int = 600
    late_s: int = 600
    late_times: int = 1
    outcome_required: bool = False
    sign_in: bool = False


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Waiting times in seconds: warn, alarm, and the most that anybody should wait."""

    warn: int = 600
    alarm: int = 900
    ceiling: int = 1200


class AdviceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether supervisors are advised, and by how many seconds an advice must shorten the longest wait."""

    enabled: bool = True
    gain_s: int = 300


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the voice says in one language; None: as `display/voice/wording.py` has it. `{ticket}`, `{counter}` (its
    number) and `{place}` stand for what is called; `place` says where: "quầy số {counter}"."""

    call: str | None = None
    recall: str | None = None
    prepare: str | None = None
    transfer: str | None = None
    opening: str | None = None
    closing: str | None = None
    place: str | None = None


class Wordings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wording in each language."""

    vi: Wording = Wording()
    en: Wording = Wording()


class PiperVoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A neural voice that the hall brings: the file of its voice for each language, and the program that speaks it."""

    vi: str = ""
    en: str = ""
    program: str = "piper"
    timeout_s: int = 20


class VoiceConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the hall speaks: `languages` one after another, `repeat` times; `letters`: whether a ticket's letter is
    spoken; `digits`: its number digit by digit, or as a whole. `quiet_hours`: spans of the day in which calls are only
    shown; `volume`: spans with a loudness of 0 to 100. Both may go over midnight. `also`: what is announced besides
    calls."""

    enabled: bool = True
    languages: list[Language] = msgspec.field(default_factory=lambda: ["vi"])
    dialect: Dialect = "north"
    letters: bool = True
    digits: Digits = "each"
    repeat: int = 2
    chime: bool = True
    stale_s: int = 30
    quiet_hours: list[tuple[str, str]] = msgspec.field(default_factory=list)
    volume: list[tuple[str, str, int]] = msgspec.field(default_factory=list)
    also: list[Literal["prepare", "transfer", "opening", "closing"]] = msgspec.field(default_factory=list)
    wording: Wordings = Wordings()
    piper: PiperVoice = PiperVoice()


class HallConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One hall, as its `hall.toml` says."""

    id: str
    name: Words
    province: Words
    services: list[ServiceConfig]
    counters: list[CounterConfig]
    timezone: str = "Asia/Ho_Chi_Minh"
    hours: list[tuple[str, str]] = msgspec.field(default_factory=list)
    enforce_hours: bool = False
    open_reading: bool = False
    auto_open: bool = True
    keep_days: int = 1830
    priorities: list[Named] = msgspec.field(default_factory=list)
    outcomes: list[Named] = msgspec.field(default_factory=list)
    groups: list[Named] = msgspec.field(default_factory=list)
    zones: list[Zone] = msgspec.field(default_factory=list)
    policy: Policy = Policy()
    tickets: Tickets = Tickets()
    bookings: Bookings = Bookings()
    ratings: Ratings = Ratings()
    phone: Phone = Phone()
    limits: Limits = Limits()
    advice: AdviceConfig = AdviceConfig()
    voice: VoiceConfig = VoiceConfig()
    kiosk: KioskConfig = KioskConfig()
    dossiers: DossierConfig = DossierConfig()
    printer: PrinterConfig | None = None
    printers: list[KioskPrinter] = msgspec.field(default_factory=list)
    alarms: AlarmsConfig = AlarmsConfig()
    webhooks: list[Webhook] = msgspec.field(default_factory=list)
    notice: Words | None = None


class ConfigError(Exception):
    """Settings or a hall's file that cannot be used; the text says where and what to do, in Vietnamese and English."""


STORE_SCHEMES: Final = (
    "redis",
    "rediss",
    "unix",
    "redis+sentinel",
    "rediss+sentinel",
    "redis+cluster",
    "rediss+cluster",
)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise ValueError
    return port


def _switch(text: str) -> bool:
    return {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}[
        text.lower()
    ]


def _level(text: str) -> str:
    if text.lower() not in ("debug", "info", "warning", "error"):
        raise ValueError
    return text.lower()


def _store_url(text: str) -> str:
    if urlsplit(text).scheme not in STORE_SCHEMES:
        raise ValueError
    return text


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise ValueError
    return f"{parts.scheme}://{parts.netloc}"


class Setting(msgspec.Struct, frozen=True):
    """One setting of the program: the environment variable, the flag of `hallsys serve` and its documentation."""

    field: str
    read: Callable[[str], object]
    shape: str
    """What a value looks like, as `--help` and an error show it."""
    meaning: Words

    @property
    def variable(self) -> str:
        return f"HALLSYS_{self.field.upper()}"

    @property
    def flag(self) -> str:
        return f"--{self.field.replace('_', '-')}"


SETTINGS: Final = (
    Setting(
        "port",
        _port,
        "0-65535",
        Words("cổng TCP; 0 là cổng trống bất kỳ", "TCP port; 0 takes a free one, named in the line `ready http://…`"),
    ),
    Setting(
        "host",
        str,
        "ADDRESS",
        Words("địa chỉ mạng để nghe; 0.0.0.0 là mở cho cả mạng", "address to listen on; 0.0.0.0 is the whole network"),
    ),
    Setting(
        "data",
        Path,
        "FOLDER",
        Words("thư mục dữ liệu: kho, khóa, âm thanh", "data folder: the embedded store, secrets, sounds"),
    ),
    Setting(
        "config",
        Path,
        "FILE",
        Words(
            "tệp hall.toml, hoặc thư mục có nhiều tệp *.toml, mỗi tệp một sảnh; để trống: sảnh mẫu",
            "a hall.toml, or a folder of *.toml files, one hall each; none: the sample hall",
        ),
    ),
    Setting(
        "redis_url",
        _store_url,
        "URL",
        Words(
            "kho dùng chung cho nhiều máy chủ; để trống: kho đi kèm", "a store shared by servers; none: the embedded"
        ),
    ),
    Setting(
        "public_url",
        _public_url,
        "URL",
        Words(
            "địa chỉ mà điện thoại người dân mở được, dùng cho mã QR",
            "the address that people's phones can reach, for QR codes and links",
        ),
    ),
    Setting(
        "trust_proxy",
        _switch,
        "on|off",
        Words(
            "tin X-Forwarded-For và X-Forwarded-Proto của máy chủ trung gian đứng trước",
            "believe X-Forwarded-For and X-Forwarded-Proto of the proxy before us",
        ),
    ),
    Setting(
        "log_level",
        _level,
        "LEVEL",
        Words("debug, info, warning hoặc error", "debug, info, warning or error; the log goes to standard error"),
    ),
)


class Settings(msgspec.Struct, frozen=True):
    """The program's settings; each field is a row of `SETTINGS`, which holds its meaning."""

    data: Path
    port: int = 8080
    host: str = "127.0.0.1"
    config: Path | None = None
    redis_url: str = ""
    public_url: str = ""
    trust_proxy: bool = False
    log_level: str = "info"

    @staticmethod
    def load(environ: Mapping[str, str], overrides: Mapping[str, object] | None = None) -> "Settings":
        """Flags (`overrides`, by field; None is not given) win over the environment, and that over the defaults.

        An empty variable counts as not set. Raises ConfigError, which names the variable or flag and what it wants.
        """
        values: dict[str, Any] = {"data": _default_data(environ)}
        for setting in SETTINGS:
            given = (overrides or {}).get(setting.field)
            source, text = (setting.variable, environ.get(setting.variable)) if given is None else (setting.flag, given)
            if text in (None, ""):
                continue
            try:
                values[setting.field] = setting.read(str(text))
            except (ValueError, KeyError):
                shown = without_password(str(text))
                raise ConfigError(
                    f"{source}={shown}: giá trị không dùng được, cần {setting.shape} ({setting.meaning.vi}).\n"
                    f"{source}={shown}: not usable, give {setting.shape} ({setting.meaning.en})."
                ) from None
        values["data"] = values["data"].expanduser().absolute()
        return Settings(**values)

    @staticmethod
    def add_flags(parser: ArgumentParser, *fields: str) -> None:
        """Gives a parser the flags of some settings, of all without names; `vars()` of what it parsed goes to `load` as
        overrides."""
        for setting in SETTINGS:
            if not fields or setting.field in fields:
                meaning = f"{setting.meaning.vi} / {setting.meaning.en} [{setting.variable}]"
                parser.add_argument(setting.flag, dest=setting.field, metavar=setting.shape, help=meaning)

    def __repr__(self) -> str:
        """Fit for a log: a store's password does not show."""
        shown = {field: getattr(self, field) for field in self.__struct_fields__}
        shown["redis_url"] = without_password(self.redis_url)
        return f"Settings({', '.join(f'{field}={value!r}' for field, value in shown.items())})"


def without_password(url: str) -> str:
    """A URL as it may be shown: user and password replaced."""
    return re.sub(r"//[^/@]*@", "//***@", url)


def _default_data(environ: Mapping[str, str]) -> Path:
    root = checkout()
    if root is not None:
        return root / "data"
    home = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(home, "hallsys")
