"""How the panels share a window of any size: what matters least gives way first."""

from dataclasses import dataclass
from typing import Final

from rich.text import Text

from hallsys.caller.console import hand, panels
from hallsys.caller.console.scene import Lines, Scene

SIDE_BY_SIDE: Final = 78
"""Columns from which on the colleagues stand beside the queue."""
MATES: Final = 30


@dataclass(slots=True)
class Block:
    """Lines of one panel. It gives way in the order of `rank`, the highest first, down to `least` lines."""

    lines: Lines
    rank: int
    least: int = 0


def picture(scene: Scene, width: int, height: int) -> Lines:
    """Exactly `height` lines, none wider than `width`."""
    above = [
        Block(hand.header(scene, width), 1, 1),
        Block([_rule(width)], 9),
        Block(hand.at_hand(scene, width), 5, 2),
        Block(hand.history(scene, width), 8),
        Block([_rule(width)], 9),
        Block(hand.enter(scene, width), 0, 1),
        Block(hand.undo(scene, width), 2),
        Block(hand.remarks(scene, width), 2, 1),
        Block(panels.news(scene, width), 3),
        Block([_rule(width)], 9),
        Block(panels.upcoming(scene, width), 5),
        *_hall(scene, width),
    ]
    below = [Block([_rule(width)], 9), *_bottom(scene, width)]
    _fit([*above, *below], height)
    top, bottom = ([line for block in blocks for line in block.lines] for blocks in (above, below))
    lines = [*top, *(Text() for _ in range(height - len(top) - len(bottom))), *bottom][:height]
    for line in lines:
        line.truncate(width, overflow="ellipsis")
    return lines


def _hall(scene: Scene, width: int) -> list[Block]:
    back = Block(panels.back(scene, width), 4)
    if width < SIDE_BY_SIDE:
        return [Block(panels.queue(scene, width), 3), back, Block(panels.mates(scene, width), 7)]
    left, right = panels.queue(scene, width - MATES), panels.mates(scene, MATES - 2)
    joined = []
    for index in range(max(len(left), len(right))):
        line = left[index].copy() if index < len(left) else Text()
        line.truncate(width - MATES, overflow="ellipsis", pad=True)
        joined.append(Text.assemble(line, "│ ", right[index] if index < len(right) else "", no_wrap=True))
    return [Block(joined, 3), back]


def _bottom(scene: Scene, width: int) -> list[Block]:
    if scene.question is None:
        return [Block(panels.keys(scene, width), 6, 2)]
    title, options, line = panels.question(scene.question, scene, width)
    return [Block(title, 1, 1), Block(options, 2, 1), Block(line, 0, 1)]


def _fit(blocks: list[Block], height: int) -> None:
    """Cut lines from the end of what matters least until all fit."""
    over = sum(len(block.lines) for block in blocks) - height
    for block in sorted(blocks, key=lambda block: -block.rank):
        if over <= 0:
            return
        cut = min(over, max(0, len(block.lines) - block.least))
        if cut:
            del block.lines[len(block.lines) - cut :]
            over -= cut


def _rule(width: int) -> Text:
    return Text("─" * width, "dim", no_wrap=True)
