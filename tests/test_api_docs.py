"""Runs every example of docs/API.md in its order, as it stands there, and compares the answers."""

import asyncio
import json
import re
import shlex
from pathlib import Path
from typing import Any

import httpx

from echo_app.api.application import create_api
from tests.people import Company

PAGE = Path(__file__).parents[1] / "docs" / "API.md"
EXAMPLE = re.compile(r"```sh\n(curl .*?)\n```\n```(json|events|text)\n(.*?)\n```", re.DOTALL)
ANY = "…"


def request(curl: str, names: dict[str, str]) -> dict[str, Any]:
    """What the curl command asks for, with the names filled in, as httpx takes it."""
    for name, value in names.items():
        curl = curl.replace(f"${name}", value)
    words = shlex.split(curl.replace("\\\n", " "))[1:]
    asked: dict[str, Any] = {"method": "GET", "headers": {}}
    method = None
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _, value = words.pop(0).partition(": ")
            asked["headers"][name] = value
        elif word == "-X":
            method = words.pop(0)
        elif word == "-d":
            asked["content"], asked["method"] = words.pop(0).encode(), "POST"
        elif word != "-N":
            asked["url"] = word
    return asked | ({"method": method} if method else {})


def compare(shown: Any, found: Any, names: dict[str, str]) -> None:
    """The answer has the example's fields and values; a `$NAME` seen for the first time is learned."""
    if shown == ANY:
        return
    if isinstance(shown, dict):
        assert isinstance(found, dict)
        assert set(shown) == set(found)
        for key, value in shown.items():
            compare(value, found[key], names)
    elif isinstance(shown, list):
        assert len(shown) == len(found)
        for one, other in zip(shown, found, strict=True):
            compare(one, other, names)
    elif isinstance(shown, str) and shown.startswith("$"):
        assert names.setdefault(shown[1:], found) == found
    else:
        assert shown == found


async def answered(http: httpx.AsyncClient, asked: dict[str, Any]) -> httpx.Response:
    """The answer; a document's is asked for until it was read."""
    for _ in range(100):
        answer = await http.request(**asked)
        if not re.search(r"/documents/\w+$", asked["url"]):
            break
        if answer.json().get("status") not in ("queued", "processing"):
            break
        await asyncio.sleep(0.1)
    return answer


async def test_every_example_is_true(http: httpx.AsyncClient, company: Company, address: str) -> None:
    names = {"ECHO_URL": address, "ECHO_KEY": company.api_key}
    for curl, kind, expected in EXAMPLE.findall(PAGE.read_text()):
        answer = await answered(http, request(curl, names))
        if kind == "events":
            assert (
                list(dict.fromkeys(re.findall(r"^event: (\w+)$", answer.text, re.MULTILINE)))
                == expected.split()
            )
            continue
        status, _, body = expected.partition(" ")
        assert answer.status_code == int(status), answer.text
        if kind == "text":
            assert answer.text.strip() == body
            continue
        compare(json.loads(body), answer.json(), names)


def test_every_call_has_an_example() -> None:
    page = PAGE.read_text()
    assert page.count("```sh\n") == len(EXAMPLE.findall(page))
    for path, methods in create_api().openapi()["paths"].items():
        address = re.escape(path).replace(r"\{id\}", r"\$\w+")
        for method in methods:
            examples = [curl for curl, _, _ in EXAMPLE.findall(page) if re.search(address + r'["?]', curl)]
            assert any(request(curl, {})["method"] == method.upper() for curl in examples), f"{method} {path}"
