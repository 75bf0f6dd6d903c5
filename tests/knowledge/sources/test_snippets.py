"""Snippets: written, found, edited in place."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text

from echo_app import db
from echo_app.errors import Forbidden
from echo_app.kit.ids import new_id
from echo_app.knowledge import service as knowledge
from echo_app.knowledge.errors import DocumentTitleMissing
from echo_app.knowledge.sources import errors, service, snippets
from echo_app.tenancy import Role
from tests.people import Company

pytestmark = pytest.mark.usefixtures("queue")


async def read(company: Company, snippet_id: UUID) -> None:
    """Waits until it was read in."""
    for _ in range(100):
        async with db.read_only(company.owner) as tx:
            document = await knowledge.get_document(tx, company.owner, snippet_id)
        if document.status in ("ready", "failed"):
            assert document.status == "ready", document.error
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the snippet was not read")


async def found(company: Company, query: str) -> list[str]:
    async with db.read_only(company.owner) as tx:
        answer = await knowledge.search(tx, company.owner, query, 3)
    return [hit.content for hit in getattr(answer, "hits", answer)]


async def written(company: Company, title: str, words: str) -> UUID:
    async with db.transaction(company.owner) as tx:
        snippet = await snippets.add_snippet(tx, company.owner, title=title, text=words)
    await read(company, snippet.id)
    return snippet.id


class TestAddSnippet:
    async def test_is_found_and_belongs_to_the_source_of_snippets(self, company: Company) -> None:
        snippet_id = await written(company, "Opening hours", "The shop opens at nine.")
        assert await found(company, "When does the shop open?") == ["The shop opens at nine."]
        async with db.read_only(company.owner) as tx:
            view = await snippets.get_snippet(tx, company.owner, snippet_id)
            (source,) = await service.list_sources(tx, company.owner)
        assert (view.title, view.text, view.source_id) == (
            "Opening hours",
            "The shop opens at nine.",
            source.id,
        )
        assert (source.kind, source.is_default, source.documents) == ("snippets", True, 1)

    async def test_of_the_same_words_twice_are_two(self, company: Company) -> None:
        assert await written(company, "Hours", "Nine to five.") != await written(
            company, "Times", "Nine to five."
        )

    async def test_is_refused_without_right_title_text_or_fitting_source(self, company: Company) -> None:
        viewer = await company.member(Role.VIEWER)
        async with db.transaction(viewer) as tx:
            with pytest.raises(Forbidden):
                await snippets.add_snippet(tx, viewer, title="A", text="B")
        async with db.transaction(company.owner) as tx:
            files = await service.create_source(tx, company.owner, kind="files", name="Files")
            for wrong, given in (
                (DocumentTitleMissing, {"title": " ", "text": "B"}),
                (errors.SnippetTextMissing, {"title": "A", "text": " \n"}),
                (errors.SnippetTextMissing, {"title": "A", "text": "x" * 100_001}),
                (errors.SourceNotFound, {"title": "A", "text": "B", "source_id": new_id()}),
                (errors.SourceNotForSnippets, {"title": "A", "text": "B", "source_id": files.id}),
            ):
                with pytest.raises(wrong):
                    await snippets.add_snippet(tx, company.owner, **given)


class TestEditSnippet:
    async def test_puts_the_new_text_in_the_place_of_the_old(self, company: Company) -> None:
        snippet_id = await written(company, "Opening hours", "The shop opens at nine.")
        async with db.transaction(company.owner) as tx:
            edited = await snippets.edit_snippet(
                tx, company.owner, snippet_id, title="Opening hours", text="The shop opens at ten."
            )
            assert (edited.id, edited.status) == (snippet_id, "queued")
        await read(company, snippet_id)
        assert await found(company, "When does the shop open?") == ["The shop opens at ten."]

    async def test_never_shows_the_search_nothing(self, company: Company) -> None:
        snippet_id = await written(company, "Opening hours", "The shop opens at nine.")
        seen: set[str] = set()
        for hour in ("ten", "eleven"):
            async with db.transaction(company.owner) as tx:
                await snippets.edit_snippet(
                    tx, company.owner, snippet_id, title="Hours", text=f"The shop opens at {hour}."
                )
            reading = asyncio.create_task(read(company, snippet_id))
            while not reading.done():
                (passage,) = await found(company, "When does the shop open?")
                seen.add(passage)
            await reading
        assert seen <= {f"The shop opens at {hour}." for hour in ("nine", "ten", "eleven")}

    async def test_twice_at_once_ends_with_the_last(self, company: Company) -> None:
        snippet_id = await written(company, "Opening hours", "The shop opens at nine.")
        for hour in ("ten", "eleven", "noon"):
            async with db.transaction(company.owner) as tx:
                await snippets.edit_snippet(
                    tx, company.owner, snippet_id, title="Hours", text=f"The shop opens at {hour}."
                )
        await read(company, snippet_id)
        assert await found(company, "When does the shop open?") == ["The shop opens at noon."]
        async with db.read_only(company.owner) as tx:
            rows = await tx.execute(
                text("SELECT count(*) FROM chunks WHERE document_id = :id"), {"id": snippet_id}
            )
            assert rows.scalar_one() == 1

    async def test_of_another_tenant_or_of_a_file_is_not_there(
        self, company: Company, other_company: Company
    ) -> None:
        snippet_id = await written(company, "Opening hours", "The shop opens at nine.")
        async with db.transaction(other_company.owner) as tx:
            with pytest.raises(errors.SnippetNotFound):
                await snippets.edit_snippet(tx, other_company.owner, snippet_id, title="A", text="B")
            file = await knowledge.add_document(
                tx, other_company.owner, title="F", content=b"Words", filename="f.md"
            )
            with pytest.raises(errors.SnippetNotFound):
                await snippets.get_snippet(tx, other_company.owner, file.id)
