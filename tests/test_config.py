"""Settings and hall files: what is read, what wins, and what is said when something is wrong."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from hallsys.config import SETTINGS, ConfigError, Settings
from hallsys.hallcheck import explain
from hallsys.hallfile import load_halls
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
        ("stale_s = 30", 'stale_s = 30\nquiet_hours = [["11:30", "11:30"]]', "voice.quiet_hours", "two different times"),
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


def test_every_problem_is_said_at_once_in_both_languages(tmp_path: Path) -> None:
    message = refusal(tmp_path, changed("priority_calls = 2", "priority_calls = 0").replace('["R"]', '["R", "Z"]'))
    assert "must be 1 to 20" in message
    assert "phải từ 1 đến 20" in message
    assert "unknown service `Z`" in message


def test_explaining_a_hall_warns_of_a_service_that_one_counter_takes() -> None:
    hall = load_halls()["phutho"]
    assert any("R" in line and "5" in line for line in explain(hall) if line.startswith("!"))
    assert len(explain(hall, "en")) == len(explain(hall, "vi"))
