"""How a hall's kiosks are set: the list of procedures, where dossiers are looked up, the printer."""

from typing import Final, Literal

import msgspec

SAMPLE: Final = "sample"
"""As `kiosk.procedures`: the list that comes with the program."""


class KioskConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`procedures` is a CSV or XLSX file that the kiosk searches, `sample` the one that comes with the program, empty
    none."""

    procedures: str = ""


class DossierConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the kiosk asks whether a dossier is ready, and the `service` whose ticket collects it. `columns` are the
    headings of an export (`code status due check`), or the fields of a service's JSON; `statuses` the source's own
    words for the national statuses 1 to 10. `rows` and `next_page` say where in a service's answer its rows and the
    next page's address are (`data.items`); a header `"env:NAME"` is read from the environment."""

    source: Literal["none", "file", "http"] = "none"
    service: str = ""
    file: str = ""
    columns: dict[str, str] = msgspec.field(
        default_factory=lambda: {
            "code": "Mã hồ sơ",
            "status": "Trạng thái",
            "due": "Ngày hẹn trả",
            "check": "Mã kiểm tra",
        }
    )
    statuses: dict[str, int] = msgspec.field(default_factory=dict)
    url: str = ""
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    rows: str = ""
    next_page: str = ""
    timeout_s: float = 2.0
    cache_s: int = 60
