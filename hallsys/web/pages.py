"""HTML pages: the only door to Jinja2. Templates of a wing lie in `hallsys/<wing>/templates/<wing>/`."""

import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from hallsys.config import HallConfig
from hallsys.texts import DEFAULT, LANGUAGES, Texts
from hallsys.web.assets import Assets

LANGUAGE_COOKIE: Final = "hallsys_lang"
_A_YEAR: Final = 31_536_000
_THEMES: Final = ("light", "dark")
_PACKAGE: Final = Path(__file__).resolve().parents[1]

POLICY: Final = (
    "default-src 'self'; script-src 'self'{nonce}; style-src 'self'; img-src 'self' data:; media-src 'self' blob:; "
    "connect-src 'self'; object-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)


class Pages:
    """Renders the pages of every wing with one base, one language choice and one content security policy."""

    def __init__(self, texts: Texts, assets: Assets) -> None:
        self._texts = texts
        self._assets = assets
        self._say = {language: _Sayer(texts, language) for language in LANGUAGES}
        self._import_map = _script_json({"imports": {"hallsys/": assets.url("js/")}})
        self._jinja = Environment(
            loader=FileSystemLoader(sorted(_PACKAGE.glob("*/templates"))),
            autoescape=True,
            auto_reload=False,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(
        self,
        request: web.Request,
        template: str,
        *,
        hall: HallConfig | None = None,
        domains: Sequence[str] = (),
        data: Mapping[str, Any] | None = None,
        status: int = 200,
        theme: str = "light",
        keeps: bool = True,
        **context: object,
    ) -> web.Response:
        """A page as an answer.

        `template` is `<wing>/<page>.html`; `domains` are the catalogs that its script needs; `data` is for the script
        (JSON); `context` is for the template. `theme` is the page's default, `?theme=light|dark` overrules it. Unless
        it `keeps` it, a page leaves no cookie for the language that its address asks for.
        """
        language = page_language(request)
        nonce = secrets.token_urlsafe(16)
        who = request.get("who")
        wished = request.query.get("theme", theme)
        public = {
            "hall": hall.id if hall else None,
            "page": Path(template).stem,
            "who": {"role": who.role, "counter": who.counter, "name": who.name} if who else None,
            "lang": language,
            **(data or {}),
        }
        html = self._jinja.get_template(template).render(
            context,
            lang=language,
            t=self._say[language],
            nonce=nonce,
            hall=hall,
            who=who,
            static=self._assets.url,
            theme=wished if wished in _THEMES else theme,
            status=status,
            path=request.path,
            import_map=self._import_map,
            data=public,
            data_json=_script_json(public),
            texts_json=_script_json(self._texts.domain(language, *domains)),
        )
        response = web.Response(text=html, content_type="text/html", status=status)
        response.headers["Content-Security-Policy"] = POLICY.format(nonce=f" 'nonce-{nonce}'")
        response.headers["Content-Language"] = language
        if keeps and request.query.get("lang") == language and request.cookies.get(LANGUAGE_COOKIE) != language:
            response.set_cookie(LANGUAGE_COOKIE, language, max_age=_A_YEAR, path="/", samesite="Lax")
        return response


class _Sayer:
    """`t(key, **params)` of a template: a message in the page's language."""

    def __init__(self, texts: Texts, language: str) -> None:
        self._texts = texts
        self._language = language

    def __call__(self, key: str, /, **params: object) -> str:
        return self._texts.say(self._language, key, **params)


def page_language(request: web.Request) -> str:
    """The language of a page: `?lang=`, else what this browser chose before, else Vietnamese.

    Not `Accept-Language`: the browsers of a hall's devices are often installed in English, its readers are not.
    """
    for wish in (request.query.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LANGUAGES:
            return wish
    return DEFAULT


def _script_json(value: object) -> Markup:
    """JSON that may stand inside `<script>`: nothing in it can close the element or open a comment."""
    text = msgspec.json.encode(value).decode()
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704
