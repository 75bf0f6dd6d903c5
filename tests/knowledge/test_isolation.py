"""Parser processes: kept warm, within limits, replaced when a file was too much for one."""

import asyncio
import os
import signal
import time

import psutil
import pytest

from echo_app.knowledge import errors, isolation
from echo_app.knowledge.isolation import ParserPool, parse_safely
from echo_app.knowledge.parsing import MOST_CHARACTERS, parse
from tests.knowledge.packed import docx, paragraph
from tests.knowledge.pdfs import encrypted, pdf

WORDS = pdf(["Kettles", "Descale the kettle once a month."])


def unseen(done: int, total: int) -> None:
    pass


class TestParseSafely:
    async def test_what_a_process_read_is_what_would_be_read_here(self) -> None:
        assert await parse_safely(WORDS, "pdf") == parse(WORDS, "pdf")
        letter = docx(paragraph("Words."))
        assert await parse_safely(letter, "docx") == parse(letter, "docx")

    async def test_its_refusals_come_through(self) -> None:
        with pytest.raises(errors.PdfEncrypted):
            await parse_safely(encrypted(pdf(["Secret"]), "password"), "pdf")

    async def test_a_large_text_is_read_there_too(self) -> None:
        content = ("Words of a long text. " * 20_000).encode()
        assert await parse_safely(content, "text") == parse(content, "text")

    async def test_the_pages_are_told_as_they_are_read(self) -> None:
        told: list[tuple[int, int]] = []
        content = pdf(
            *[
                [f"Words about {chr(97 + number % 26) * (1 + number // 26)} stand here."]
                for number in range(120)
            ]
        )
        parsed = await parse_safely(content, "pdf", progress=lambda done, total: told.append((done, total)))
        assert told[:2] == [(50, 120), (100, 120)]
        assert told[-1] == (120, 120)
        assert parsed.pages is not None and len(parsed.pages) == 120
        start, end = parsed.pages[77]
        assert parsed.text[start:end] == "Words about zzz stand here."

    async def test_more_text_than_is_taken_is_refused(self) -> None:
        with pytest.raises(errors.DocumentTooLong):
            await parse_safely(b"word " * (MOST_CHARACTERS // 5 + 1), "text")

    async def test_a_file_that_takes_all_memory_is_refused_and_the_next_one_read(self) -> None:
        rows = "".join(f"<w:r><w:t>{number}</w:t></w:r>" for number in range(400_000))
        with pytest.raises(errors.DocumentTooDemanding):
            await parse_safely(docx(f"<w:p>{rows}</w:p>"), "docx")
        assert await parse_safely(WORDS, "pdf") == parse(WORDS, "pdf")


class TestPool:
    async def test_one_process_reads_file_after_file(self) -> None:
        pool = ParserPool(most=1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        first = pool.waiting
        began = time.perf_counter()
        await pool.parse(WORDS, "pdf", unseen, 30)
        assert pool.waiting == first
        assert time.perf_counter() - began < 0.5
        await pool.close()
        assert not psutil.pid_exists(first[0])

    async def test_one_that_takes_too_long_is_ended_and_replaced(self) -> None:
        pool = ParserPool(most=1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        (first,) = pool.waiting
        os.kill(first, signal.SIGSTOP)
        with pytest.raises(errors.DocumentTooSlow):
            await pool.parse(WORDS, "pdf", unseen, 0.2)
        assert not psutil.pid_exists(first)
        assert (await pool.parse(WORDS, "pdf", unseen, 30)).blocks
        await pool.close()

    async def test_one_that_was_killed_in_the_middle_refuses_its_file_only(self) -> None:
        pool = ParserPool(most=1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        (first,) = pool.waiting
        os.kill(first, signal.SIGSTOP)
        reading = asyncio.create_task(pool.parse(WORDS, "pdf", unseen, 30))
        await asyncio.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        with pytest.raises(errors.DocumentTooDemanding):
            await reading
        assert (await pool.parse(WORDS, "pdf", unseen, 30)).blocks
        await pool.close()

    async def test_one_killed_at_rest_is_not_noticed(self) -> None:
        pool = ParserPool(most=1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        os.kill(pool.waiting[0], signal.SIGKILL)
        await asyncio.sleep(0.1)
        assert (await pool.parse(WORDS, "pdf", unseen, 30)).blocks
        await pool.close()

    async def test_whoever_stops_waiting_ends_the_process(self) -> None:
        pool = ParserPool(most=1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        (first,) = pool.waiting
        os.kill(first, signal.SIGSTOP)
        reading = asyncio.create_task(pool.parse(WORDS, "pdf", unseen, 30))
        await asyncio.sleep(0.1)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert not psutil.pid_exists(first)
        await pool.close()

    async def test_it_lets_its_processes_go_when_no_file_comes(self) -> None:
        pool = ParserPool(most=1, idle_seconds=0.1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        (first,) = pool.waiting
        await asyncio.sleep(0.6)
        assert pool.waiting == []
        assert not psutil.pid_exists(first)

    async def test_one_is_replaced_after_many_files(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(isolation, "FILES_A_PROCESS", 1)
        pool = ParserPool(most=1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        assert pool.waiting == []

    async def test_it_has_no_secrets(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ECHO_SECRET_KEY", "secret")
        pool = ParserPool(most=1)
        await pool.parse(WORDS, "pdf", unseen, 30)
        assert "ECHO_SECRET_KEY" not in psutil.Process(pool.waiting[0]).environ()
        await pool.close()
