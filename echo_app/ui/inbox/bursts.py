"""News in handfuls: one look at the database for a flurry of them."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeVar

Item = TypeVar("Item")


async def in_bursts(items: AsyncIterator[Item], gap: float) -> AsyncIterator[list[Item]]:
    """Yields what came within `gap` seconds of a first item, in order, until `items` ends.

    What `items` raises is raised here, after the burst that came before it.
    """
    upcoming: asyncio.Future[Item] = asyncio.ensure_future(_next(items))
    loop = asyncio.get_running_loop()
    try:
        while True:
            try:
                burst = [await upcoming]
            except StopAsyncIteration:
                return
            upcoming = asyncio.ensure_future(_next(items))
            ends = loop.time() + gap
            while (left := ends - loop.time()) > 0:
                await asyncio.wait({upcoming}, timeout=left)
                if not upcoming.done() or upcoming.exception() is not None:
                    break
                burst.append(upcoming.result())
                upcoming = asyncio.ensure_future(_next(items))
            yield burst
    finally:
        upcoming.cancel()


async def _next(items: AsyncIterator[Item]) -> Item:
    return await anext(items)
