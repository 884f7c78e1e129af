"""Settings and hall files: what is read, what wins, and what is said when something is wrong."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from hallsys.config import SETTINGS, ConfigError, Settings
from hallsys.hallfile import load_halls
from hallsys.hallwords import explain
from hallsys.resources import resource

SAMPLE = resource("samples/phutho.toml").read_text("utf-8")


def refusal(folder: Path, text: str) -> str:
    file = folder / "hall.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refused:
        load_halls(file)
    return str(refused.value)


def changed(old: str, new: str) -> str:
    assert old in SAMPLE
    return SAMPLE.replace(old, new, 1)


def test_defaults_listen_on_this_machine_only() -> None:
    settings = Settings.load({})
    assert (settings.port, settings.host, settings.redis_url, settings.config) == (8080, "127.0.0.1", "", None)


def test_a_flag_wins_over_the_environment_and_that_over_the_default() -> None:
    environ = {"HALLSYS_PORT": "9000", "HALLSYS_HOST": "0.0.0.0"}
    settings = Settings.load(environ, {"port": "9001", "host": None})
    assert (settings.port, settings.host) == (9001, "0.0.0.0")


def test_an_empty_variable_is_not_set() -> None:
    assert Settings.load({"HALLSYS_PORT": "", "HALLSYS_REDIS_URL": ""}) == Settings.load({})


def test_every_setting_is_a_field_a_variable_and_a_flag() -> None:
    assert {setting.field for setting in SETTINGS} == set(Settings.__struct_fields__)
    parser = ArgumentParser()
    Settings.add_flags(parser)
    given = parser.parse_args(["--port", "0", "--redis-url", "unix:///run/x.sock", "--trust-proxy", "on"])
    settings = Settings.load({}, vars(given))
    assert (settings.port, settings.redis_url, settings.trust_proxy) == (0, "unix:///run/x.sock", True)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("HALLSYS_PORT", "65536"),
        ("HALLSYS_PORT", "http"),
        ("HALLSYS_REDIS_URL", "mysql://db"),
        ("HALLSYS_PUBLIC_URL", "phutho.example"),
        ("HALLSYS_PUBLIC_URL", "https://a.example/path"),
        ("HALLSYS_TRUST_PROXY", "maybe"),
        ("HALLSYS_LOG_LEVEL", "loud"),
    ],
)
def test_an_unusable_value_is_refused_by_the_variables_name(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"{variable}={value}"):
        Settings.load({variable: value})


def test_a_stores_password_shows_nowhere() -> None:
    settings = Settings.load({"HALLSYS_REDIS_URL": "redis://hall:s3cret@store:6379/0"})
    assert "s3cret" not in repr(settings)
    with pytest.raises(ConfigError) as refused:
        Settings.load({"HALLSYS_REDIS_URL": "http://hall:s3cret@store"})
    assert "s3cret" not in str(refused.value)


def test_the_sample_hall_is_the_one_promised() -> None:
    hall = load_halls()["phutho"]
    assert [service.id for service in hall.services] == list("AHNXKSYQRT")
    assert all(service.series == service.id and service.daily_limit is None for service in hall.services)
    assert [counter.id for counter in hall.counters] == ["1", "2", "3", "4", "5"]
    assert {name for counter in hall.counters for name in counter.services} == set("AHNXKSYQRT")
    assert [kind.id for kind in hall.priorities] == ["aged", "disabled", "pregnant", "merit"]
    assert hall.hours == [("07:30", "11:30"), ("13:30", "17:00")]
    assert not hall.enforce_hours
    assert hall.open_reading
    assert hall.auto_open
    assert hall.timezone == "Asia/Ho_Chi_Minh"
    assert "Phú Thọ" in hall.province.vi


def test_a_folder_holds_several_halls(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SAMPLE, "utf-8")
    (tmp_path / "b.toml").write_text(changed('id = "phutho"', 'id = "van-lung"'), "utf-8")
    assert set(load_halls(tmp_path)) == {"phutho", "van-lung"}


def test_two_files_with_one_hall_are_refused(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(SAMPLE, "utf-8")
    with pytest.raises(ConfigError, match=r"b\.toml: id: the hall `phutho` is in .*a\.toml already"):
        load_halls(tmp_path)


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_a_path_without_a_hall_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=str(tmp_path)):
        load_halls(tmp_path / name)


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    assert "at line 2" in refusal(tmp_path, 'id = "x"\nname = \n')


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("enforce_hours = false", "enforced_hours = false", "enforced_hours", "did you mean `enforce_hours`?"),
        ("prefer_s = 600", "prefers = 600", "policy.prefers", "did you mean `prefer_s`?"),
        ("starve_s = 1800", 'starve_s = "30 phút"', "policy.starve_s", "int is wanted, this is str"),
        ('id = "1"\nname = "Hướng dẫn, VNeID"', 'id = "1"', "counters[0].name", "this key is missing"),
        ('id = "phutho"', 'id = "Phú Thọ"', "id", "may hold a-z, 0-9 and -"),
        ('id = "2"', 'id = "1"', "counters[1].id", "taken by counters[0]"),
        ('id = "2"', 'id = "quầy"', "counters[1].id", "may hold A-Z"),
        ('services = ["R"]', 'services = ["R", "Z"]', "counters[4].services", "unknown service `Z`"),
        ('services = ["R"]', 'services = ["R", "R"]', "counters[4].services", "`R` is listed twice"),
        ('services = ["R"]', "services = []", "services[8].id", "no counter takes the service `R`"),
        ('series = "H"', 'series = "A"', "services[1].series", "clashes with `A`"),
        ('series = "H"', 'series = "A1"', "services[1].series", "clashes with `A`"),
        ('short = { vi = "Hộ tịch"', 'short = { vi = "Hộ tịch, khai sinh"', "services[1].short", "is 18 long"),
        ('series = "H"', 'series = "H"\ndaily_limit = 0', "services[1].daily_limit", "1 or more"),
        ("Asia/Ho_Chi_Minh", "Asia/Phu_Tho", "timezone", "Asia/Ho_Chi_Minh"),
        ('["07:30", "11:30"]', '["7h30", "11:30"]', "hours", "times are HH:MM"),
        ('["07:30", "11:30"]', '["07:30", "14:00"]', "hours", "must not overlap"),
        ('["07:30", "11:30"], ["13:30", "17:00"]', '["17:00", "07:30"]', "hours", "in order"),
        ("priority_calls = 2", "priority_calls = 0", "policy.priority_calls", "must be 1 to 20"),
        ("alarm = 900", "alarm = 300", "limits", "warn ≤ alarm ≤ ceiling"),
        ('languages = ["vi"]', 'languages = ["fr"]', "voice.languages", '"vi" or "en"'),
        ('dialect = "north"', 'dialect = "hue"', "voice.dialect", '"north" or "south"'),
        (
            "stale_s = 30",
            'stale_s = 30\nquiet_hours = [["11:30", "11:30"]]',
            "voice.quiet_hours",
            "two different times",
        ),
        ("stale_s = 30", 'stale_s = 30\nvolume = [["07:00", "08:00", 150]]', "voice.volume", "is 0 to 100"),
    ],
)
def test_a_mistake_is_named_with_file_line_key_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, said: str
) -> None:
    text = changed(old, new)
    message = refusal(tmp_path, text)
    line = next(line for line in message.splitlines() if said in line)
    where, _, _ = line.partition(f": {key}: ")
    file, _, number = where.rpartition(":")
    assert file == str(tmp_path / "hall.toml")
    near = {"services[8].id": 'id = "R"', "limits": "[limits]", "counters[0].name": "[[counters]]"}.get(key)
    if near:
        expected = next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(near))
    else:
        expected = 1 + SAMPLE[: SAMPLE.index(old)].count("\n") + new.count("\n")
    assert int(number) == expected, message


ONE_MORE = """
[[counters]]
id = "6"
name = "Quầy 6"
"""
LAND = '[[groups]]\nid = "land"\nname = { vi = "Đất đai", en = "Land" }\n'
ZONE = '[[zones]]\nid = "%s"\nname = { vi = "Khu", en = "Zone" }\ncounters = %s\n'


@pytest.mark.parametrize(
    ("added", "key", "said"),
    [
        (ONE_MORE + 'services = [{ service = "R" }]', "counters[5].services", "`R` has no condition"),
        (ONE_MORE + 'services = [{ service = "Z", idle = true }]', "counters[5].services", "unknown service `Z`"),
        (ONE_MORE + 'services = ["R", { service = "R", idle = true }]', "counters[5].services", "`R` is listed twice"),
        (ONE_MORE + 'services = [{ service = "R", wait_over_s = 0 }]', "counters[5].services", "must be 1 to 86400"),
        (ONE_MORE + 'services = ["R"]\nweights = { A = 2 }', "counters[5].weights", "does not take the service `A`"),
        (ONE_MORE + 'services = ["R"]\nweights = { R = 0 }', "counters[5].weights", "a weight is 1 to 100"),
        (ONE_MORE + 'services = ["R"]\nweights = { R = 101 }', "counters[5].weights", "a weight is 1 to 100"),
        (ONE_MORE + 'services = ["R"]\nmode = "fast"', "counters[5].mode", '"ordinary" or "priority"'),
        (
            ONE_MORE + 'services = [{ service = "R", wait_over = 60 }]',
            "counters[5].services[0].wait_over",
            "did you mean `wait_over_s`?",
        ),
        (ONE_MORE + 'services = ["R"]\ngroups = ["land"]', "counters[5].groups", "no group `land`"),
        (LAND, "groups[0].id", "no counter is in the group `land`"),
        (LAND + LAND + ONE_MORE + 'services = ["R"]\ngroups = ["land"]', "groups[1].id", "taken by groups[0]"),
        (LAND + ONE_MORE + 'services = ["R"]\ngroups = ["land", "land"]', "counters[5].groups", "listed twice"),
        (ZONE % ("a", '["9"]'), "zones[0].counters", "unknown counter `9`"),
        (ZONE % ("a", '["1"]') + ZONE % ("b", '["1"]'), "zones[1].counters", "in the zone `a` already"),
        ("[[outcomes]]\nid = 'không'\nname = { vi = 'Không', en = 'No' }", "outcomes[0].id", "may hold A-Z"),
        ("[tickets]\nmany_from = 1", "tickets.many_from", "one dossier at least"),
        ("[tickets]\nmany_every = 0", "tickets.many_every", "must be 1 to 99"),
        ("[tickets]\nper_person = -1", "tickets.per_person", "must be 0 to 99"),
        ("[bookings]\nlate_s = 90000", "bookings.late_s", "must be 0 to 86400"),
        ("[bookings]\nearly_s = -1", "bookings.early_s", "must be 0 to 86400"),
    ],
)
def test_a_mistake_in_what_counters_call_is_named(tmp_path: Path, added: str, key: str, said: str) -> None:
    _named(refusal(tmp_path, f"{SAMPLE}\n{added}\n"), key, said)


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ('["R"]', '[{ service = "R", idle = true }]', "services[8].id", "under conditions only"),
        (
            '["R"]',
            '["R"]\nmode = "priority"',
            "services[8].id",
            'calls ordinary visitors of `R`; give one the mode = "all"',
        ),
        ('["R"]', '["R"]\nmode = "ordinary"', "services[8].id", "calls priority visitors of `R`"),
        ('["R"]', '["R"]\nmode = "ordinary"', "services[8].id", "calls booked visitors of `R`"),
        ("prefer_s = 600", "prefer_s = 600\nundo_s = 61", "policy.undo_s", "must be 0 to 60"),
        ("prefer_s = 600", "prefer_s = 600\nheld_expire_s = 59", "policy.held_expire_s", "must be 60 to 86400"),
        ("prefer_s = 600", "prefer_s = 600\nwaiting_expire_s = -1", "policy.waiting_expire_s", "must be 0 to"),
        ("prefer_s = 600", "prefer_s = 600\nidle_s = 59", "policy.idle_s", "must be 60 to"),
        ("prefer_s = 600", "prefer_s = 600\noutcome_required = true", "policy.outcome_required", "add [[outcomes]]"),
    ],
)
def test_a_service_that_nobody_calls_and_figures_out_of_range_are_named(
    tmp_path: Path, old: str, new: str, key: str, said: str
) -> None:
    _named(refusal(tmp_path, changed(old, new)), key, said)


def _named(message: str, key: str, said: str) -> None:
    """A mistake is a line in Vietnamese and one in English, each with the key."""
    english = [line for line in message.splitlines() if said in line and f": {key}: " in line]
    assert len(english) == 1, message
    assert sum(f": {key}: " in line for line in message.splitlines()) % 2 == 0


def test_counters_of_different_modes_together_take_everybody(tmp_path: Path) -> None:
    modes = "".join(
        f'[[counters]]\nid = "{mode}"\nname = "{mode}"\nservices = ["R"]\nmode = "{mode}"\n'
        for mode in ("ordinary", "priority")
    )
    file = tmp_path / "hall.toml"
    file.write_text(changed('services = ["R"]', 'services = ["R"]\nmode = "booked"') + modes, "utf-8")
    assert [counter.mode for counter in load_halls(file)["phutho"].counters[4:]] == ["booked", "ordinary", "priority"]


def test_explaining_a_hall_says_what_its_counters_do(tmp_path: Path) -> None:
    more = """
[[groups]]
id = "land"
name = { vi = "Nhóm đất đai", en = "Land desk" }
[[outcomes]]
id = "done"
name = { vi = "Đã nhận", en = "Received" }
[[zones]]
id = "a"
name = { vi = "Tầng 1", en = "Ground floor" }
counters = ["1", "2"]
[tickets]
one_each = true
per_person = 4
many_from = 5
[bookings]
early_s = 3600
public = true
[phone]
numbers = true
[[counters]]
id = "6"
name = "Giúp"
services = ["H", "A", { service = "R", wait_over_s = 600 }, { service = "N", idle = true }]
groups = ["land"]
[[counters]]
id = "7"
name = "Chia"
services = ["H", "A", { service = "X", wait_over_s = 90, idle = true }]
weights = { H = 2 }
mode = "ordinary"
"""
    file = tmp_path / "hall.toml"
    file.write_text(changed("prefer_s = 600", "outcome_required = true\nsign_in = true") + more, "utf-8")
    hall = load_halls(file)["phutho"]
    vi, en = explain(hall), explain(hall, "en")
    assert len(vi) == len(en)
    for line in (
        "Quầy 6 (Giúp): gọi H, rồi A; giúp R khi có người chờ từ 10 phút; giúp N khi rảnh; thuộc nhóm land",
        "Quầy 7 (Chia): chia lượt gọi H 2 : A 1; giúp X khi rảnh và có người chờ từ 90 giây; chỉ khách thường",
        "Nhóm land (Nhóm đất đai): quầy 6",
        "Khu a (Tầng 1): quầy 1, 2",
        "Ngoài các khu: quầy 3, 4, 5, 6, 7",
        "Hẹn giờ: nhận số từ 1 giờ trước đến 15 phút sau giờ hẹn; muộn hơn thì là khách thường",
        "Người dân tự đặt lịch: đến 6 ngày sau, mỗi 30 phút một lượt, mỗi người 2 lịch hẹn",
        "Lấy số bằng điện thoại trong sảnh: mã đổi sau 3 phút, 30 số mỗi mã",
        "Xin đến muộn 10 phút trên điện thoại: 1 lần mỗi số",
        "Mỗi người một số đang chờ cho mỗi lĩnh vực",
        "Mỗi người nhiều nhất 4 số một ngày",
        "Từ 5 hồ sơ: gọi một lượt sau 3 người khác, không trước ai đến sớm hơn",
        "Kết quả khi xong (bắt buộc ghi): Đã nhận",
        "Cán bộ phải đăng nhập bằng PIN tại quầy",
    ):
        assert line in vi
    for line in (
        (
            "Counter 6 (Giúp): calls H, then A; helps R when somebody waits 10 min or more; helps N when idle; "
            "in the group land"
        ),
        (
            "Counter 7 (Chia): shares its calls H 2 : A 1; helps X when idle and somebody waits 90 s or more; "
            "ordinary visitors only"
        ),
        "At most 4 tickets per person and day",
        "Outcomes (one is required): Received",
    ):
        assert line in en


def test_every_problem_is_said_at_once_in_both_languages(tmp_path: Path) -> None:
    message = refusal(tmp_path, changed("priority_calls = 2", "priority_calls = 0").replace('["R"]', '["R", "Z"]'))
    assert "must be 1 to 20" in message
    assert "phải từ 1 đến 20" in message
    assert "unknown service `Z`" in message


def test_explaining_a_hall_warns_of_a_service_that_one_counter_takes() -> None:
    hall = load_halls()["phutho"]
    assert any("R" in line and "5" in line for line in explain(hall) if line.startswith("!"))
    assert len(explain(hall, "en")) == len(explain(hall, "vi"))
