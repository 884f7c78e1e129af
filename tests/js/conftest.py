"""A browser with the pages' own modules in it, and nothing else."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright

STATIC = Path(__file__).parents[2] / "static"
Blank = Callable[[web.Application], Awaitable[Page]]


@pytest.fixture(scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        await browser.close()


@pytest.fixture
async def blank(browser: Browser) -> AsyncIterator[Blank]:
    """`await blank(app)`: an empty page served by an application, where `import("hallsys/…")` works. A script
    that fails fails the test."""
    servers: list[TestServer] = []
    pages: list[Page] = []
    errors: list[str] = []

    async def opened(app: web.Application) -> Page:
        imports = json.dumps({"imports": {"hallsys/": "/js/"}})
        html = f'<!doctype html><html lang="vi"><title>blank</title><script type="importmap">{imports}</script>'

        async def shell(request: web.Request) -> web.Response:
            return web.Response(text=html, content_type="text/html")

        app.router.add_get("/", shell)
        app.router.add_static("/js/", STATIC / "js")
        server = TestServer(app)
        await server.start_server()
        servers.append(server)
        page = await browser.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: errors.append(str(error)))
        await page.goto(str(server.make_url("/")))
        return page

    yield opened
    for page in pages:
        await page.close()
    for server in servers:
        await server.close()
    assert not errors
