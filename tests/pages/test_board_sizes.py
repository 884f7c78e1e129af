"""The call on a wall: as large as the back row needs it, whole, and clear of everything beside it."""

from typing import Any

import pytest

from tests.pages.station import PORTRAIT, WALL, Hall, Size, Stations

pytestmark = pytest.mark.browser

CAPITAL = 0.71
"""em, of the typeface as tokens.css enlarges it."""

LABELS = ["A012", "N086", "Q003", "W012", "A1000", "W1000"]
"""Ordinary; broad; with a tail below the line; with the widest letter; past 999; both."""
GAP = 0.008
"""Of the screen's shorter side, between a number and its counter beside it: without it they are one number."""

# Where the ink of each number is, which is not where its line box is.
INK = """async ({ labels, counter, arrow, band }) => {
  const { fit } = await import("hallsys/board/fit.js");
  const look = (label, index) => ({ look: index ? "rest" : "lit", wave: true, say: ["Mời công dân số"], label,
    what: ["Nội vụ và lĩnh vực khác"], counter });
  const to = [document.documentElement.lang === "en" ? "Counter" : "Quầy"];
  document.querySelector(".board").classList.toggle("banded", band !== null);
  document.querySelector("hall-band").show({ kind: band, head: ["Màn hình này chưa phát được tiếng."],
    hint: ["Cán bộ xin chạm vào nút một lần."], button: ["Bật tiếng"] });
  document.querySelector("#idle").hidden = true;
  document.querySelector("hall-call").hidden = false;
  document.querySelector("hall-call").show({ arrow, to, calls: labels.map(look) });
  document.querySelector("hall-last").show({ to, title: ["Vừa mời"], calls: labels.length > 1 ? [] :
    Array.from({ length: 4 }, () => ({ label: labels[0], counter })) });
  document.querySelector(".left").classList.toggle("full", labels.length > 1);
  await document.fonts.ready;
  fit(document.querySelector(".board"));
  const ink = (num) => {
    const style = getComputedStyle(num);
    const pen = Object.assign(document.createElement("canvas").getContext("2d"),
      { font: `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`, letterSpacing: style.letterSpacing });
    const box = pen.measureText(num.textContent);
    const foot = num.appendChild(document.createElement("i"));
    foot.style.display = "inline-block";
    const base = foot.getBoundingClientRect().bottom;
    foot.remove();
    const range = document.createRange();
    range.selectNodeContents(num);
    const { left } = range.getBoundingClientRect();
    return { top: base - box.actualBoundingBoxAscent, bottom: base + box.actualBoundingBoxDescent,
      left: left - box.actualBoundingBoxLeft, right: left + box.actualBoundingBoxRight,
      size: parseFloat(style.fontSize) };
  };
  const edges = (element) => element.getBoundingClientRect().toJSON();
  const written = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().toJSON();
  };
  const tight = (item) => item.scrollWidth > item.clientWidth + 1;
  return {
    calls: [...document.querySelectorAll("hall-call .call")].map((call) => ({
      card: edges(call), to: edges(call.querySelector(".to")), word: written(call.querySelector(".to .say")),
      say: edges(call.querySelector(".who .say")),
      what: call.querySelector(".what")?.offsetParent ? edges(call.querySelector(".what")) : null,
      number: ink(call.querySelector(".who .num")), counter: ink(call.querySelector(".to .num")),
      arrow: call.querySelector(".arrow") && edges(call.querySelector(".arrow")) })),
    tight: [...document.querySelectorAll(".last li, .ctr")].filter(tight).length,
  };
}"""


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("size", [WALL, PORTRAIT], ids=["landscape", "portrait"])
@pytest.mark.parametrize("board", ["hall", "media"])
async def test_calls_are_large_and_whole(board: str, size: Size, lang: str, hall: Hall, stations: Stations) -> None:
    station = await (await stations(hall.address, size)).open(hall.page(f"board?sound=0&board={board}&lang={lang}"))
    await station.page.locator("html[data-day]").wait_for(state="attached")
    faults = []
    for labels in [[label] for label in LABELS] + [["Q003", label] for label in LABELS]:
        for counter in ("3", "12"):
            for arrow, band in ((None, None), ("right", None), (None, "deaf")):
                given = {"labels": labels, "counter": counter, "arrow": arrow, "band": band}
                seen = await station.page.evaluate(INK, given)
                wrong = [fault for call in seen["calls"] for fault in _faults(call, GAP * min(size))]
                if seen["tight"]:
                    wrong.append("the lists beside it run over")
                if band is None and len(labels[-1]) == 4 and "W" not in labels[-1]:
                    wrong += [f"capitals of {share:.3f}" for call in seen["calls"] if (share := _share(call, size)) < 0]
                faults += [f"{given}: {fault}" for fault in wrong]
    assert not faults, "\n".join(faults)


def _share(call: dict[str, Any], size: Size) -> float:
    """By how much of the screen the capitals pass what is asked: a sixth of the height, a quarter of the width."""
    width, height = size
    capital: float = call["number"]["size"] * CAPITAL
    return capital / height - 1 / 6 if width > height else capital / width - 1 / 4


def _faults(call: dict[str, Any], gap: float) -> list[str]:
    card, number, to, counter = call["card"], call["number"], call["to"], call["counter"]
    side_by_side = to["left"] > card["left"] + 10
    checks = {
        "the number leaves its card below": number["bottom"] <= (card if side_by_side else to)["bottom"] - 1,
        "the number leaves its card above": number["top"] >= card["top"],
        "the number leaves its card at the left": number["left"] >= card["left"] + 1,
        "the number runs into the counter": number["right"]
        <= (to["left"] - gap if side_by_side else card["right"] - 1),
        # words have a third of their line above and below their ink
        "the number covers the words above": number["top"] >= call["say"]["bottom"] - call["say"]["height"] / 4,
        "the counter leaves its card": counter["left"] >= to["left"] and counter["right"] <= to["right"] - 1,
        "the word for the counter leaves its card": (
            call["word"]["left"] >= to["left"] + 1 and call["word"]["right"] <= to["right"] - 1
        ),
        "the counter leaves its card below": counter["bottom"] <= to["bottom"],
    }
    if call["what"]:
        checks["the number covers the words below"] = (
            number["bottom"] <= call["what"]["top"] + call["what"]["height"] / 4
        )
        checks["the words leave the card"] = call["what"]["bottom"] <= card["bottom"]
    if call["arrow"]:
        arrow = call["arrow"]
        checks["the arrow leaves its card"] = arrow["right"] <= to["right"] and arrow["bottom"] <= to["bottom"] + 1
    return [fault for fault, holds in checks.items() if not holds]
