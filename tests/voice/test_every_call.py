"""Every announcement of A001-A999 at thirty counters, in samples (`python -m benchmarks.voice` makes them all), and the
engine under many threads."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.voice import COUNTERS, TICKETS, Auditor, Measured, last
from hallsys.config import Language, VoiceConfig
from hallsys.display.voice import sound
from hallsys.display.voice.clips import Clips
from hallsys.display.voice.pack import Pack
from hallsys.display.voice.synthetic import Synthetic
from hallsys.display.voice.wording import Announcement, Phrasing
from hallsys.resources import resource


@pytest.mark.parametrize(("language", "every"), [("vi", 37), ("en", 370)])
def test_none_is_empty_clipped_late_or_of_another_loudness(language: Language, every: int) -> None:
    auditor = Auditor(VoiceConfig(languages=[language], repeat=1))
    calls = [(ticket, counter) for ticket in TICKETS for counter in COUNTERS][::every]
    measured = Measured(*np.array([auditor.measure(*call) for call in calls]).T)
    assert np.min(measured.seconds) > 5
    assert np.max(measured.lufs) - np.min(measured.lufs) < 0.5
    assert abs(np.mean(measured.lufs) - sound.TARGET_LUFS) < 0.5
    assert np.max(measured.peak) < sound.PEAK_LIMIT
    assert np.max(measured.first) < 100


@pytest.fixture(scope="module")
def clips() -> Clips:
    return Clips(Synthetic(), Pack(None), resource("sounds/chime.wav"))


@settings(max_examples=30, deadline=None)
@given(
    label=st.from_regex(r"[A-ZĐ]{0,2}[0-9]{3,4}", fullmatch=True),
    counter=st.integers(1, 999).map(str),
    voice=st.builds(
        VoiceConfig,
        languages=st.sampled_from([["vi"], ["en"], ["vi", "en"]]),
        dialect=st.sampled_from(["north", "south"]),
        digits=st.sampled_from(["each", "number"]),
        repeat=st.just(1),
    ),
)
def test_any_label_at_any_counter_in_any_manner_is_level(
    clips: Clips, label: str, counter: str, voice: VoiceConfig
) -> None:
    made = clips.assemble(Phrasing(voice).plan(Announcement("call", label, counter)))
    assert sound.loudness(made) == pytest.approx(sound.TARGET_LUFS, abs=1)
    assert sound.peak(made) <= sound.PEAK_LIMIT + 0.01


@pytest.mark.parametrize(
    "text",
    [
        "Quầy 3 tạm nghỉ đến 09:30, xin công dân chờ.",
        "Mời chủ xe 29A-123.45 dời xe. Xin cảm ơn!",
        "Hết giờ.",
        "Hôm nay, do mất điện, trung tâm chỉ nhận hồ sơ đến 11h30; chiều từ 13:30 đến 17:00 làm việc như thường. " * 2,
        "Counter 3 is closed until 13:30.",
    ],
)
def test_a_notice_is_as_loud_as_a_call(clips: Clips, text: str) -> None:
    made = clips.assemble(Phrasing(VoiceConfig(languages=["vi", "en"])).plan(Announcement("notice", text=text)))
    assert sound.loudness(made) == pytest.approx(sound.TARGET_LUFS, abs=1)
    assert sound.peak(made) <= sound.PEAK_LIMIT + 0.01


def test_eight_threads_get_what_each_asked_for() -> None:
    assert last(400)["bad"] == 0
