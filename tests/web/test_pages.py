"""Pages: who may see which, in which language, with which policy; and the files they load."""

import json
import re

import pytest

from tests.web.conftest import PASSWORD, Server, sign_in

RANK = ("display", "kiosk", "counter", "supervisor")


@pytest.mark.parametrize("role", RANK)
async def test_a_page_opens_for_its_role_and_those_above(server: Server, role: str) -> None:
    for page in RANK:
        token = await server.accounts.create_token("shut", role)
        answer = await server.client.get(f"/halls/shut/page/{page}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == (200 if RANK.index(role) >= RANK.index(page) else 403)


async def test_an_open_hall_shows_its_board_to_everybody_and_nothing_else(server: Server) -> None:
    found = {page: (await server.client.get(f"/halls/open/page/{page}")).status for page in RANK}
    assert found == {"display": 200, "kiosk": 401, "counter": 401, "supervisor": 401}


async def test_a_screen_of_an_open_hall_can_be_joined(server: Server) -> None:
    answer = await server.client.get("/halls/open/page/display?join")
    assert (answer.status, 'id="code"' in await answer.text()) == (200, True)
    token = await server.accounts.create_token("open", "display")
    answer = await server.client.get("/halls/open/page/display?join", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, 'id="code"' in await answer.text()) == (200, False)


async def test_administration_leads_to_the_sign_in_and_back(server: Server) -> None:
    answer = await server.client.get("/halls/shut/admin?code=K7M-4QX", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/login?next=/halls/shut/admin?code%3DK7M-4QX")
    await server.accounts.create_user("it", PASSWORD, "admin", "shut")
    form = {"user": "it", "password": PASSWORD, "next": "/halls/shut/admin?code=K7M-4QX"}
    page = await (await server.client.post("/login", data=form)).text()
    assert 'value="K7M-4QX"' in page
    await server.accounts.create_user("an", PASSWORD, "supervisor", "shut")
    await sign_in(server, "an")
    answer = await server.client.get("/halls/shut/admin", headers={"Accept": "text/html"})
    assert answer.status == 403
    assert "Trang này cần quyền khác" in await answer.text()


async def test_the_language_is_chosen_kept_and_never_guessed(server: Server) -> None:
    first = await server.client.get("/login", headers={"Accept-Language": "en"})
    assert '<html lang="vi"' in await first.text()
    chosen = await server.client.get("/login?lang=en")
    assert "Start work" in await chosen.text()
    assert '<html lang="en"' in await (await server.client.get("/login")).text()
    assert '<html lang="vi"' in await (await server.client.get("/login?lang=vi")).text()
    assert '<html lang="vi"' in await (await server.client.get("/login?lang=fr")).text()


async def test_home_names_every_hall_with_its_province(server: Server) -> None:
    page = await (await server.client.get("/")).text()
    for hall in ("open", "shut"):
        for name in ("board", "kiosk", "counter", "monitor", "admin"):
            assert f'href="/halls/{hall}/{name}"' in page
    assert "tỉnh Phú Thọ" in page


async def test_the_policy_allows_the_pages_own_scripts_and_nothing_inline(server: Server) -> None:
    answer = await server.client.get("/halls/shut/page/kiosk")
    page = await answer.text()
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    assert f'<script type="importmap" nonce="{nonce[1]}">' in page
    assert " style=" not in page
    assert not re.search(r"\son\w+=", page)
    again = await server.client.get("/halls/shut/page/kiosk")
    assert nonce[0] not in again.headers["Content-Security-Policy"]


async def test_names_cannot_break_out_of_a_page(server: Server) -> None:
    token = await server.accounts.create_token("shut", "display", None, "</script><script>alert(1)</script>")
    answer = await server.client.get("/halls/shut/page/kiosk", headers={"Authorization": f"Bearer {token}"})
    page = await answer.text()
    assert "<script>alert" not in page
    data = re.search(r'id="data">(.*?)</script>', page)
    assert data
    assert json.loads(data[1])["who"]["name"] == "</script><script>alert(1)</script>"


async def test_files_are_kept_for_ever_under_their_version(server: Server) -> None:
    assets = server.entrance.assets
    answer = await server.client.get(assets.url("js/pages/join.js"))
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    again = await server.client.get(assets.url("js/pages/join.js"), headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304
    older = await server.client.get("/static/000000000000/js/pages/join.js")
    assert (older.status, older.headers["Cache-Control"]) == (200, "no-cache")
    font = await server.client.get("/fonts/SourceSansPro-Bold.ttf")
    assert (font.status, font.headers["Content-Type"]) == (200, "font/ttf")


@pytest.mark.parametrize(
    "path", ["../pyproject.toml", "%2e%2e/pyproject.toml", "js", "css/", "nothing.css", "..%2f..%2fx"]
)
async def test_only_files_that_are_there_are_served(server: Server, path: str) -> None:
    for prefix in (server.entrance.assets.prefix, "/fonts/"):
        assert (await server.client.get(prefix + path)).status == 404


async def test_figures_count_refusals(server: Server) -> None:
    await server.client.get("/nothing")
    text = await (await server.client.get("/metrics")).text()
    assert 'hallsys_refusals_total{code="not_found"} 1.0' in text
    assert (await server.client.get("/readyz")).status == 200
