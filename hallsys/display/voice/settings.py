"""What a hall chooses about its voice."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

Language = Literal["vi", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")
Dialect = Literal["north", "south"]


class VoiceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`repeat`: how often the sentence is spoken. `letters`: whether a label's letters are spoken; a hall whose tickets
    are numbered in blocks (1001…, 2001…) leaves them out. `languages`: spoken one after another, in this order.
    `dialect`: linh and nghìn, or lẻ and ngàn. `cache_bytes`: room on disk for finished calls (an MP3 is about 80 KB).
    """

    repeat: Annotated[int, Meta(ge=1, le=5)] = 2
    letters: bool = True
    languages: Annotated[tuple[Language, ...], Meta(min_length=1, max_length=2)] = ("vi",)
    dialect: Dialect = "north"
    chime: bool = True
    cache_bytes: Annotated[int, Meta(ge=1 << 20)] = 64 << 20
