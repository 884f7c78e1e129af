"""What a hall's settings come to in plain words, for `hallsys check`."""

from collections.abc import Iterator, Sequence
from typing import Final

from hallsys.config import CounterConfig, HallConfig, Helps, Words
from hallsys.hallcalling import always

CLEAR_LETTERS: Final = frozenset("AMNSXQ")
"""Letters that listeners told apart when a synthetic voice spoke them; the others rhyme or blur."""

_TEXTS: Final = {
    "hours": Words("Giờ làm việc: {hours}; {enforced}", "Hours: {hours}; {enforced}"),
    "no_hours": Words("không ghi", "not given"),
    "enforced": Words("ngoài giờ không lấy số", "no tickets outside them"),
    "shown": Words("chỉ ghi trên màn hình", "shown only"),
    "priority": Words(
        "Ưu tiên: {turns} lượt, rồi 1 lượt thường; không ai chờ quá {limit} vì người khác",
        "Priority: {turns} calls, then 1 ordinary; nobody waits past {limit} because of others",
    ),
    "prefer": Words(
        "Lĩnh vực đứng sau được gọi trước khi người đầu hàng đã chờ lâu hơn {time}",
        "A later service goes first once its next visitor has waited {time} longer",
    ),
    "counter": Words("Quầy {id} ({name}): {work}", "Counter {id} ({name}): {work}"),
    "calls": Words("gọi {services}", "calls {services}"),
    "then": Words(", rồi ", ", then "),
    "weights": Words("chia lượt gọi {shares}", "shares its calls {shares}"),
    "help_wait": Words(
        "giúp {service} khi có người chờ từ {time}", "helps {service} when somebody waits {time} or more"
    ),
    "help_idle": Words("giúp {service} khi rảnh", "helps {service} when idle"),
    "help_both": Words(
        "giúp {service} khi rảnh và có người chờ từ {time}",
        "helps {service} when idle and somebody waits {time} or more",
    ),
    "ordinary": Words("chỉ khách thường", "ordinary visitors only"),
    "priority_only": Words("chỉ khách ưu tiên", "priority visitors only"),
    "booked_only": Words("chỉ khách hẹn giờ", "booked visitors only"),
    "in_groups": Words("thuộc nhóm {groups}", "in the group {groups}"),
    "group": Words("Nhóm {id} ({name}): quầy {counters}", "Group {id} ({name}): counters {counters}"),
    "zone": Words("Khu {id} ({name}): quầy {counters}", "Zone {id} ({name}): counters {counters}"),
    "no_zone": Words("Ngoài các khu: quầy {counters}", "In no zone: counters {counters}"),
    "bookings": Words(
        "Hẹn giờ: nhận số từ {early} trước đến {late} sau giờ hẹn; muộn hơn thì là khách thường",
        "Bookings: checked in from {early} before to {late} after the time; later ones become ordinary visitors",
    ),
    "citizens_book": Words(
        "Người dân tự đặt lịch: đến {days} ngày sau, mỗi {slot} phút một lượt, mỗi người {most} lịch hẹn",
        "Citizens book themselves: up to {days} days ahead, every {slot} minutes, {most} bookings each",
    ),
    "by_phone": Words(
        "Lấy số bằng điện thoại trong sảnh: mã đổi sau {time}, {most} số mỗi mã",
        "Numbers by phone in the hall: the code changes every {time}, {most} numbers each",
    ),
    "late": Words(
        "Xin đến muộn {time} trên điện thoại: {most} lần mỗi số",
        "Coming {time} late, asked for by phone: {most} per ticket",
    ),
    "outcomes": Words("Kết quả khi xong{needed}: {names}", "Outcomes{needed}: {names}"),
    "needed": Words(" (bắt buộc ghi)", " (one is required)"),
    "one_each": Words(
        "Mỗi người một số đang chờ cho mỗi lĩnh vực", "One live ticket per person and service, of those scanned"
    ),
    "per_person": Words("Mỗi người nhiều nhất {count} số một ngày", "At most {count} tickets per person and day"),
    "many": Words(
        "Từ {count} hồ sơ: gọi một lượt sau {others} người khác, không trước ai đến sớm hơn",
        "From {count} dossiers on: one call after {others} others, never before who came earlier",
    ),
    "sign_in": Words("Cán bộ phải đăng nhập bằng PIN tại quầy", "Officers sign in with their PIN at the counter"),
    "undo": Words("Bấm nhầm: rút lại được trong {time}", "A wrong press can be taken back for {time}"),
    "held": Words("Số giữ lượt hết hạn sau {time}", "A ticket on hold expires after {time}"),
    "waiting": Words("Số chờ hết hạn sau {time}", "A waiting ticket expires after {time}"),
    "single": Words(
        "! Chỉ quầy {counter} luôn nhận {service}: quầy ấy nghỉ thì {service} phải chờ",
        "! Only counter {counter} always takes {service}: while it rests, {service} waits",
    ),
    "blurred": Words(
        "! Giọng máy đọc các chữ {letters} khó nghe; nên ghi âm, hoặc đặt voice.letters = false",
        "! The letters {letters} are hard to hear; record a voice, or set voice.letters = false",
    ),
    "h": Words("{count} giờ", "{count} h"),
    "min": Words("{count} phút", "{count} min"),
    "s": Words("{count} giây", "{count} s"),
}


def explain(hall: HallConfig, language: str = "vi") -> list[str]:
    """What this hall comes to, in lines; the last ones are advice, and begin with `!`."""
    return list(_Speaker(hall, language).lines())


class _Speaker:
    def __init__(self, hall: HallConfig, language: str) -> None:
        self.hall = hall
        self.language = language

    def lines(self) -> Iterator[str]:
        hall = self.hall
        yield f"{self.of(hall.name)}, {self.of(hall.province)} ({hall.id})"
        spans = ", ".join(f"{start}–{end}" for start, end in hall.hours) or self.say("no_hours")
        yield self.say("hours", hours=spans, enforced=self.say("enforced" if hall.enforce_hours else "shown"))
        yield self.say("priority", turns=hall.policy.priority_calls, limit=self.time(hall.policy.starve_s))
        yield self.say("prefer", time=self.time(hall.policy.prefer_s))
        for counter in hall.counters:
            yield self.say("counter", id=counter.id, name=counter.name, work="; ".join(self.work(counter)))
        for group in hall.groups:
            members = [counter.id for counter in hall.counters if group.id in counter.groups]
            yield self.say("group", id=group.id, name=self.of(group.name), counters=", ".join(members))
        yield from self.zones()
        yield from self.visits()
        yield from self.advice()

    def work(self, counter: CounterConfig) -> Iterator[str]:
        """What a counter calls, in parts: "gọi H, rồi A", "giúp R khi có người chờ từ 10 phút"."""
        own = always(counter)
        if counter.weights and len(own) > 1:
            weights = [f"{name} {counter.weights.get(name, 1)}" for name in own]
            yield self.say("weights", shares=" : ".join(weights))
        elif own:
            yield self.say("calls", services=self.say("then").join(own))
        for helps in (entry for entry in counter.services if isinstance(entry, Helps)):
            text = "help_both" if helps.idle and helps.wait_over_s else "help_idle" if helps.idle else "help_wait"
            yield self.say(text, service=helps.service, time=self.time(helps.wait_over_s or 0))
        modes = {"ordinary": "ordinary", "priority": "priority_only", "booked": "booked_only"}
        if counter.mode in modes:
            yield self.say(modes[counter.mode])
        if counter.groups:
            yield self.say("in_groups", groups=", ".join(counter.groups))

    def zones(self) -> Iterator[str]:
        for zone in self.hall.zones:
            yield self.say("zone", id=zone.id, name=self.of(zone.name), counters=", ".join(zone.counters))
        zoned = {counter for zone in self.hall.zones for counter in zone.counters}
        outside = [counter.id for counter in self.hall.counters if counter.id not in zoned]
        if self.hall.zones and outside:
            yield self.say("no_zone", counters=", ".join(outside))

    def visits(self) -> Iterator[str]:
        tickets, policy, bookings = self.hall.tickets, self.hall.policy, self.hall.bookings
        yield self.say("bookings", early=self.time(bookings.early_s), late=self.time(bookings.late_s))
        if bookings.public:
            yield self.say("citizens_book", days=bookings.days, slot=bookings.slot_min, most=bookings.per_person)
        if policy.late_times:
            yield self.say("late", time=self.time(policy.late_s), most=policy.late_times)
        if self.hall.phone.numbers:
            yield self.say("by_phone", time=self.time(self.hall.phone.code_s), most=self.hall.phone.most)
        if tickets.one_each:
            yield self.say("one_each")
        if tickets.per_person:
            yield self.say("per_person", count=tickets.per_person)
        if tickets.many_from:
            yield self.say("many", count=tickets.many_from, others=tickets.many_every)
        if self.hall.outcomes:
            needed = self.say("needed") if policy.outcome_required else ""
            names = ", ".join(self.of(outcome.name) for outcome in self.hall.outcomes)
            yield self.say("outcomes", needed=needed, names=names)
        if policy.sign_in:
            yield self.say("sign_in")
        if policy.undo_s:
            yield self.say("undo", time=self.time(policy.undo_s))
        yield self.say("held", time=self.time(policy.held_expire_s))
        if policy.waiting_expire_s:
            yield self.say("waiting", time=self.time(policy.waiting_expire_s))

    def advice(self) -> Iterator[str]:
        for service in self.hall.services:
            takers = [counter.id for counter in self.hall.counters if service.id in always(counter)]
            if len(takers) == 1:
                yield self.say("single", counter=takers[0], service=service.id)
        voice = self.hall.voice
        series: Sequence[str] = [service.series or service.id for service in self.hall.services]
        blurred = [letters for letters in series if not set(letters) <= CLEAR_LETTERS]
        if blurred and voice.enabled and voice.letters:
            yield self.say("blurred", letters=", ".join(blurred))

    def time(self, seconds: int) -> str:
        """A duration in the largest unit that says it exactly."""
        for unit, size in (("h", 3600), ("min", 60)):
            if seconds and seconds % size == 0:
                return self.say(unit, count=seconds // size)
        return self.say("s", count=seconds)

    def of(self, words: Words) -> str:
        return words.vi if self.language == "vi" else words.en

    def say(self, text: str, **figures: str | int) -> str:
        return self.of(_TEXTS[text]).format(**figures)
