"""The description of the API, and what a machine that reads it finds (PROTOCOL: `/api/openapi.json`)."""

import re
import uuid
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from hallsys.core.commands import COMMANDS
from hallsys.errors import STATUS
from tests.running import JSON, Door, Running

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
EXAMPLES = 12
"""For each operation and mode."""
REAL = {
    "service": ["A", "H", "Z"],
    "counter": ["1", "2", "99"],
    "to_counter": ["1", "2", "99"],
    "ticket": ["A001", "A002", "H001", "A999"],
}
"""What a hall knows, and something it does not: random names would only ever be unknown."""


async def described(door: Door) -> JSON:
    reply = await door.ask("GET", "/api/openapi.json")
    assert reply.status == 200
    description: JSON = reply.json
    return description


async def test_every_route_of_the_api_is_described(server: Running) -> None:
    paths = (await described(server.nobody))["paths"]
    served = set()
    for route in server.server._runner.app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if path.startswith("/api/v1/") and route.method != "HEAD":
            names = COMMANDS if "{name}" in path else [""]
            served |= {(route.method.lower(), path.replace("{name}", name)) for name in names}
    written = {(method, path) for path, methods in paths.items() for method in methods if path.startswith("/api/v1/")}
    assert written == served
    assert {"/healthz", "/readyz", "/metrics", "/halls/{hall}/voice/{id}.mp3"} <= set(paths)


async def test_the_description(server: Running) -> None:
    description = await described(server.nobody)
    assert description["openapi"].startswith("3.1.")
    assert set(description["components"]["securitySchemes"]) == {"token", "session"}
    error = description["components"]["schemas"]["Refused"]["properties"]["error"]
    assert error == {"$ref": "#/components/schemas/Refusal"}
    assert set(description["components"]["schemas"]["Refusal"]["properties"]["code"]["enum"]) == set(STATUS)
    issue = description["paths"]["/api/v1/halls/{hall}/commands/issue"]["post"]
    assert issue["requestBody"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Issue"}
    assert {"200", "400", "401", "403", "404", "409", "413", "422", "503"} <= set(issue["responses"])
    references = set(re.findall(r'"#/components/schemas/(\w+)"', str(description).replace("'", '"')))
    assert references <= set(description["components"]["schemas"])


async def test_a_machine_finds_nothing_wrong(child: Door) -> None:
    """Lawful and unlawful requests by the description, to every operation, as an administrator."""
    assert child.token
    for counter in "12":
        await child.do("open_counter", counter=counter)
    for service in "AH" * 10:
        await child.do("issue", service=service)
    schema = schemathesis.openapi.from_dict(real(await described(child)))
    for found in schema.get_all_operations():
        operation = found.ok()  # type: ignore[union-attr]
        takes = operation.body or operation.query  # without them there is nothing to get wrong but the hall
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE) if takes else (GenerationMode.POSITIVE,):

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def holds(case: Case[Any]) -> None:
                if case.headers.get("Idempotency-Key") and mode is GenerationMode.POSITIVE:  # noqa: B023
                    case.headers["Idempotency-Key"] = uuid.uuid4().hex  # or most would only be used keys
                case.call_and_validate(
                    base_url=child.address, headers={"Authorization": f"Bearer {child.token}"}, checks=CHECKS
                )

            holds()


def real(description: Any) -> Any:
    """The description with the names that the sample hall knows."""
    for path in description["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["name"] == "hall":
                    parameter["schema"]["enum"] = ["phutho"]
    for name in {kind.__name__ for kind in COMMANDS.values()}:
        for field, schema in description["components"]["schemas"][name]["properties"].items():
            if field in REAL and schema.get("type") == "string":
                schema["enum"] = REAL[field]
    return description
