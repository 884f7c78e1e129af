"""The command line, run as people run it: what it prints where, and that it works beside a server and without one."""

import argparse
import asyncio
import json
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from hallsys.cli import Command, parser
from hallsys.store.binary import find_server
from hallsys.store.connection import StoreDown, connect
from hallsys.store.embedded import Embedded
from tests.child import hallsys, serving

ROOT = Path(__file__).parent.parent
CREATE = ("token", "create", "--hall", "phutho", "--role")
PASSWORD = "một câu dễ nhớ"
KEY = {"Idempotency-Key": "the-same-key-twice"}


def commands(above: argparse.ArgumentParser | None = None, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every command and verb."""
    for action in (above or parser())._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, below in action.choices.items():
                yield (*words, name)
                yield from commands(below, (*words, name))


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_each_command_has_a_help_worth_reading_in_both_languages(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        parser().parse_args([*words, "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert re.search("[ạảãàáâậầấẩẫăắằặẳẵđêếềểễệôốồổỗộơớờởỡợưứừửữựỉịọủụ]", said), "nothing in Vietnamese"
    about = said.split("\n\n", 1)[1].partition("\n\n")[0]
    assert re.search(r"\. [A-Z][a-z]+ ", about), f"no English beside it: {about}"
    for flag in re.findall(r"^  (-.*)$", said, re.MULTILINE):
        assert len(flag.split()) > 1, f"{flag} says nothing"


@pytest.mark.parametrize("words", list(commands()), ids=" ".join)
def test_each_command_is_in_the_pages(words: tuple[str, ...]) -> None:
    page = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert f"`hallsys {' '.join(words)}" in page


@pytest.mark.parametrize("page", ["README.md", "docs/commands.md"])
def test_no_command_stands_in_the_pages_that_does_not_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    named = re.findall(r"(?:`|^)(?:\.venv/bin/)?hallsys ([a-z]+)", text, re.MULTILINE)
    assert named
    assert set(named) <= {words[0] for words in commands()}


def test_help_and_tokens_load_neither_server_nor_sound() -> None:
    """Each of these takes long to import; a command that needs none of them should be quick."""
    heavy = ["aiohttp", "jinja2", "numpy", "rich", "websockets", "prometheus_client", "babel", "pyttsx3"]
    code = (
        "import sys; from hallsys.cli import parser; import hallsys.office.accounts;"
        "parser().parse_args(['token', 'list']); print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, *heavy], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_server_starts_without_what_it_may_never_need() -> None:
    later = [
        "numpy",
        "rich",
        "websockets",
        "pyttsx3",
        "lameenc",
        "playwright",
        "hallsys.simulate",
        "hallsys.live.client",
    ]
    code = "import sys, hallsys.app; print([name for name in sys.argv[1:] if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code, *later], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_rooms_flags_are_added_when_their_command_is_chosen() -> None:
    chosen = parser().parse_args(["simulate", "--tickets", "7"])
    assert chosen.tickets == 7
    assert isinstance(parser(), Command)


# -- tokens and users ------------------------------------------------------------------------------------------------


@asynccontextmanager
async def posting(address: str, token: str | None) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession(address, headers=headers) as http:
        yield http


async def status(address: str, path: str, token: str) -> int:
    async with posting(address, token) as http, http.get(path) as answer:
        return answer.status


async def test_a_token_works_beside_a_server_and_without_one_and_can_be_revoked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    early = await hallsys(data, *CREATE, "supervisor", "--name", "trước")
    assert re.fullmatch(r"hs_[\w-]{43}\n", early.out)
    async with serving(data) as server:
        address = await server.ready()
        late = await hallsys(data, *CREATE, "supervisor", "--name", "sau")
        assert re.fullmatch(r"hs_[\w-]{43}\n", late.out)
        path = "/api/v1/halls/phutho/tickets"
        for done in (early, late):
            assert await status(address, path, done.out.strip()) == 200
        listed = (await hallsys(data, "token", "list")).out.splitlines()
        assert [line.split()[-1] for line in listed] == ["NAME", "trước", "sau"]
        assert (await hallsys(data, "token", "revoke", listed[1].split()[0])).code == 0
        assert (await hallsys(data, "token", "revoke", "-", given=late.out)).code == 0
        async with asyncio.timeout(120):
            while {await status(address, path, done.out.strip()) for done in (early, late)} != {401}:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert json.loads((await hallsys(data, "token", "list", "--json")).out) == []


@pytest.mark.parametrize("which", ["", "hs_nobody", "abc", "0" * 12])
async def test_only_what_is_one_token_is_revoked(which: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    await hallsys(data, *CREATE, "display")
    done = await hallsys(data, "token", "revoke", which)
    assert done.code == 1
    assert "hallsys token list" in done.err
    assert len(json.loads((await hallsys(data, "token", "list", "--json")).out)) == 1


async def test_a_user_signs_in_with_the_password_of_standard_input(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with serving(data) as server:
        address = await server.ready()
        words = ("user", "create", "--hall", "phutho", "--role", "admin", "--name", "Chị Lan")
        done = await hallsys(data, *words, given=PASSWORD + "\n")
        assert (done.code, done.out) == (0, "")
        again = await hallsys(data, *words, given=PASSWORD + "\n")
        assert again.code == 1
        assert len(again.err.splitlines()) == 2
        nowhere = ("user", "create", "--hall", "phutho,nowhere", "--role", "supervisor", "--name", "Anh Tư")
        assert (await hallsys(data, *nowhere, given=PASSWORD + "\n")).code == 1
        form = {"user": "Chị Lan", "password": PASSWORD}
        async with posting(address, None) as http, http.post("/login", data=form, allow_redirects=False) as answer:
            assert answer.status == 303
        assert "Chị Lan" in (await hallsys(data, "user", "list")).out
        gone = await hallsys(data, "user", "remove", "chị lan")
        assert gone.code == 0
        assert "No administrator is left" in gone.err
        assert json.loads((await hallsys(data, "user", "list", "--json")).out) == []
        assert (await hallsys(data, "user", "remove", "chị lan")).code == 1


async def test_an_officers_pin_of_standard_input(tmp_path: Path) -> None:
    data = tmp_path / "data"
    who = ("--hall", "phutho", "--name", "Lan")
    async with serving(data) as server:
        await server.ready()
        await hallsys(data, "user", "create", *who, "--role", "counter", given=PASSWORD + "\n")
        done = await hallsys(data, "user", "pin", *who, given="2580\n")
        assert (done.code, done.out) == (0, "")
        assert "2580" not in done.err
        assert "Lan has a new PIN" in done.err
        assert json.loads((await hallsys(data, "user", "list", "--json")).out)[0]["pin"] is True
        weak = await hallsys(data, "user", "pin", *who, given="1234\n")
        assert (weak.code, "4 to 8 digits" in weak.err) == (1, True)
        assert (await hallsys(data, "user", "pin", *who, "--remove")).code == 0
        assert json.loads((await hallsys(data, "user", "list", "--json")).out)[0]["pin"] is False
        unknown = await hallsys(data, "user", "pin", "--hall", "phutho", "--name", "Hùng", given="2580\n")
        assert unknown.code == 1


async def test_accounts_of_a_shared_store_need_no_data_folder(tmp_path: Path) -> None:
    async with Embedded(tmp_path / "shared") as shared:
        url = {"HALLSYS_REDIS_URL": shared.url}
        token = (await hallsys(tmp_path / "a", *CREATE, "supervisor", **url)).out.strip()
        async with serving(tmp_path / "b", **url) as server:
            assert await status(await server.ready(), "/api/v1/halls/phutho/tickets", token) == 200
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((*CREATE[:3], "nowhere", "--role", "display"), "hall"),
        ((*CREATE, "counter", "--counter", "77"), "counter"),
        (("user", "create", "--hall", "phutho", "--role", "admin", "--name", "x"), "8"),
    ],
)
async def test_a_mistake_is_said_in_both_languages(words: tuple[str, ...], says: str, tmp_path: Path) -> None:
    done = await hallsys(tmp_path / "data", *words, given="short\n")
    assert (done.code, done.out) == (1, "")
    vietnamese, english = done.err.splitlines()
    assert says in english
    assert vietnamese != english


# -- backup ----------------------------------------------------------------------------------------------------------


async def test_a_hall_moves_to_another_machine_by_a_backup_made_while_it_works(tmp_path: Path) -> None:
    data, other, file = tmp_path / "data", tmp_path / "other", tmp_path / "backup"
    issue = "/api/v1/halls/phutho/commands/issue"
    async with serving(data) as server:
        address = await server.ready()
        token = (await hallsys(data, *CREATE, "kiosk")).out.strip()
        async with posting(address, token) as kiosk:
            async with kiosk.post(issue, json={"service": "A"}, headers=KEY) as answer:
                ticket = await answer.json()
            async with kiosk.post(issue, json={"service": "A"}, headers={"Idempotency-Key": "another-one"}) as answer:
                assert answer.status == 200
        made = await hallsys(data, "backup", str(file))
        assert (made.code, made.out) == (0, "")
        refused = await hallsys(data, "restore", str(file), "--replace")
        assert refused.code == 1
        assert "Stop it" in refused.err
    back = await hallsys(other, "restore", str(file))
    assert back.code == 0
    assert "phutho" in back.err
    assert (await hallsys(other, "restore", str(file))).code == 1
    assert (await hallsys(other, "restore", str(file), "--replace")).code == 0
    async with serving(other) as server:
        address = await server.ready()
        async with posting(address, token) as kiosk:
            async with kiosk.post(issue, json={"service": "A"}, headers=KEY) as answer:
                assert await answer.json() == ticket, "the same request finds its first answer"
            async with kiosk.post(issue, json={"service": "A"}, headers={"Idempotency-Key": "a-third-one"}) as answer:
                assert (await answer.json())["result"]["ticket"]["label"] == "A003"
        async with posting(address, None) as phone, phone.get(f"/t/{ticket['result']['token']}") as answer:
            assert answer.status == 200
            assert "A001" in await answer.text()


async def test_nothing_is_no_backup(tmp_path: Path) -> None:
    done = await hallsys(tmp_path / "wrong", "backup", str(tmp_path / "backup"))
    assert done.code == 1
    assert str(tmp_path / "wrong") in done.err
    assert not (tmp_path / "wrong").exists()
    assert not (tmp_path / "backup").exists()
    done = await hallsys(tmp_path / "data", "restore", str(tmp_path / "backup"))
    assert done.code == 1
    await hallsys(tmp_path / "data", *CREATE, "display")
    done = await hallsys(tmp_path / "data", "backup", str(tmp_path / "no" / "folder"))
    assert done.code == 1
    assert str(tmp_path / "no" / "folder") in done.err


# -- doctor ----------------------------------------------------------------------------------------------------------


async def findings(data: Path, **environ: str) -> tuple[int, dict[str, tuple[str, str, str]]]:
    done = await hallsys(data, "doctor", "--json", **environ)
    return done.code, {one["check"]: (one["state"], one["vi"], one["en"]) for one in json.loads(done.out)}


async def test_the_doctor_finds_a_sound_machine_sound_and_changes_nothing(tmp_path: Path) -> None:
    code, found = await findings(tmp_path / "data")
    assert code == 0, found
    machine = {"config", "python", "packages", "pages", "voice", "clock", "data", "binary", "store", "port"}
    assert machine | {"printer", "dossiers"} == set(found)
    assert all(vi and en for _, vi, en in found.values())
    assert not (tmp_path / "data").exists()


async def test_the_doctor_knows_its_own_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with serving(data) as server:
        port = (await server.ready()).rpartition(":")[2]
        code, found = await findings(data, HALLSYS_PORT=port)
        assert code == 0
        assert found["port"][0] == "ok"
        assert "valkey" in found["store"][1]
        assert found["admin"][0] == "warn"
        assert "hallsys user create" in found["admin"][2]


async def test_the_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    (tmp_path / "hall.toml").write_text("id = 3")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, found = await findings(
            tmp_path / "data",
            HALLSYS_PORT=str(taken.getsockname()[1]),
            HALLSYS_CONFIG=str(tmp_path / "hall.toml"),
            HALLSYS_REDIS_URL="redis://127.0.0.1:1",
        )
    assert code == 1
    assert {name for name, (state, _, _) in found.items() if state == "fail"} == {"config", "data", "port", "store"}
    assert "--port" in found["port"][2]
    assert "--data" in found["data"][2]
    assert "hall.toml:1" in found["config"][1] + found["config"][2]


async def test_the_doctor_warns_of_a_store_that_forgets(tmp_path: Path) -> None:
    (tmp_path / "conf").write_text('port 0\nunixsocket s\nsave ""\nappendonly no\nmaxmemory-policy allkeys-lru\n')
    store = await asyncio.create_subprocess_exec(find_server(), "conf", cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        url = f"unix://{tmp_path}/s"
        connection = connect(url)
        async with asyncio.timeout(120):
            while True:
                try:
                    await connection.ping()
                    break
                except StoreDown:
                    await asyncio.sleep(0.01)
        await connection.close()
        done = await hallsys(tmp_path / "data", "doctor", HALLSYS_REDIS_URL=url)
    finally:
        store.kill()
        await store.wait()
    assert done.code == 1
    assert "appendfsync always" in done.out
    assert "noeviction" in done.out
