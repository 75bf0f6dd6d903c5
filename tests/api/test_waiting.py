"""Who waits for news is let go when the process stops, with an answer."""

import asyncio

import pytest

from echo_app.api.waiting import Waiters
from echo_app.kit.ids import new_id
from echo_app.realtime import Bus, News, Subscription


@pytest.fixture
def news() -> Subscription:
    return Bus().subscribe(conversation_id=new_id())


async def test_news_come_through(news: Subscription) -> None:
    told = News("message", "tenant")
    news.put(told)
    assert await Waiters().next(news, 5) is told


async def test_after_the_time_there_is_none(news: Subscription) -> None:
    assert await Waiters().next(news, 0.01) is None


async def test_at_the_end_every_wait_is_over_and_none_begins(news: Subscription) -> None:
    waiters = Waiters()
    waits = [asyncio.create_task(waiters.next(news, 60)) for _ in range(3)]
    await asyncio.sleep(0.01)
    waiters.end()
    assert await asyncio.wait_for(asyncio.gather(*waits), timeout=1) == [None, None, None]
    assert await asyncio.wait_for(waiters.next(news, 60), timeout=1) is None


async def test_a_request_that_is_given_up_stops_waiting(news: Subscription) -> None:
    wait = asyncio.create_task(Waiters().next(news, 60))
    await asyncio.sleep(0.01)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    news.put(News("message", "tenant"))
    assert await news.get(1) is not None
