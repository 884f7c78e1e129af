"""Settings as rows: what a change of `hall.toml` does to a hall at work."""

from typing import Any

import msgspec
from msgspec.structs import replace

from hallsys.config import CounterConfig, Helps, Named, Policy, Words, Zone
from hallsys.core.configure import configure
from hallsys.core.model import RECENT, Condition
from tests.core.rig import Rig, hall_config, service


def test_a_new_hall_gets_its_rows() -> None:
    hall = Rig(hall_config({"1": "A", "2": "AH"}), opened=False)
    assert hall.kinds == ["configured"]
    assert [*hall.view["services"]] == ["A", "H"]
    assert {row.id: (row.state, row.services, row.ticket) for row in hall.view["counters"].values()} == {
        "1": ("closed", ["A"], None),
        "2": ("closed", ["A", "H"], None),
    }
    row = hall.view["hall"]
    assert (row["id"], row["tz"], row["open"]) == ("phutho", "Asia/Ho_Chi_Minh", False)
    assert row["priorities"] == ["aged", "merit"]
    assert row["limits"] == {"warn": 600, "alarm": 900, "ceiling": 1200}
    assert row["policy"]["priority_calls"] == 2


def test_settings_that_have_not_changed_change_nothing() -> None:
    hall = Rig()
    hall.issue()
    hall.call()
    assert configure(hall.state, hall.now) is None


def test_only_what_changed_is_told() -> None:
    hall = Rig()
    config = hall.state.config
    hall.settle(replace(config, name=Words("Tên mới", "A new name"), policy=Policy(priority_calls=3)))
    assert hall.events[-1].kind == "configured"
    assert set(hall.events[-1].changes) == {"hall"}
    assert set(hall.events[-1].changes["hall"]) == {"name", "name_en", "policy"}


def test_a_notice_comes_and_goes() -> None:
    hall = Rig(hall_config(notice=Words("Nghỉ trưa", "Lunch")))
    assert hall.view["hall"]["notice"] == {"vi": "Nghỉ trưa", "en": "Lunch"}
    hall.settle(hall_config())
    assert "notice" not in hall.view["hall"]


def test_a_day_goes_on_through_new_settings() -> None:
    hall = Rig()
    hall.serve(2)
    label = hall.issue()
    hall.call("1")
    hall.settle(replace(hall.state.config, name=Words("Tên mới", "A new name")))
    assert (hall.view["hall"]["day"], hall.view["hall"]["open"]) == ("2026-11-23", True)
    assert hall.counter("1").ticket == label
    assert hall.issue() == "A004"


def test_new_counters_are_closed_and_old_ones_go_on_with_other_services() -> None:
    hall = Rig(hall_config({"1": "A"}))
    label = hall.issue()
    hall.call("1")
    hall.settle(hall_config({"1": "HA", "2": "A"}))
    assert (hall.counter("1").state, hall.counter("1").ticket, hall.counter("1").services) == (
        "open",
        label,
        ["H", "A"],
    )
    assert hall.counter("2").state == "closed"


def test_a_counter_that_is_no_more_finishes_its_ticket_first() -> None:
    hall = Rig(hall_config({"1": "A", "2": "A"}))
    hall.issue()
    hall.call("2")
    without = hall_config({"1": "A"})
    hall.settle(without)
    hall.do("finish", counter="2")
    hall.settle(without)
    assert set(hall.view["counters"]) == {"1"}


def test_a_counter_that_is_no_more_stays_for_those_who_were_sent_to_it() -> None:
    hall = Rig(hall_config({"1": "A", "2": "A"}))
    label = hall.issue()
    hall.call("1")
    hall.do("transfer", counter="1", to_counter="2")
    hall.settle(hall_config({"1": "A"}))
    assert hall.call("2") == label


def test_a_service_that_is_no_more_stays_while_the_day_has_tickets_of_it() -> None:
    hall = Rig(hall_config({"1": "AH"}))
    hall.serve(1, "H")
    hall.serve(RECENT, "A")
    assert "H001" in hall.state.ended
    without = hall_config({"1": "A"})
    hall.settle(without)
    assert set(hall.view["services"]) == {"A", "H"}
    hall.later(minutes=24 * 60)
    hall.settle(without)
    assert set(hall.view["services"]) == {"A"}


def test_a_series_handed_to_another_service_goes_on_with_its_numbers() -> None:
    hall = Rig(hall_config({"1": "A"}, [service("A", series="K")]))
    labels = [hall.issue(), hall.issue()]
    hall.settle(
        replace(
            hall.state.config,
            services=[service("B", series="K")],
            counters=[CounterConfig("1", "Quầy 1", ["B"])],
        )
    )
    assert hall.issue("B") == "K003"
    assert [hall.ticket(label).service for label in labels] == ["A", "A"]
    assert hall.issue("B") == "K004"


def test_a_counter_gets_its_conditions_weights_mode_and_groups() -> None:
    config = hall_config({"1": "AH"})
    takes: list[str | Helps] = ["H", Helps("A", wait_over_s=600, idle=True)]
    wanted = CounterConfig("1", "Quầy 1", takes, weights={"H": 3}, mode="priority", groups=["land"])
    hall = Rig(replace(config, counters=[wanted]))
    row = hall.counter("1")
    assert (row.services, row.conditions) == (["H", "A"], {"A": Condition(600, idle=True)})
    assert (row.weights, row.mode, row.groups) == ({"H": 3}, "priority", ["land"])


def test_what_was_assigned_for_today_outlives_new_settings_until_the_next_day() -> None:
    hall = Rig(hall_config({"1": "A", "2": "H"}))
    hall.do("assign_counter", counter="1", services=["H"], mode="ordinary")
    renamed = [CounterConfig("1", "Tên mới", ["A"], groups=["land"]), CounterConfig("2", "Quầy 2", ["H"])]
    hall.settle(replace(hall.state.config, counters=renamed))
    row = hall.counter("1")
    assert (row.services, row.mode, row.name, row.groups) == (["H"], "ordinary", "Tên mới", ["land"])
    hall.later(minutes=24 * 60)
    assert (hall.counter("1").services, hall.counter("1").mode) == (["A"], "all")


def test_the_hall_tells_its_zones_groups_and_outcomes() -> None:
    words = Words("Đất đai", "Land")
    more: dict[str, Any] = {
        "zones": [Zone("a", words, ["1"])],
        "groups": [Named("g", words)],
        "outcomes": [Named("o", words)],
    }
    hall = Rig(hall_config({"1": "A"}, **more))
    name = {"name": "Đất đai", "name_en": "Land"}
    assert hall.view["hall"]["zones"] == [{"id": "a", **name, "counters": ["1"]}]
    assert hall.view["hall"]["groups"] == [{"id": "g", **name}]
    assert hall.view["hall"]["outcomes"] == [{"id": "o", **name}]
    assert hall.view["hall"]["policy"]["undo_s"] == 10
    hall.settle(hall_config({"1": "A"}))
    assert [hall.view["hall"][key] for key in ("zones", "groups", "outcomes")] == [[], [], []]


def test_a_group_that_is_no_more_stays_for_those_who_were_sent_to_it() -> None:
    words = Words("Đất đai", "Land")
    config = hall_config({"1": "A", "2": "A"}, groups=[Named("land", words)])
    grouped = [config.counters[0], replace(config.counters[1], groups=["land"])]
    hall = Rig(replace(config, counters=grouped))
    label = hall.issue()
    hall.call("1")
    hall.do("transfer", counter="1", to_group="land")
    hall.settle(hall_config({"1": "A", "2": "A"}))
    assert hall.counter("2").groups == ["land"]
    assert hall.call("2") == label
    hall.settle(hall_config({"1": "A", "2": "A"}))
    assert hall.counter("2").groups == []


def test_new_settings_leave_notices_and_screens_alone() -> None:
    hall = Rig()
    hall.do("notice", text="Quầy 3 tạm nghỉ 10 phút")
    hall.do("set_screen", screen="tv-1", name="Sảnh")
    hall.settle(replace(hall.state.config, name=Words("Tên mới", "A new name")))
    notices = msgspec.to_builtins(hall.view["hall"]["notices"])
    assert [row["text"] for row in notices.values()] == ["Quầy 3 tạm nghỉ 10 phút"]
    assert list(hall.view["hall"]["screens"]) == ["tv-1"]
