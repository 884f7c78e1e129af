"""The kiosk's search in the browser finds what the one in Python finds, in the same order."""

import random

import msgspec
import pytest
from aiohttp import web

from hallsys.hallfile import load_halls
from hallsys.kiosk.procedures import Procedures, load_procedures
from hallsys.resources import resource
from tests.js.conftest import Blank

pytestmark = pytest.mark.browser

QUERIES = ["khai sinh", "khaisinh", "KHAI SINH", "Khai  Sinh", "sinh khai", "1.001193", "chung thuc", "đất", "DAT DAI"]
QUERIES += ["kha sinh", "khai sihn", "ket hom", "x", "", "  ", "zzzz", "hộ kinh doanh", "ho kinh", "sổ đỏ", "so do"]

SEARCH = """async ({ all, queries }) => {
  const { Procedures } = await import("hallsys/kiosk/search.js");
  const procedures = new Procedures(all);
  return queries.map((query) => procedures.search(query).map(({ name }) => name));
}"""


def slips(names: list[str], count: int) -> list[str]:
    """Queries as a finger makes them: a part of a name with letters changed, lost or swapped."""
    chance = random.Random(6)
    made = []
    for _ in range(count):
        words = chance.choice(names).split()
        at = chance.randrange(len(words))
        letters = list(" ".join(words[at : at + chance.randint(1, 3)]))
        for _ in range(chance.randint(0, 2)):
            place = chance.randrange(len(letters))
            letters[place] = chance.choice(["", letters[place] * 2, chance.choice("aeghinoqtu"), " "])
        made.append("".join(letters))
    return made


async def test_both_searches_find_the_same(blank: Blank) -> None:
    services = {service.id: service.name.vi for service in load_halls(None)["phutho"].services}
    known, left_out = load_procedures(resource("samples/procedures.csv"), services)
    assert not left_out
    queries = QUERIES + slips([procedure.name for procedure in known], 300)
    page = await blank(web.Application())
    seen = await page.evaluate(SEARCH, {"all": msgspec.to_builtins(known), "queries": queries})
    here = Procedures(known)
    wanted = [[procedure.name for procedure in here.search(query)] for query in queries]
    assert {query: found for query, found, want in zip(queries, seen, wanted, strict=True) if found != want} == {}
    assert sum(bool(found) for found in seen) > len(queries) / 2
