"""The commands of a hall and their arguments; the same types validate HTTP bodies and socket frames."""

import re
from typing import Annotated, Final, Literal

import msgspec

from hallsys.errors import Refused

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=32)]
Note = Annotated[str, msgspec.Meta(max_length=500)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
"""Words, not blanks alone: who passes others is owed a reason."""
Token = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Time = Annotated[int, msgspec.Meta(ge=0, lt=4_102_444_800_000)]
"""Milliseconds, before the year 2100: far beyond it, dates cannot be reckoned."""
Minutes = Annotated[int, msgspec.Meta(ge=1, le=480)]
Dossier = Annotated[str, msgspec.Meta(max_length=64)]


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The arguments of one command."""


class Issue(Command, frozen=True):
    service: Id
    priority: Id | None = None
    dossier: Dossier | None = None
    person: Annotated[str, msgspec.Meta(min_length=4, max_length=256)] | None = None
    """Whatever the kiosk scanned that stands for the visitor; hashed at once, kept nowhere."""
    dossiers: Annotated[int, msgspec.Meta(ge=1, le=999)] = 1
    then: Annotated[list[Id], msgspec.Meta(max_length=9)] = []
    """The services that follow in the same visit, in turn."""
    ready: bool = False
    """The kiosk has looked the receipt up: there is a result to collect."""


class Cancel(Command, frozen=True):
    ticket: Id | None = None
    reason: Reason | None = None
    token: Token | None = None


class OpenCounter(Command, frozen=True):
    counter: Id


class PauseCounter(Command, frozen=True):
    counter: Id
    reason: Reason | None = None
    minutes: Minutes | None = None


class CloseCounter(Command, frozen=True):
    counter: Id


class CallNext(Command, frozen=True):
    """`outcome` and `delivered` are of the ticket that is finished by it."""

    counter: Id
    outcome: Reason | None = None
    delivered: Annotated[list[Id], msgspec.Meta(max_length=50)] | None = None


class Call(Command, frozen=True):
    counter: Id
    ticket: Id
    reason: Reason


class Recall(Command, frozen=True):
    counter: Id


class Start(Command, frozen=True):
    counter: Id


class Finish(Command, frozen=True):
    counter: Id
    outcome: Reason | None = None
    delivered: Annotated[list[Id], msgspec.Meta(max_length=50)] | None = None


class NoShow(Command, frozen=True):
    counter: Id


class Hold(Command, frozen=True):
    counter: Id
    note: Note | None = None


class Return(Command, frozen=True):
    counter: Id


class Transfer(Command, frozen=True):
    counter: Id
    service: Id | None = None
    to_counter: Id | None = None
    to_group: Id | None = None
    place: Literal["arrival", "front", "end"] = "arrival"
    after: Minutes | None = None
    """Not to be called for so many minutes."""
    note: Note | None = None


class Resume(Command, frozen=True):
    """Who shows the ticket's `token` is back with the paper."""

    ticket: Id | None = None
    token: Token | None = None


class Late(Command, frozen=True):
    """To be called some minutes later (`policy.late_s`), at its place."""

    ticket: Id | None = None
    token: Token | None = None


class Reinstate(Command, frozen=True):
    ticket: Id


class Book(Command, frozen=True):
    service: Id
    at: Time
    person: Annotated[str, msgspec.Meta(min_length=4, max_length=256)] | None = None
    """Whatever stands for the visitor, such as a phone number; hashed at once, kept nowhere."""


class CheckIn(Command, frozen=True):
    booking: Id


class CancelBooking(Command, frozen=True):
    booking: Id


class Rate(Command, frozen=True):
    token: Token
    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    reasons: Annotated[list[Reason], msgspec.Meta(max_length=10)] | None = None


class RateHere(Command, frozen=True):
    """An answer given on the tablet at a counter, of the ticket that has just ended there."""

    counter: Id
    ticket: Id
    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    reasons: Annotated[list[Reason], msgspec.Meta(max_length=10)] | None = None


class Undo(Command, frozen=True):
    counter: Id


class WalkIn(Command, frozen=True):
    """Somebody without a ticket who stands at the counter."""

    counter: Id
    service: Id
    priority: Id | None = None


class NoteDown(Command, frozen=True):
    ticket: Id
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"\S")]


class AssignCounter(Command, frozen=True):
    """For today; both None: as the settings say."""

    counter: Id
    services: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=50)] | None = None
    mode: Literal["all", "ordinary", "priority", "booked"] | None = None


class SignOn(Command, frozen=True):
    """The officer who is signed in takes the counter; from another officer only with `take_over`."""

    counter: Id
    take_over: bool = False


class SignOff(Command, frozen=True):
    counter: Id


class AskHelp(Command, frozen=True):
    """`kind` None: no more needed."""

    counter: Id
    kind: Literal["colleague", "supervisor", "technical", "security"] | None = None


class PutNotice(Command, frozen=True):
    """A line for the hall's screens, spoken too if asked. Everybody can read it: no names."""

    text: Reason
    minutes: Minutes = 10
    counter: Id | None = None
    zone: Id | None = None
    speak: bool = False


class EndNotice(Command, frozen=True):
    notice: Id


class SetScreen(Command, frozen=True):
    """How a joined screen is set; `screen` is the device's id."""

    screen: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    board: Literal["hall", "zone", "counter", "media", "led"] = "hall"
    zone: Id | None = None
    counter: Id | None = None
    theme: Literal["dark", "light"] = "dark"
    languages: Annotated[list[Literal["vi", "en"]], msgspec.Meta(max_length=2)] = []
    volume: Annotated[int, msgspec.Meta(ge=0, le=100)] = 100


class Expire(Command, frozen=True):
    """A held or waiting ticket whose holder has not come for as long as the settings say."""

    ticket: Id


class OpenDay(Command, frozen=True):
    pass


class CloseDay(Command, frozen=True):
    pass


COMMANDS: Final[dict[str, type[Command]]] = {
    "issue": Issue,
    "cancel": Cancel,
    "open_counter": OpenCounter,
    "pause_counter": PauseCounter,
    "close_counter": CloseCounter,
    "call_next": CallNext,
    "call": Call,
    "recall": Recall,
    "start": Start,
    "finish": Finish,
    "no_show": NoShow,
    "hold": Hold,
    "return": Return,
    "transfer": Transfer,
    "resume": Resume,
    "reinstate": Reinstate,
    "late": Late,
    "book": Book,
    "check_in": CheckIn,
    "cancel_booking": CancelBooking,
    "rate": Rate,
    "rate_here": RateHere,
    "undo": Undo,
    "walk_in": WalkIn,
    "note": NoteDown,
    "assign_counter": AssignCounter,
    "sign_on": SignOn,
    "sign_off": SignOff,
    "ask_help": AskHelp,
    "notice": PutNotice,
    "end_notice": EndNotice,
    "set_screen": SetScreen,
    "expire": Expire,
    "open_day": OpenDay,
    "close_day": CloseDay,
}

_DECODERS: Final = {name: msgspec.json.Decoder(kind) for name, kind in COMMANDS.items()}
_FIELD: Final = re.compile(
    r"Object \w+ \w+ field `(?P<named>.*?)`( - at `[^`]*`)?|.* - at `\$\.(?P<path>\w+)[^`]*`", re.DOTALL
)


def parse(name: str, body: bytes | msgspec.Raw) -> Command:
    """A command from its JSON arguments. Raises Refused unknown_command, or bad_request with the field's name."""
    decoder = _DECODERS.get(name)
    if decoder is None:
        raise Refused("unknown_command")
    try:
        command: Command = decoder.decode(body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(error) from None
    _check_together(command)
    return command


def bad_request(error: Exception) -> Refused:
    """What is wrong with JSON that msgspec did not take, by the field; msgspec says that in words only."""
    if not isinstance(error, msgspec.ValidationError):
        return Refused("bad_request", problem="json")
    match = _FIELD.fullmatch(str(error))
    field = match["path"] or match["named"] if match else None
    words = str(error)
    problem = "missing" if "missing required" in words else "unknown" if "unknown field" in words else "value"
    return Refused(
        "bad_request", field, problem="json" if field is None else problem, detail=words.partition(" - at ")[0]
    )


def _check_together(command: Command) -> None:
    if (
        isinstance(command, Transfer)
        and sum(target is not None for target in (command.service, command.to_counter, command.to_group)) != 1
    ):
        raise Refused("bad_request", "service", problem="value", detail="service | to_counter | to_group")
    if (
        isinstance(command, SetScreen)
        and command.board in ("zone", "counter")
        and getattr(command, command.board) is None
    ):
        raise Refused("bad_request", command.board, problem="missing")
    if isinstance(command, Cancel | Resume | Late) and command.ticket is None and command.token is None:
        raise Refused("bad_request", "ticket", problem="missing")
    if (
        isinstance(command, Issue)
        and command.dossier is not None
        and not DOSSIER.fullmatch(fold_dossier(command.dossier))
    ):
        raise Refused("bad_request", "dossier", problem="value", detail="G22.99.09-240114-0001")


DOSSIER: Final = re.compile(r"[0-9A-Z.]{3,24}-\d{6}-\d{3,6}", re.ASCII)
_DASHES: Final = re.compile(r"[\u2010-\u2015\u2212_]")


def fold_dossier(code: str) -> str:
    """A dossier code as people type it, with case, spaces and dashes made equal."""
    return _DASHES.sub("-", "".join(code.split())).upper()
