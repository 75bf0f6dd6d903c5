"""Documents over HTTP: lists, new versions, originals, ZIP files."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.knowledge.packed import docx, locked, paragraph, zipped
from tests.knowledge.pdfs import pdf
from tests.people import Company


async def read(api: httpx.AsyncClient, document_id: str) -> dict[str, Any]:
    """The document when it was read."""
    for _ in range(200):
        body: dict[str, Any] = (await api.get(f"/api/v1/documents/{document_id}")).json()
        if body["status"] in ("ready", "failed"):
            return body
        await asyncio.sleep(0.05)
    raise AssertionError(body)


async def uploaded(api: httpx.AsyncClient, name: str, content: bytes) -> httpx.Response:
    return await api.post("/api/v1/documents", files={"file": (name, content)})


async def hits(api: httpx.AsyncClient, query: str) -> list[str]:
    answer = await api.post("/api/v1/search", json={"query": query})
    return [hit["content"] for hit in answer.json()["hits"]]


class TestUpload:
    async def test_a_word_document_and_a_table_of_questions_are_read(self, api: httpx.AsyncClient) -> None:
        letter = await uploaded(api, "letter.docx", docx(paragraph("The lid is covered for three years.")))
        table = await uploaded(api, "faq.csv", b"Frage;Antwort\nWie lange?;Zwei Tage.\nWo?;Hier.\n")
        assert (await read(api, letter.json()["id"]))["chunks"] == 1
        body = await read(api, table.json()["id"])
        assert (body["format"], body["chunks"], body["language"]) == ("csv", 2, "de")

    async def test_what_is_no_document_is_refused_with_a_sentence(self, api: httpx.AsyncClient) -> None:
        answer = await uploaded(
            api, "table.xlsx", zipped({"[Content_Types].xml": "x", "xl/workbook.xml": "x"})
        )
        assert answer.status_code == 415
        answer = await uploaded(api, "words.txt", b"\x89PNG\r\n\x1a\n\x00\x00")
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "document_binary")


class TestArchive:
    async def test_each_file_is_a_document_and_what_is_wrong_with_one_is_told(
        self, api: httpx.AsyncClient
    ) -> None:
        content = zipped(
            {
                "help/returns.md": "# Returns\n\nWithin 47 days.",
                "../../etc/passwd.txt": "Words of a file that leads nowhere.",
                "help/again.md": "# Returns\n\nWithin 47 days.",
                "manual.pdf": pdf(["Descale the kettle once a month."]),
                "setup.exe": b"MZ\x00",
                "inner.zip": zipped({"a.md": "x"}),
                "empty.txt": b" ",
                "__MACOSX/._returns.md": b"\x00",
            }
        )
        answer = await uploaded(api, "help.zip", content)
        assert answer.status_code == 202
        items = {item["name"]: item for item in answer.json()["items"]}
        assert list(items) == [
            "returns.md", "passwd.txt", "again.md", "manual.pdf", "setup.exe", "inner.zip", "empty.txt",
        ]  # fmt: skip
        assert items["again.md"]["id"] == items["returns.md"]["id"]
        assert (await read(api, items["manual.pdf"]["id"]))["pages"] == 1
        assert (await read(api, items["passwd.txt"]["id"]))["title"] == "passwd"
        refused = {name: item["error"] for name, item in items.items() if item["status"] == "failed"}
        assert list(refused) == ["setup.exe", "inner.zip", "empty.txt"]
        assert "ZIP file within a ZIP" in refused["inner.zip"]

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (zipped({"zeros.txt": b"0" * 30_000_000}), "archive_too_demanding"),
            (zipped({f"{number}.txt": b"" for number in range(2_001)}), "archive_too_demanding"),
            (zipped({"a.md": "words " * 50})[:-30], "archive_damaged"),
            (zipped({}), "archive_without_documents"),
            (locked(zipped({"a.md": "words"})), "archive_encrypted"),
        ],
    )
    async def test_one_that_costs_too_much_or_cannot_be_opened_is_refused(
        self, api: httpx.AsyncClient, content: bytes, code: str
    ) -> None:
        answer = await uploaded(api, "bomb.zip", content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)

    async def test_a_member_that_lies_about_its_size_is_refused_alone(self, api: httpx.AsyncClient) -> None:
        content = bytearray(zipped({"liar.txt": b"0" * 5_000_000, "good.txt": b"Honest words."}))
        at = content.find(b"PK\x01\x02")
        content[at + 24 : at + 28] = (1_000).to_bytes(4, "little")
        items = (await uploaded(api, "lies.zip", bytes(content))).json()["items"]
        assert [item["status"] for item in items] == ["failed", "queued"]


class TestReplace:
    async def test_the_old_version_is_found_until_the_new_one_was_read(self, api: httpx.AsyncClient) -> None:
        document_id = (
            await uploaded(api, "returns.txt", b"Unopened kettles come back within 47 days.")
        ).json()["id"]
        await read(api, document_id)
        answer = await api.put(
            f"/api/v1/documents/{document_id}",
            files={"file": ("new.txt", b"Unopened kettles come back within 14 days.")},
        )
        assert (answer.status_code, answer.json()["id"], answer.json()["title"]) == (
            202,
            document_id,
            "returns",
        )
        assert (await read(api, document_id))["status"] == "ready"
        assert await hits(api, "unopened kettles") == ["Unopened kettles come back within 14 days."]

    async def test_a_new_version_that_cannot_be_read_leaves_the_old_one(self, api: httpx.AsyncClient) -> None:
        document_id = (await uploaded(api, "lids.txt", b"Lids are covered for three years.")).json()["id"]
        await read(api, document_id)
        await api.put(f"/api/v1/documents/{document_id}", files={"file": ("lids.pdf", b"%PDF-1.7 broken")})
        assert "damaged" in (await read(api, document_id))["error"]
        assert await hits(api, "lids covered") == ["Lids are covered for three years."]

    async def test_the_bytes_of_another_document_are_refused(self, api: httpx.AsyncClient) -> None:
        first = (await uploaded(api, "a.txt", b"The first words.")).json()["id"]
        second = (await uploaded(api, "b.txt", b"The second words.")).json()["id"]
        answer = await api.put(f"/api/v1/documents/{second}", files={"file": ("a.txt", b"The first words.")})
        assert answer.status_code == 409
        assert answer.json()["error"]["details"] == {"documentId": first}


class TestOriginal:
    async def test_it_comes_as_it_was_uploaded_to_be_saved(self, api: httpx.AsyncClient) -> None:
        content = b"<html><script>alert(1)</script><p>Words.</p></html>"
        document_id = (await uploaded(api, "Größe & more.html", content)).json()["id"]
        answer = await api.get(f"/api/v1/documents/{document_id}/file")
        assert answer.content == content
        assert (
            answer.headers["content-disposition"]
            == "attachment; filename*=UTF-8''Gr%C3%B6%C3%9Fe%20-%20more.html"
        )
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


class TestList:
    async def test_it_comes_in_pages_and_by_status_and_words(self, api: httpx.AsyncClient) -> None:
        ids = [
            (await uploaded(api, f"paper {number}.txt", f"Words {number}.".encode())).json()["id"]
            for number in range(3)
        ]
        broken = (await uploaded(api, "broken.pdf", b"%PDF-1.7 broken")).json()["id"]
        for document_id in [*ids, broken]:
            await read(api, document_id)
        first = (await api.get("/api/v1/documents", params={"limit": 2})).json()
        rest = (await api.get("/api/v1/documents", params={"limit": 2, "after": first["next"]})).json()
        assert [item["id"] for item in first["items"] + rest["items"]] == [broken, *ids[::-1]]
        assert rest["next"] is None
        failed = (await api.get("/api/v1/documents", params={"status": "failed"})).json()
        assert [item["id"] for item in failed["items"]] == [broken]
        named = (await api.get("/api/v1/documents", params={"words": "PAPER 1"})).json()
        assert [item["id"] for item in named["items"]] == [ids[1]]
        assert (await api.get("/api/v1/documents", params={"after": "x"})).status_code == 422

    async def test_a_deleted_document_is_gone(self, api: httpx.AsyncClient, company: Company) -> None:
        document_id = (await uploaded(api, "a.txt", b"Some words.")).json()["id"]
        await read(api, document_id)
        assert (await api.delete(f"/api/v1/documents/{document_id}")).status_code == 200
        assert (await api.get(f"/api/v1/documents/{document_id}")).status_code == 404
        assert await hits(api, "some words") == []
