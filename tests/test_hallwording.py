"""A hall's own wording, looked over before anything starts."""

from pathlib import Path

import pytest

from hallsys.hallfile import load_halls
from tests.test_config import SAMPLE, refusal


def with_wording(field: str, text: str) -> str:
    return f'{SAMPLE}\n[voice.wording.vi]\n{field} = "{text}"\n'


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("call", "Mời số {ticket}, đến {place}"),
        ("recall", "Nhắc lại: {ticket}, quầy {counter}!"),
        ("prepare", "{ticket}"),
        ("transfer", "Số {ticket} sang quầy khác"),
        ("opening", "Mở cửa 07:30"),
        ("place", "bàn {counter}"),
    ],
)
def test_wording_that_can_be_spoken_is_taken(field: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "hall.toml"
    path.write_text(with_wording(field, text), "utf-8")
    assert getattr(load_halls(path)["phutho"].voice.wording.vi, field) == text


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("call", "Mời đến {place}", "{ticket} is missing"),
        ("call", "Mời {tiket}, {ticket}", "there is no {tiket}"),
        ("call", "Mời {ticket", "a brace stands alone"),
        ("opening", "Xin mời {ticket}", "there is no {ticket}"),
        ("closing", " . ", "no words"),
        ("closing", "Tạm biệt. " * 21, "longer than 200"),
        ("prepare", "Xin mời công dân có số thứ tự sau đây chuẩn bị hồ sơ và giấy tờ {ticket}", "without a comma"),
        ("place", "{place}", "there is no {place}"),
    ],
)
def test_wording_that_cannot_is_named_with_its_key(field: str, text: str, said: str, tmp_path: Path) -> None:
    refused = refusal(tmp_path, with_wording(field, text))
    assert f"voice.wording.vi.{field}: " in refused
    assert said in refused


def test_an_unknown_text_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    assert "did you mean `recall`?" in refusal(tmp_path, with_wording("recal", "x"))


def test_names_of_counters_languages_and_patience_are_looked_at(tmp_path: Path) -> None:
    text = SAMPLE.replace('languages = ["vi"]', 'languages = ["vi", "vi"]')
    text = text.replace('name = "Trả kết quả"\n', 'name = "Trả kết quả"\nspoken = { vi = "bàn {n}", en = "" }\n')
    refused = refusal(tmp_path, text + "\n[voice.piper]\ntimeout_s = 0\n")
    assert "listed twice" in refused
    assert "counters[4].spoken: there is no {n} here" in refused
    assert "counters[4].spoken: there are no words" in refused
    assert "voice.piper.timeout_s: must be 1 to 120" in refused
