"""Which key asks what before it is sent. What asks nothing, in this hall or now, is sent at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hallsys.caller.console import matters, questions
from hallsys.caller.console.desk import Desk, View, possible
from hallsys.caller.console.question import Question
from hallsys.caller.console.words import Words


@dataclass(frozen=True, slots=True)
class Wish:
    """A key's wish `name`, and the hall it is wished in. `send(command, arguments)` sends, `take(name)` begins another
    wish; `officer` holds the counter, `now` is the hall's time in ms."""

    name: str
    words: Words
    view: View
    desk: Desk
    now: int
    officer: str | None
    send: Callable[[str, dict[str, Any]], None]
    take: Callable[[str], Question | None]

    def ask(self) -> Question | None:
        """What has to be known first, if anything."""
        asks = _ASKS.get(self.name)
        return asks(self) if asks else None

    def sends(self, args: dict[str, Any]) -> None:
        self.send(self.name, args)

    @property
    def must(self) -> bool:
        """Whether nobody is finished here without an outcome."""
        hall = self.view["hall"]
        return bool(hall.get("outcomes") and hall["policy"].get("outcome_required"))


def _back(wish: Wish) -> Question:
    def send(back: tuple[str, str]) -> None:
        wish.send(back[0], {"ticket": back[1]})

    return questions.ask_back(wish.words, wish.view, wish.desk, send)


def _note(wish: Wish) -> Question:
    t, label = wish.words.t, (wish.desk.ticket or {}).get("label")
    does = t("console.note_now", label=label)
    return questions.ask_words(wish.words, t("counter.memo"), {"ticket": label}, "text", does, wish.sends, about=label)


def _finish(wish: Wish) -> Question | None:
    if not wish.view["hall"].get("outcomes"):
        return None
    return questions.ask_outcome(wish.words, wish.view, wish.desk, wish.must, wish.sends)


def _call_next(wish: Wish) -> Question | None:
    return _finish(wish) if wish.must and wish.desk.ticket else None


_ASKS: Final[Mapping[str, Callable[[Wish], Question | None]]] = {
    "transfer": lambda wish: questions.ask_transfer(wish.words, wish.view, wish.desk, wish.sends),
    "service": lambda wish: questions.ask_service(
        wish.words, wish.view, wish.desk, lambda args: wish.send("transfer", args)
    ),
    "hold": lambda wish: questions.ask_hold(wish.words, wish.desk, wish.sends),
    "call": lambda wish: questions.ask_call(wish.words, wish.view, wish.desk, wish.now, wish.sends),
    "back": _back,
    "walk_in": lambda wish: questions.ask_walk_in(wish.words, wish.view, wish.desk, wish.sends),
    "note": _note,
    "finish": _finish,
    "call_next": _call_next,
    "pause_counter": lambda wish: matters.ask_pause(wish.words, wish.view, wish.now, wish.sends),
    "ask_help": lambda wish: matters.ask_help(wish.words, wish.desk, wish.sends),
    "notice": lambda wish: matters.ask_notice(wish.words, wish.view, wish.now, lambda named: wish.send(*named)),
    "sign": lambda wish: matters.ask_sign(wish.words, wish.officer, lambda args: wish.send("sign_off", args)),
    "more": lambda wish: matters.ask_more(wish.words, lambda name: possible(name, wish.desk), wish.take),
}
