"""Parsing in processes of their own, kept warm.

A thread could be neither stopped nor kept from eating the memory, and pure-Python parsers hold the interpreter's
lock: a hostile file would hold up every socket and heartbeat. A parser process is ended when a file takes too long
or too much memory, and takes nobody with it; another takes its place. Processes begin at the first file that needs
one, serve one file after the other, and end when none came for a while. Markdown and plain text need none, as long
as they are small: they take milliseconds.
"""

import asyncio
import json
import os
import sys
import weakref
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from echo_app.errors import EchoError
from echo_app.knowledge import errors
from echo_app.knowledge.crawling.page import Page
from echo_app.knowledge.parsers import wire
from echo_app.knowledge.parsing import Format, Parsed, Part, joined, parse

# Seconds for a file, and for each page its pages are more: 5,000 pages take ten.
TIME_LIMIT = 60.0
SECONDS_A_PAGE = 0.02
# Seconds for a web page.
PAGE_TIME_LIMIT = 20.0
# Bytes a parser may use above what it needs at rest. Two of them and the worker stay below 512 MB.
MEMORY_LIMIT = 150_000_000
PARSERS_AT_ONCE = 2
# A process is replaced after this many files, so that what a library leaks does not add up.
FILES_A_PROCESS = 200
IDLE_SECONDS = 60.0
SMALL = 200_000

Progress = Callable[[int, int], None]

_IN_A_THREAD = ("markdown", "text", "csv")
_ENVIRONMENT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL")


async def parse_safely(
    content: bytes, format: Format, *, progress: Progress | None = None, time_limit: float = TIME_LIMIT
) -> Parsed:
    """Parses within limits of time (seconds) and memory; `progress(done, total)` tells the pages read.

    Raises the refusals of `errors.py`, also DocumentTooSlow and DocumentTooDemanding.
    """
    if format in _IN_A_THREAD and len(content) <= SMALL:
        return await asyncio.to_thread(parse, content, format)
    return await _pool().parse(content, format, progress or _unseen, time_limit)


async def read_page_safely(html: bytes, url: str, charset: str | None) -> Page:
    """Finds the main text of a web page within limits. Raises DocumentTooSlow or DocumentTooDemanding."""
    return await _pool().read_page(wire.of_page(html, url, charset), PAGE_TIME_LIMIT)


async def close_parsers() -> None:
    """Ends this loop's parser processes."""
    pool = _pools.pop(asyncio.get_running_loop(), None)
    if pool is not None:
        await pool.close()


@dataclass
class _Parser:
    process: asyncio.subprocess.Process
    files: int = 0

    async def ask(
        self, content: bytes, task: wire.Task, progress: Progress, time_limit: float
    ) -> Parsed | Page:
        """Raises a refusal, TimeoutError, or EOFError when the process ended."""
        answers = self.process.stdout
        questions = self.process.stdin
        assert answers is not None and questions is not None
        self.files += 1
        stretches: list[Part] = []
        async with asyncio.timeout(time_limit) as limit:
            ends = limit.when() or 0.0
            with suppress(ConnectionError):
                # One that died before it had read everything is noticed by its silence.
                questions.write(wire.request(content, task, MEMORY_LIMIT))
                questions.write(content)
                await questions.drain()
            while True:
                kind, length = wire.FRAME.unpack(await answers.readexactly(wire.FRAME.size))
                if length > wire.LONGEST_FRAME:
                    raise EOFError
                value = json.loads(await answers.readexactly(length))
                if kind == wire.DONE:
                    return await asyncio.to_thread(joined, stretches)
                if kind == wire.PAGE:
                    return wire.to_page(value)
                if kind == wire.REFUSED:
                    raise _REFUSALS[value[0]](**value[1])
                part = wire.to_part(value)
                if part.blocks or part.pages:
                    stretches.append(part)
                if part.total:
                    limit.reschedule(ends + part.total * SECONDS_A_PAGE)
                    progress(part.done, part.total)

    async def end(self) -> None:
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


class ParserPool:
    """Up to `most` parser processes of one event loop."""

    def __init__(self, most: int = PARSERS_AT_ONCE, idle_seconds: float = IDLE_SECONDS) -> None:
        self._free: list[_Parser] = []
        self._places = asyncio.Semaphore(most)
        self._idle_seconds = idle_seconds
        self._rest: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def parse(self, content: bytes, format: Format, progress: Progress, time_limit: float) -> Parsed:
        """See `parse_safely`."""
        parsed = await self._answer(content, format, progress, time_limit)
        assert isinstance(parsed, Parsed)
        return parsed

    async def read_page(self, content: bytes, time_limit: float) -> Page:
        """See `read_page_safely`; `content` is as `wire.of_page` makes it."""
        page = await self._answer(content, "page", _unseen, time_limit)
        assert isinstance(page, Page)
        return page

    async def _answer(
        self, content: bytes, task: wire.Task, progress: Progress, time_limit: float
    ) -> Parsed | Page:
        async with self._places, self._parser() as parser:
            try:
                return await parser.ask(content, task, progress, time_limit)
            except TimeoutError as slow:
                raise errors.DocumentTooSlow() from slow
            except (EOFError, ValueError, TypeError, KeyError) as broken:
                # Killed by the system for its memory or time, or crashed in a native part: the file is the cause.
                raise errors.DocumentTooDemanding() from broken

    async def close(self) -> None:
        """Ends all that wait for files."""
        if self._rest is not None:
            self._rest.cancel()
        free, self._free = self._free, []
        for parser in free:
            await parser.end()
        await asyncio.gather(*self._ending)

    @property
    def waiting(self) -> list[int]:
        """The process ids of those that wait for a file."""
        return [parser.process.pid for parser in self._free]

    @asynccontextmanager
    async def _parser(self) -> AsyncIterator[_Parser]:
        """A process, given back unless it failed, was cancelled in the middle, or has served long enough."""
        if self._rest is not None:
            self._rest.cancel()
        while self._free and self._free[-1].process.returncode is not None:
            self._free.pop()
        parser = self._free.pop() if self._free else await _started()
        healthy = False
        try:
            yield parser
            healthy = True
        except (errors.DocumentTooSlow, errors.DocumentTooDemanding):
            raise
        except EchoError:
            # A refusal is an answer.
            healthy = True
            raise
        finally:
            if healthy and parser.files < FILES_A_PROCESS:
                self._free.append(parser)
            else:
                await parser.end()
            self._rest = asyncio.get_running_loop().call_later(self._idle_seconds, self._let_go)

    def _let_go(self) -> None:
        free, self._free = self._free, []
        for parser in free:
            task = asyncio.ensure_future(parser.end())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)


_pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, ParserPool] = weakref.WeakKeyDictionary()


def _pool() -> ParserPool:
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        _pools[loop] = ParserPool()
    return _pools[loop]


async def _started() -> _Parser:
    return _Parser(
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "echo_app.knowledge.parsers.child",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # No key and no address of a database: what takes over a parser finds nothing.
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
        )
    )


def _unseen(done: int, total: int) -> None:
    pass


_REFUSALS: dict[str, type[EchoError]] = {
    fact.code: fact
    for fact in vars(errors).values()
    if isinstance(fact, type) and issubclass(fact, EchoError) and fact.__module__ == errors.__name__
}
