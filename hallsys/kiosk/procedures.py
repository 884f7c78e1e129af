"""The procedures that people ask for, searched without accents: `khai sinh`, `khaisinh` and `KHAI SINH` find the same.

A list of a ward has over 400 procedures; looking at all of them takes less than a millisecond, so there is no index.
"""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from hallsys.kiosk.sheets import fold, rows_of

COLUMNS: Final = {
    "code": ("Mã thủ tục", "Mã TTHC", "Mã", "code"),
    "name": ("Tên thủ tục", "Tên thủ tục hành chính", "Thủ tục", "name"),
    "service": ("Quầy", "Dịch vụ", "Chữ", "service"),
    "field": ("Lĩnh vực", "field"),
    "papers": ("Thành phần hồ sơ", "Giấy tờ", "Hồ sơ", "papers"),
    "days": ("Thời hạn", "Thời hạn giải quyết", "days"),
    "fee": ("Lệ phí", "Phí, lệ phí", "fee"),
    "words": ("Từ khóa", "Tên gọi khác", "words"),
}
"""The columns of a list and the headings they may have."""
LIKE_ENOUGH: Final = 0.8
"""From this mean likeness of its words on (SequenceMatcher.ratio) a query with slips of the finger counts."""
MOST: Final = 20


class Procedure(msgspec.Struct, frozen=True):
    """One procedure: its national code, the service whose ticket it needs, the papers to bring, in order. `days` and
    `fee` are words as the list has them; `words` are other names people use."""

    code: str
    name: str
    service: str
    field: str = ""
    papers: list[str] = []
    days: str = ""
    fee: str = ""
    words: str = ""


class Trouble(NamedTuple):
    """A row that was left out: its line, the column to mend, and what stands there."""

    line: int
    column: str
    value: str


def load_procedures(file: Path, services: Mapping[str, str]) -> tuple[list[Procedure], list[Trouble]]:
    """The procedures of a CSV or XLSX file, and the rows that were left out. `services` are those of the hall, name by
    id: a list names a service by either. Papers are separated by `|` or stand on lines of their own.

    Raises BadSheet when it is no table with at least the columns of name and service.
    """
    known = {fold(text): name for name, shown in services.items() for text in (shown, name)}
    found, troubles = [], []
    for row in rows_of(file, COLUMNS, ("name", "service")):
        cells = row.cells
        service = known.get(fold(cells["service"]))
        if not cells["name"]:
            troubles.append(Trouble(row.line, COLUMNS["name"][0], ""))
        elif service is None:
            troubles.append(Trouble(row.line, COLUMNS["service"][0], cells["service"]))
        else:
            papers = [paper.strip(" -•\t") for paper in cells.get("papers", "").replace("\n", "|").split("|")]
            found.append(
                Procedure(
                    code=cells.get("code", ""),
                    name=cells["name"],
                    service=service,
                    field=cells.get("field", ""),
                    papers=[paper for paper in papers if paper],
                    days=cells.get("days", ""),
                    fee=cells.get("fee", ""),
                    words=cells.get("words", ""),
                )
            )
    return found, troubles


class Procedures:
    """A list ready for searching."""

    def __init__(self, procedures: Iterable[Procedure] = ()) -> None:
        self.all = list(procedures)
        self._texts = [_Text(procedure) for procedure in self.all]

    def search(self, query: str, most: int = MOST) -> list[Procedure]:
        """The procedures a query means, the likeliest first; the same order for the same query.

        Better is: the code itself; the query as it stands at the beginning of the name, at the beginning of a word,
        anywhere; all its words in any order; its words with slips of the finger.
        """
        words = [fold(word) for word in query.split()]
        words = [word for word in words if word]
        if not words:
            return []
        scored = [(score, place) for place, text in enumerate(self._texts) if (score := text.score(words))]
        if not scored and sum(map(len, words)) > 3:
            scored = self._nearly(words)
        scored.sort(key=lambda pair: (-pair[0], len(self.all[pair[1]].name), pair[1]))
        return [self.all[place] for _, place in scored[:most]]

    def _nearly(self, words: list[str]) -> list[tuple[float, int]]:
        """The procedures whose words come near, with how near. Each known word is compared once: there are few."""
        known = set().union(*(text.words for text in self._texts))
        near = [{word: _likeness(part, word) for word in known} for part in words]
        scored = []
        for place, text in enumerate(self._texts):
            likeness = sum(max(like[word] for word in text.words) for like in near) / len(words)
            if likeness >= LIKE_ENOUGH:
                scored.append((likeness, place))
        return scored


def _likeness(part: str, word: str) -> float:
    """From 0 to 1; 1 for the beginning of a word."""
    return 1.0 if word.startswith(part) else SequenceMatcher(None, part, word).ratio()


class _Text:
    """What of a procedure is compared: folded words, and the same run together."""

    def __init__(self, procedure: Procedure) -> None:
        self.code = fold(procedure.code)
        self.words = [fold(word) for word in f"{procedure.name} {procedure.words}".split()]
        self.words = [word for word in self.words if word]
        self.together = "".join(self.words)
        self.starts = set()
        at = 0
        for word in self.words:
            self.starts.add(at)
            at += len(word)

    def score(self, words: list[str]) -> float:
        """How well a query means it, 0 for not at all."""
        asked = "".join(words)
        if asked == self.code:
            return 6
        at = self.together.find(asked)
        if at == 0:
            return 5
        while at > 0:
            if at in self.starts:
                return 4
            at = self.together.find(asked, at + 1)
        if len(asked) > 3 and asked in self.together:
            return 3
        if all(any(word.startswith(part) for word in self.words) for part in words):
            return 2
        return 0
