"""What has to be read is what the hall says: nothing is missing, nothing is asked for in vain."""

from typing import Any

import msgspec
import pytest

from hallsys.config import HallConfig, Wording, Wordings, Words
from hallsys.display.studio.prompts import key, prompts
from hallsys.display.voice.pack import word_of
from hallsys.display.voice.wording import WORDED, Announcement, Phrasing, Word
from hallsys.hallfile import load_halls

SAMPLE = load_halls(None)["phutho"]
OWN = Wordings(vi=Wording(call="Kính mời ông bà mang số {ticket}, vào {place}", recall="Xin nhắc lại, số {ticket}"))


def hall(counters: tuple[str, ...] = ("1", "2", "3"), spoken: Words | None = None, **voice: Any) -> HallConfig:
    places = [msgspec.structs.replace(SAMPLE.counters[0], id=id_) for id_ in counters]
    places[0] = msgspec.structs.replace(places[0], spoken=spoken)
    return msgspec.structs.replace(SAMPLE, counters=places, voice=msgspec.structs.replace(SAMPLE.voice, **voice))


HALLS = [
    hall(),
    hall(counters=("1", "10", "14", "21", "35", "105", "2A", "VIP")),
    hall(languages=["vi", "en"], counters=("9", "12", "40")),
    hall(digits="number", dialect="south", counters=("104",)),
    hall(digits="number", languages=["en", "vi"]),
    hall(letters=False),
    hall(wording=OWN, spoken=Words("bàn hướng dẫn", "information desk")),
]


@pytest.mark.parametrize("one", HALLS, ids=range(len(HALLS)))
def test_whoever_has_read_every_prompt_has_read_every_announcement(one: HallConfig) -> None:
    read = {prompt.word for prompt in prompts(one)}
    phrasing = Phrasing.of(one)
    labels = [f"{service.series}{number:03}" for service in one.services for number in (1, 7, 24, 105, 350, 968)]
    labels += [f"A{number:03}" for number in range(0, 1100, 13)]
    said: set[Word] = set()
    for counter in one.counters:
        for kind in WORDED:
            for label in labels:
                said |= {
                    part for part in phrasing.plan(Announcement(kind, label, counter.id)) if isinstance(part, Word)
                }
    assert said <= read, f"nobody is asked to read {sorted(word.text for word in said - read)}"


@pytest.mark.parametrize("one", HALLS, ids=range(len(HALLS)))
def test_each_prompt_comes_once_has_a_file_name_and_is_read_in_a_sensible_order(one: HallConfig) -> None:
    found = prompts(one)
    assert len({key(prompt.word) for prompt in found}) == len(found)
    assert all(word_of(f"{key(prompt.word)}.wav") == prompt.word for prompt in found)
    languages = [prompt.language for prompt in found]
    assert languages == sorted(languages, key=one.voice.languages.index)
    first = [prompt for prompt in found if prompt.language == one.voice.languages[0]]
    assert first[0].group == "phrase"
    late = [prompt.group == "other" for prompt in first]
    assert late == sorted(late), "what every call needs comes first"


def test_the_groups_of_a_hall() -> None:
    found = prompts(hall(counters=("1", "15", "21", "24", "105")))
    by_group: dict[str, list[str]] = {}
    for prompt in found:
        by_group.setdefault(prompt.group, []).append(prompt.text)
    assert by_group["phrase"] == ["xin mời công dân số", "đến quầy số"]
    assert by_group["digit"][0] == "không"
    assert len(by_group["digit"]) == 10
    assert by_group["number"] == ["mười", "lăm", "mươi", "mốt", "tư", "trăm", "linh"]
    assert "hát" in by_group["letter"]
    assert "chuẩn bị" in by_group["other"]
    assert {prompt.sign for prompt in found if prompt.group == "letter"} == set("AHNXKSYQRT")
