"""The knowledge base on a real Postgres, as the application's role."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from echo_app import db, realtime
from echo_app.errors import Forbidden
from echo_app.kit.ids import new_id
from echo_app.knowledge import errors, ingestion, service, tasks
from echo_app.knowledge.reading import Progress
from echo_app.knowledge.schemas import DocumentRow, Hit
from echo_app.providers.storage.base import NotStored, StorageFailed, storage
from echo_app.tenancy import Actor, Role
from tests.knowledge.pdfs import encrypted, pdf
from tests.people import Company

RETURNS = """# Returns

You can return unopened kettles within 47 days of delivery.

## Who pays

The return label is free in Sweden and Norway.
"""
WARRANTY = "# Warranty\n\nThe heating plate is covered for nine years, lids for three."
GERMAN = "# Versand\n\nDie Lieferung nach Österreich dauert vier Werktage und kostet 6,90 €."


async def added(actor: Actor, content: str | bytes, title: str = "Returns", format: str = "markdown") -> UUID:
    """A document that was read in."""
    raw = content if isinstance(content, bytes) else content.encode()
    async with db.transaction(actor) as tx:
        document = await service.add_document(tx, actor, title=title, content=raw, format=format)
    await tasks.ingest(actor.tenant_id, document.id)
    return document.id


async def shown(actor: Actor, document_id: UUID) -> DocumentRow:
    async with db.read_only(actor) as tx:
        return await service.get_document(tx, actor, document_id)


async def found(actor: Actor, query: str, limit: int = 5) -> list[Hit]:
    async with db.read_only(actor) as tx:
        return await service.search(tx, actor, query, limit)


async def audited(actor: Actor) -> list[str]:
    async with db.read_only(actor) as tx:
        rows = await tx.execute(
            text("SELECT action FROM audit_entries WHERE action LIKE 'document.%' ORDER BY id")
        )
        return [action for (action,) in rows]


class TestAddDocument:
    async def test_it_is_kept_queued_and_audited(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            document = await service.add_document(
                tx, company.owner, title="  Returns  ", content=RETURNS.encode(), format="markdown"
            )
        row = await shown(company.owner, document.id)
        assert (row.title, row.status, row.size_bytes) == ("Returns", "queued", len(RETURNS.encode()))
        assert await storage.get().get(company.tenant_id, document.storage_key) == RETURNS.encode()
        assert await audited(company.owner) == ["document.create"]

    async def test_the_same_bytes_twice_are_one_document(self, company: Company) -> None:
        first = await added(company.owner, RETURNS)
        assert await added(company.owner, RETURNS, title="Again") == first
        assert await audited(company.owner) == ["document.create", "document.ready"]

    async def test_the_same_bytes_at_the_same_moment_are_one_document(self, company: Company) -> None:
        ids = await asyncio.gather(*(added(company.owner, RETURNS) for _ in range(4)))
        assert len(set(ids)) == 1

    async def test_the_same_bytes_of_another_tenant_are_another(
        self, company: Company, other_company: Company
    ) -> None:
        assert await added(company.owner, RETURNS) != await added(other_company.owner, RETURNS)

    async def test_the_name_of_the_file_tells_format_and_title(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            document = await service.add_document(
                tx, company.owner, title="", content=b"Words.", filename="C:\\docs\\opening_hours-2026.txt"
            )
        assert (document.title, document.format) == ("opening hours 2026", "text")

    async def test_an_api_key_may_and_a_viewer_may_not(self, company: Company) -> None:
        await added(company.api, RETURNS)
        viewer = await company.member(Role.VIEWER)
        with pytest.raises(Forbidden):
            await added(viewer, WARRANTY)
        with pytest.raises(Forbidden):
            await added(company.contact(), WARRANTY)

    @pytest.mark.parametrize(
        ("content", "title", "url", "fact"),
        [
            (b"x" * (service.LARGEST_DOCUMENT + 1), "T", None, errors.DocumentTooLarge),
            (b"", "T", None, errors.DocumentEmpty),
            (b"a\x00b", "T", None, errors.DocumentBinary),
            (b"words", " ", None, errors.DocumentTitleMissing),
            (b"words", "T" * 301, None, errors.DocumentTitleMissing),
            (b"words", "T\x00", None, errors.DocumentTitleMissing),
            (b"words", "T", "javascript:alert(1)", errors.DocumentUrlInvalid),
        ],
    )
    async def test_what_is_wrong_is_refused_at_once(
        self, company: Company, content: bytes, title: str, url: str | None, fact: type[Exception]
    ) -> None:
        with pytest.raises(fact):
            async with db.transaction(company.owner) as tx:
                await service.add_document(
                    tx, company.owner, title=title, content=content, format="markdown", url=url
                )


class TestIngest:
    async def test_its_passages_are_exact_ranges_of_its_text(self, company: Company) -> None:
        document_id = await added(company.owner, RETURNS)
        async with db.read_only(company.owner) as tx:
            whole = await service.get_text(tx, company.owner, document_id)
            rows = await service.list_passages(tx, company.owner, document_id)
        assert whole == RETURNS
        assert [row.heading for row in rows] == ["Returns", "Returns > Who pays"]
        for hit in await found(company.owner, "return label kettles"):
            assert whole[hit.start_offset : hit.end_offset] == hit.content
        row = await shown(company.owner, document_id)
        assert (row.status, row.chunk_count, row.error) == ("ready", 2, None)

    @pytest.mark.parametrize(
        ("content", "format", "code"),
        [
            (encrypted(pdf(["Secret"]), "password"), "pdf", "pdf_encrypted"),
            (b"%PDF-1.7 broken", "pdf", "pdf_damaged"),
            (pdf([]), "pdf", "pdf_without_text"),
            (b"<script>1</script>", "html", "document_empty"),
        ],
    )
    async def test_what_cannot_be_read_fails_with_a_sentence(
        self, company: Company, content: bytes, format: str, code: str
    ) -> None:
        row = await shown(company.owner, await added(company.owner, content, format=format))
        assert (row.status, row.error_code) == ("failed", code)
        assert row.error is not None
        assert row.error.endswith(".")

    async def test_a_job_that_comes_twice_reads_once(self, company: Company) -> None:
        document_id = await added(company.owner, RETURNS)
        await tasks.ingest(company.tenant_id, document_id)
        assert (await audited(company.owner)).count("document.ready") == 1

    async def test_a_document_deleted_meanwhile_is_left_alone(self, company: Company) -> None:
        await tasks.ingest(company.tenant_id, new_id())

    async def test_a_fault_of_ours_is_tried_again_and_told_at_the_last_try(
        self, company: Company, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with db.transaction(company.owner) as tx:
            document = await service.add_document(
                tx, company.owner, title="T", content=b"Words.", format="text"
            )

        class Away:
            async def get(self, tenant_id: UUID, key: str) -> bytes:
                raise StorageFailed("no space")

        kept = storage.get()
        storage.put(Away())  # type: ignore[arg-type]
        try:
            with pytest.raises(StorageFailed):
                await tasks.ingest(company.tenant_id, document.id, last_try=False)
            assert (await shown(company.owner, document.id)).status == "processing"
            await tasks.ingest(company.tenant_id, document.id)
            assert (await shown(company.owner, document.id)).error_code == "ingestion_failed"
        finally:
            storage.put(kept)
        async with db.transaction(company.owner) as tx:
            assert (await service.retry_document(tx, company.owner, document.id)).status == "queued"
        await tasks.ingest(company.tenant_id, document.id)
        assert (await shown(company.owner, document.id)).status == "ready"

    async def test_its_progress_is_told_as_it_happens(self, company: Company) -> None:
        with realtime.bus.subscribe(tenant_id=company.tenant_id) as news:
            document_id = await added(company.owner, RETURNS)
            told = [await news.get(timeout=3) for _ in range(3)]
        assert [(item.kind, item.body) for item in told if item] == [
            ("document", {"status": "queued"}),
            ("document", {"status": "processing"}),
            ("document", {"status": "ready"}),
        ]
        assert {item.subject_id for item in told if item} == {str(document_id)}


class TestListAndDelete:
    async def test_the_newest_come_first_in_pages(self, company: Company) -> None:
        ids = [await added(company.owner, f"Words {number}.") for number in range(3)]
        async with db.read_only(company.owner) as tx:
            first = await service.list_documents(tx, company.owner, limit=2)
            rest = await service.list_documents(tx, company.owner, limit=2, after=first.next)
            counts = await service.count_documents(tx, company.owner)
        assert [row.id for row in [*first.items, *rest.items]] == ids[::-1]
        assert rest.next is None
        assert counts == {"ready": 3}

    async def test_a_cursor_that_is_none_is_a_value_error(self, company: Company) -> None:
        async with db.read_only(company.owner) as tx:
            for cursor in ("x", "WyJub3QgaGV4Il0"):
                with pytest.raises(ValueError):
                    await service.list_documents(tx, company.owner, after=cursor)

    async def test_deleting_takes_all_it_is_found_by(self, company: Company) -> None:
        document_id = await added(company.owner, RETURNS)
        async with db.transaction(company.owner) as tx:
            await service.delete_document(tx, company.owner, document_id)
        assert await found(company.owner, "return kettles") == []
        async with db.read_only(company.owner) as tx:
            for table in ("chunks", "chunk_vectors", "postings"):
                assert await tx.scalar(text(f"SELECT count(*) FROM {table}")) == 0
        with pytest.raises(errors.DocumentNotFound):
            await shown(company.owner, document_id)
        assert (await audited(company.owner))[-1] == "document.delete"

    async def test_its_bytes_are_forgotten_by_a_job(self, company: Company) -> None:
        key = "documents/one"
        await storage.get().put(company.tenant_id, key, b"bytes")
        await tasks.forget(None, str(company.tenant_id), key)
        with pytest.raises(NotStored):
            await storage.get().get(company.tenant_id, key)

    async def test_only_a_failed_document_is_tried_again(self, company: Company) -> None:
        document_id = await added(company.owner, RETURNS)
        with pytest.raises(errors.DocumentNotFailed):
            async with db.transaction(company.owner) as tx:
                await service.retry_document(tx, company.owner, document_id)

    async def test_another_tenants_document_is_not_there(
        self, company: Company, other_company: Company
    ) -> None:
        document_id = await added(other_company.owner, RETURNS)
        for deed in (service.get_document, service.delete_document, service.retry_document, service.get_text):
            with pytest.raises(errors.DocumentNotFound):
                async with db.transaction(company.owner) as tx:
                    await deed(tx, company.owner, document_id)


class TestSearch:
    async def test_words_synonyms_typos_and_codes_find_it(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        await added(company.owner, WARRANTY, "Warranty")
        await added(company.owner, "# Models\n\nThe FK-12 boils in three minutes.", "Models")
        assert [
            (await found(company.owner, query))[0].title
            for query in (
                "send back kettles",
                "guarantee on the heating plate",
                "waranty of lids",
                "fk12",
                "FK-12",
            )
        ] == ["Returns", "Warranty", "Warranty", "Models", "Models"]

    async def test_german_is_found_by_compounds_and_other_spellings(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        await added(company.owner, GERMAN, "Versand")
        for query in ("Lieferzeit Österreich", "was kostet der versand nach oesterreich", "Lieferungen"):
            assert (await found(company.owner, query))[0].title == "Versand"

    async def test_a_tenant_finds_only_its_own(self, company: Company, other_company: Company) -> None:
        await added(other_company.owner, RETURNS)
        assert await found(company.owner, "return kettles") == []
        await added(company.owner, WARRANTY, "Warranty")
        assert [hit.title for hit in await found(company.owner, "return kettles")] == ["Warranty"]

    async def test_its_hits_say_how_much_of_the_question_they_hold(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        (best, *_) = await found(company.owner, "return label in Sweden")
        assert best.coverage == pytest.approx(1.0)
        (best, *_) = await found(company.owner, "capital of Mongolia")
        assert best.coverage == 0.0
        assert not any(word.known for word in best.words)

    @pytest.mark.parametrize(
        "query",
        ["", "  ", "?!", "'; DROP TABLE chunks; --", "x" * 100_000, "a\x00b", "退货 größe", "who is it"],
    )
    async def test_any_text_is_a_query(self, company: Company, query: str) -> None:
        await added(company.owner, RETURNS)
        assert len(await found(company.owner, query)) <= 5

    async def test_terms_that_are_common_find_when_there_is_none_rarer(self, company: Company) -> None:
        await added(
            company.owner, "\n\n".join(f"# Kettle {n}\n\nThe kettle number {n} boils." for n in range(1_200))
        )
        hits = await found(company.owner, "kettle")
        assert len(hits) == 5
        assert (await found(company.owner, "kettle 777"))[0].heading == "Kettle 777"


class TestGetPassage:
    async def test_the_quote_stands_between_its_surroundings(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        (hit, *_) = await found(company.owner, "who pays the label")
        async with db.read_only(company.owner) as tx:
            view = await service.get_passage(tx, company.contact(), hit.chunk_id, "free in Sweden")
        assert view is not None
        assert view.before + view.quote + view.after == RETURNS
        assert view.quote == "free in Sweden"

    async def test_an_unknown_quote_shows_the_whole_passage(self, company: Company) -> None:
        await added(company.owner, RETURNS)
        (hit, *_) = await found(company.owner, "who pays the label")
        async with db.read_only(company.owner) as tx:
            view = await service.get_passage(tx, company.owner, hit.chunk_id, "never written")
        assert view is not None
        assert view.quote == hit.content

    async def test_a_passage_that_is_gone_or_foreign_is_none(
        self, company: Company, other_company: Company
    ) -> None:
        await added(other_company.owner, RETURNS)
        (hit, *_) = await found(other_company.owner, "who pays the label")
        async with db.read_only(company.owner) as tx:
            assert await service.get_passage(tx, company.owner, hit.chunk_id) is None
            assert await service.get_passage(tx, company.owner, new_id()) is None


class TestNewVersion:
    async def test_nothing_is_ever_half_there(self, company: Company) -> None:
        """While versions of many passages take each other's place, a search sees the whole of one of them."""

        def version(number: int) -> bytes:
            return "\n\n".join(f"# Part {part}\n\nKettle words {number}." for part in range(30)).encode()

        document_id = await added(company.owner, version(0))
        seen: list[set[str]] = []
        done = asyncio.Event()

        async def look() -> None:
            while not done.is_set():
                async with db.read_only(company.owner) as tx:
                    rows = await service.list_passages(tx, company.owner, document_id, limit=50)
                seen.append({row.content for row in rows})
                assert len(rows) == 30

        looking = asyncio.create_task(look())
        for number in range(1, 6):
            async with db.transaction(company.owner) as tx:
                await service.replace_document(tx, company.owner, document_id, content=version(number))
            await tasks.ingest(company.tenant_id, document_id)
        done.set()
        await looking
        assert all(len(contents) == 1 for contents in seen)
        assert [hit.content for hit in await found(company.owner, "kettle", 1)] == ["Kettle words 5."]

    async def test_the_bytes_of_the_old_version_are_forgotten(self, company: Company) -> None:
        document_id = await added(company.owner, b"Old words.", format="text")
        async with db.read_only(company.owner) as tx:
            old = await service.get_original(tx, company.owner, document_id)
        async with db.transaction(company.owner) as tx:
            await service.replace_document(tx, company.owner, document_id, content=b"New words.")
            forgotten = await tx.scalar(
                text("SELECT args ->> 'storage_key' FROM procrastinate_jobs WHERE task_name = 'document.forget'"
                     " AND args ->> 'tenant_id' = :tenant"),
                {"tenant": str(company.tenant_id)},
            )  # fmt: skip
        assert forgotten == old.storage_key


class TestCancelAndRevive:
    async def test_reading_stops_and_can_be_taken_up_again(
        self, company: Company, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "PROGRESS_SECONDS", 0.05)
        async with db.transaction(company.owner) as tx:
            document = await service.add_document(
                tx, company.owner, title="T", content=b"Words.", format="text"
            )
        began, ended = asyncio.Event(), asyncio.Event()

        class Slow:
            async def get(self, tenant_id: UUID, key: str) -> bytes:
                began.set()
                try:
                    await asyncio.sleep(30)
                finally:
                    ended.set()
                return b""

        kept = storage.get()
        storage.put(Slow())  # type: ignore[arg-type]
        try:
            reading = asyncio.create_task(tasks.ingest(company.tenant_id, document.id))
            await began.wait()
            async with db.transaction(company.owner) as tx:
                row = await service.cancel_document(tx, company.owner, document.id)
            await asyncio.wait_for(reading, 5)
        finally:
            storage.put(kept)
        assert ended.is_set()
        assert row.status == (await shown(company.owner, document.id)).status == "cancelled"
        async with db.transaction(company.owner) as tx:
            with pytest.raises(errors.DocumentNotUnderWay):
                await service.cancel_document(tx, company.owner, document.id)
            await service.retry_document(tx, company.owner, document.id)
        await tasks.ingest(company.tenant_id, document.id)
        assert (await shown(company.owner, document.id)).status == "ready"
        assert "document.cancel" in await audited(company.owner)

    async def test_a_document_whose_job_is_gone_gets_another(self, company: Company) -> None:
        async with db.transaction(company.owner) as tx:
            document = await service.add_document(
                tx, company.owner, title="T", content=b"Words.", format="text"
            )
        lock = {"lock": f"document:{document.id}"}
        jobs_of = "SELECT count(*) FROM procrastinate_jobs WHERE lock = :lock AND status = 'todo'"
        async with db.transaction(company.owner) as tx:
            with pytest.raises(errors.DocumentNotFailed):
                await service.retry_document(tx, company.owner, document.id)
            await tx.execute(text("DELETE FROM procrastinate_jobs WHERE lock = :lock"), lock)
            await tx.execute(
                text("UPDATE documents SET updated_at = now() - interval '1 minute' WHERE id = :id"),
                {"id": document.id},
            )
        assert await tasks.revive_documents() >= 1
        assert await tasks.revive_documents() == 0
        async with db.read_only(company.owner) as tx:
            assert await tx.scalar(text(jobs_of), lock) == 1


class TestProgress:
    async def test_pages_and_passages_are_counted_while_it_is_read(
        self, company: Company, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "PROGRESS_SECONDS", 0.02)
        told: list[DocumentRow] = []
        noted = ingestion.note_progress

        async def note(tx: Any, actor: Actor, work: ingestion.Work, progress: Progress) -> bool:
            wanted = await noted(tx, actor, work, progress)
            told.append(await service.get_document(tx, company.owner, work.document_id))
            return wanted

        monkeypatch.setattr(ingestion, "note_progress", note)
        pages = [[f"Words about part {number} of the kettle."] for number in range(1_500)]
        document_id = await added(company.owner, pdf(*pages), format="pdf")
        assert {row.pages_total for row in told if row.pages_total} == {1_500}
        shares = [row.share_done for row in told]
        assert shares == sorted(shares) and shares[-1] > 0
        assert any(row.seconds_left is not None for row in told)
        row = await shown(company.owner, document_id)
        assert (row.status, row.pages_done, row.chunks_done) == ("ready", 1_500, row.chunk_count)


class TestQuota:
    async def test_a_tenant_keeps_so_many_bytes_and_no_more(self, company: Company) -> None:
        kept = storage.get()
        quota, kept.quota = kept.quota, 1_000
        try:
            await added(company.owner, b"x " * 400, format="text")
            with pytest.raises(errors.DocumentQuotaReached):
                await added(company.owner, b"y " * 400, format="text")
            async with db.read_only(company.owner) as tx:
                use = await service.count_bytes(tx, company.owner)
        finally:
            kept.quota = quota
        assert (use.used, use.quota) == (800, 1_000)
