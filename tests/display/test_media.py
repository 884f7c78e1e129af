"""The folder beside the calls: what lies there is shown in the order of its names, and nothing else ever leaves it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hallsys.display.media import Media, Said
from tests.running import Running, Serve

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "media" / "ward"
    folder.mkdir(parents=True)
    return folder


def test_slides_come_in_the_order_people_count_with_their_words(tmp_path: Path, folder: Path) -> None:
    for name in ("10 cuối.png", "2 phim.mp4", "1 khai sinh.JPG"):
        (folder / name).write_bytes(b"x")
    (folder / "1 khai sinh.txt").write_text("\ufeffLàm khai sinh\n\n- Giấy chứng sinh\n• Căn cước\n", "utf-8")
    (folder / "1 khai sinh.en.txt").write_text("Birth\nProof of birth", "utf-8")
    (folder / "3 thông báo.txt").write_text("Nghỉ lễ ngày 2/9", "utf-8")
    (folder / "4 trống.txt").write_text("\n", "utf-8")
    slides = Media(tmp_path / "media").slides("ward")
    assert [(slide.kind, slide.name) for slide in slides] == [
        ("picture", "1 khai sinh.JPG"),
        ("video", "2 phim.mp4"),
        ("notice", ""),
        ("picture", "10 cuối.png"),
    ]
    assert slides[0].vi == Said("Làm khai sinh", ["Giấy chứng sinh", "Căn cước"])
    assert slides[0].en == Said("Birth", ["Proof of birth"])
    assert slides[2].vi == Said("Nghỉ lễ ngày 2/9", [])
    assert (slides[1].vi, slides[1].en) == (None, None)


def test_a_changed_file_has_another_stamp(tmp_path: Path, folder: Path) -> None:
    media = Media(tmp_path / "media")
    (folder / "a.png").write_bytes(b"x")
    first = media.slides("ward")[0].stamp
    (folder / "a.png").write_bytes(b"longer")
    assert media.slides("ward")[0].stamp != first


async def test_only_what_is_safe_leaves_the_folder(server: Running, tmp_path: Path) -> None:
    hall = f"/halls/{server.hall}"
    assert (await server.nobody.ask("GET", f"{hall}/media")).json == {"slides": []}
    folder = tmp_path / "media" / server.hall
    folder.mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(b"secret")
    (folder / "ảnh 1.png").write_bytes(PNG)
    (folder / "page.html").write_text("<script>1</script>")
    (folder / "drawing.svg").write_text("<svg/>")
    (folder / ".hidden.png").write_bytes(PNG)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "deep").mkdir()
    slides = (await server.nobody.ask("GET", f"{hall}/media")).json["slides"]
    assert [slide["name"] for slide in slides] == ["ảnh 1.png"]
    picture = await server.nobody.ask("GET", f"{hall}/media/ảnh 1.png?v={slides[0]['stamp']}")
    assert (picture.status, picture.body, picture.headers["Content-Type"]) == (200, PNG, "image/png")
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    for name in ("page.html", "drawing.svg", ".hidden.png", "link.png", "deep", "none.png", "..%2F..%2Fsecret.png"):
        assert (await server.nobody.ask("GET", f"{hall}/media/{name}")).refusal == (404, "not_found"), name


async def test_a_part_of_a_video_can_be_asked_for(server: Running, tmp_path: Path) -> None:
    folder = tmp_path / "media" / server.hall
    folder.mkdir(parents=True)
    (folder / "a.webm").write_bytes(b"0123456789")
    part = await server.nobody.ask("GET", f"/halls/{server.hall}/media/a.webm", headers={"Range": "bytes=2-4"})
    assert (part.status, part.body, part.headers["Content-Type"]) == (206, b"234", "video/webm")


async def test_a_closed_hall_shows_its_media_to_its_own_screens_only(serve: Serve) -> None:
    server = await serve(open_reading=False)
    path = f"/halls/{server.hall}/media"
    assert (await server.nobody.ask("GET", path)).refusal == (401, "unauthorized")
    assert (await (await server.door("display")).ask("GET", path)).status == 200


def test_a_file_that_is_taken_away_meanwhile_leaves_the_others(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("1.png", "2.png"):
        (folder / name).write_bytes(PNG)
    listed = Media._files

    def gone(self: Media, hall: str) -> Iterator[Path]:
        for path in [*listed(self, hall)]:
            yield path
            if path.name == "1.png":
                path.unlink()

    monkeypatch.setattr(Media, "_files", gone)
    assert [slide.name for slide in Media(tmp_path / "media").slides("ward")] == ["2.png"]
