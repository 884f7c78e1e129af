"""How a hall is visited: the numbers that people may take, the times that can be booked, the questions afterwards, and
numbers taken by phone."""

import msgspec


class Tickets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a visitor may take. `one_each`: one live ticket per person and service, of those who were scanned;
    `per_person`: at most so many a day, 0 for no limit. From `many_from` dossiers on (0: never) a ticket waits in a
    lane of its own, called once after `many_every` others."""

    one_each: bool = False
    per_person: int = 0
    many_from: int = 0
    many_every: int = 3


class Bookings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A booked visitor may check in from `early_s` seconds before the booked time to `late_s` after it; later ones get
    an ordinary ticket. Slots of `slot_min` minutes lie within the hours of the service, else of the hall, today and on
    `days` days after it, on `weekdays` (1 is Monday) but not on the dates `closed`. `places` says how many a slot of a
    service has; without it they are reckoned: the part `share` (in 100) of the time of the counters that take it, where
    a service takes `minutes`. One person may have `per_person` bookings to come. `public`: whether citizens book."""

    public: bool = False
    early_s: int = 43_200
    late_s: int = 900
    days: int = 6
    slot_min: int = 30
    weekdays: list[int] = msgspec.field(default_factory=lambda: [1, 2, 3, 4, 5])
    closed: list[str] = msgspec.field(default_factory=list)
    places: dict[str, int] = msgspec.field(default_factory=dict)
    minutes: int = 10
    share: int = 50
    per_person: int = 2


class RatingReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What might have been better, in both languages; reports count it by its id."""

    id: str
    vi: str
    en: str


class Ratings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The tablet at a counter asks for `ask_s` seconds after a service; who gives 3 or less may say what it was."""

    ask_s: int = 30
    reasons: list[RatingReason] = msgspec.field(
        default_factory=lambda: [
            RatingReason("wait", "Chờ lâu", "Long wait"),
            RatingReason("unclear", "Hướng dẫn chưa rõ", "Unclear guidance"),
            RatingReason("again", "Phải đi lại nhiều lần", "Had to come several times"),
            RatingReason("manner", "Thái độ phục vụ", "Manner of service"),
        ]
    )


class Phone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether a phone in the hall takes a number (`numbers`), by a square code on the wall that changes every `code_s`
    seconds and is good for `most` numbers."""

    numbers: bool = False
    code_s: int = 180
    most: int = 30
