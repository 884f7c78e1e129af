"""What is wrong with printers and dossiers is told to whoever can mend it: the doctor, and the IT officer's page."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hallsys.config import HallConfig, Settings
from hallsys.hallcheck import problems
from hallsys.hallfile import load_halls
from hallsys.hallkiosk import DossierConfig, KioskPrinter, PrinterConfig
from hallsys.kiosk.dossiers.file import FileSource, read_file
from hallsys.office import examine_kiosk
from hallsys.office.finding import Finding
from hallsys.texts import Texts
from tests.kiosk.paper_printer import PaperPrinter
from tests.running import Serve

HEAD = "Mã hồ sơ;Trạng thái;Ngày hẹn trả;Mã kiểm tra\n"
CODE = "G22.99.08-260921-896048"


@pytest.fixture
async def paper() -> AsyncIterator[PaperPrinter]:
    made = PaperPrinter()
    await made.start()
    yield made
    await made.stop()


def written(file: Path, text: str) -> Path:
    file.write_text(text, "utf-8")
    return file


async def doctor(check: Any, **changes: Any) -> list[tuple[str, str]]:
    """What the doctor finds in a hall: the state, and the words."""
    hall: HallConfig = msgspec.structs.replace(load_halls(None)["phutho"], **changes)
    found: list[Finding] = await asyncio.to_thread(lambda: list(check(Settings(data=Path("unused")), {"phutho": hall})))
    return [(one.state, Texts.load().say("vi", one.key, **one.params)) for one in found]


async def test_the_doctor_says_what_to_do_about_each_printer(paper: PaperPrinter) -> None:
    empty = PaperPrinter(rows_left=0)
    await empty.start()
    gone = PaperPrinter()
    await gone.start()
    await gone.stop()
    found = await doctor(
        examine_kiosk.printers,
        printer=PrinterConfig("network", f"127.0.0.1:{paper.port}"),
        printers=[
            KioskPrinter("network", f"127.0.0.1:{empty.port}", id="gate", kiosks=["Cửa sau"]),
            KioskPrinter("network", f"127.0.0.1:{gone.port}", id="hall", kiosks=["Sảnh"]),
            KioskPrinter("browser", id="tablet", kiosks=["Máy bảng"]),
        ],
    )
    await empty.stop()
    assert [state for state, _ in found] == ["ok", "warn", "warn", "ok"]
    assert "gate" in found[1][1]
    assert "hết giấy" in found[1][1]
    assert f"127.0.0.1:{gone.port}" in found[2][1]
    assert paper.tickets == [], "looking prints nothing"
    assert await doctor(examine_kiosk.printers) == [("ok", "Không có máy in; số chỉ hiện trên màn hình")]


async def test_the_doctor_reads_the_export_and_names_the_first_broken_line(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"

    async def look() -> tuple[str, str]:
        (found,) = await doctor(examine_kiosk.dossiers, dossiers=DossierConfig(source="file", file=str(file)))
        return found

    assert (await look())[0] == "warn"
    written(file, HEAD + f"{CODE};9;;\n")
    assert await look() == ("ok", "Nguồn hồ sơ (phutho): 1 hồ sơ trong a.csv")
    written(file, HEAD + f"{CODE};9;;\n{CODE}x;9;;\n")
    state, words = await look()
    assert state == "warn"
    assert "dòng 3" in words
    assert "896048" not in words


async def test_the_doctor_asks_the_service() -> None:
    gone = DossierConfig(source="http", url="http://127.0.0.1:1/{code}", timeout_s=0.5)
    ((state, words),) = await doctor(examine_kiosk.dossiers, dossiers=gone)
    assert state == "warn"
    assert "KIEMTRA" not in words


async def test_the_it_officer_sees_what_a_file_came_to(serve: Serve, tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", HEAD + f"{CODE};9;;\nxyz;9;;\nA.B-260921-0001;bay;;\n")
    hall = await serve(dossiers=DossierConfig(source="file", service="R", file=str(file)))
    await hall.server.desk.started()
    told = (await (await hall.door("admin")).get("/dossiers")).json
    assert told | {"read_at": 0} == {
        "source": "file",
        "trouble": None,
        "file": "a.csv",
        "known": 1,
        "read_at": 0,
        "broken": [{"line": 3, "column": "Mã hồ sơ"}, {"line": 4, "column": "Trạng thái"}],
        "broken_count": 2,
        "reading": None,
    }
    assert (await (await hall.door("kiosk")).get("/dossiers")).refusal == (403, "forbidden")


async def test_how_far_an_import_is_can_be_seen_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "a.csv", HEAD + "".join(f"A.B-260921-{n:05};9;;\n" for n in range(5_000)))
    source = FileSource(DossierConfig(source="file", file=str(file)))
    seen: list[list[int]] = []

    def watched(path: Path, config: DossierConfig, progress: Any, counted: Any) -> Any:
        def told(rows: int) -> None:
            progress(rows)
            assert source.reading is not None
            seen.append(list(source.reading))

        return read_file(path, config, told, counted)

    monkeypatch.setattr("hallsys.kiosk.dossiers.file.read_file", watched)
    await source.look()
    assert seen == [[2000, 5001], [4000, 5001], [5000, 5001]]
    assert source.reading is None


@pytest.mark.parametrize(
    ("printers", "key"),
    [
        ([KioskPrinter("network", "nowhere", id="a", kiosks=[])], "printers[0].address"),
        ([KioskPrinter("browser", "127.0.0.1:9100", id="a", kiosks=[])], "printers[0].address"),
        ([KioskPrinter("browser", id="main", kiosks=[])], "printers[0].id"),
        ([KioskPrinter("browser", id="a", kiosks=["1"]), KioskPrinter("browser", id="a", kiosks=[])], "printers[1].id"),
        ([KioskPrinter("browser", id=name, kiosks=["1"]) for name in "ab"], "printers[1].kiosks"),
        ([KioskPrinter("browser", id="a", kiosks=[], layout=["title"])], "printers[0].layout"),
        ([KioskPrinter("browser", id="a", kiosks=[], patience_s=0)], "printers[0].patience_s"),
    ],
)
def test_a_mistake_about_printers_is_named(printers: list[KioskPrinter], key: str) -> None:
    hall = load_halls(None)["phutho"]
    assert [each.key for each in problems(msgspec.structs.replace(hall, printers=printers))] == [key]
    assert problems(hall) == []
