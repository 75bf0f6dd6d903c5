"""OpenAI's adapter at the wire: the real SDK against local servers."""

import asyncio
from collections.abc import Iterator

import pytest
from llmock.scenarios import Fail
from llmock.testing import LLMockServer

from echo_app.providers.llm.base import (
    Finished,
    ModelEvent,
    ModelFailed,
    ModelRefused,
    ModelRequest,
    ModelUnavailable,
    RateLimited,
    TextDelta,
    Tool,
    ToolCall,
    Turn,
    Usage,
)
from echo_app.providers.llm.openai import OpenAIModel
from tests.peers.model_server import ModelServer

ESCALATE = Tool("escalate", "Hand over.", {"type": "object", "properties": {"reason": {"type": "string"}}})
REQUEST = ModelRequest(
    system="Answer from the passages.",
    question="How long?",
    messages=(Turn("contact", "Hi"), Turn("assistant", "Hello")),
    tools=(ESCALATE,),
    max_tokens=300,
    temperature=0.2,
)


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


def model(server: ModelServer, name: str = "gpt-4.1-mini", **options: float) -> OpenAIModel:
    return OpenAIModel(name, api_key="test", base_url=server.url, **options)


async def told(model: OpenAIModel, request: ModelRequest = REQUEST) -> list[ModelEvent]:
    return [event async for event in model.stream(request)]


class TestStream:
    async def test_text_comes_in_pieces_and_ends_with_the_usage(self, server: ModelServer) -> None:
        server.say("Within 30 days. [1]")
        events = await told(model(server))
        assert [event.text for event in events if isinstance(event, TextDelta)] == [
            "Within",
            " 30",
            " days.",
            " [1]",
        ]
        assert events[-1] == Finished("complete", Usage(120, 4, 64))

    async def test_the_request_carries_history_tools_and_limits(self, server: ModelServer) -> None:
        await told(model(server))
        sent = server.requests[0]
        assert [message["role"] for message in sent["messages"]] == ["system", "user", "assistant", "user"]
        assert sent["messages"][-1]["content"] == "How long?"
        assert sent["tools"][0]["function"]["name"] == "escalate"
        assert sent["max_completion_tokens"] == 300
        assert sent["temperature"] == 0.2
        assert sent["stream_options"] == {"include_usage": True}

    async def test_a_model_that_thinks_is_given_no_temperature(self, server: ModelServer) -> None:
        await told(model(server, "gpt-5-mini"))
        assert "temperature" not in server.requests[0]
        assert server.requests[0]["reasoning_effort"] == "low"

    async def test_a_tool_call_is_put_together_from_its_parts(self, server: ModelServer) -> None:
        server.say("", tool=("escalate", '{"reason": "asked_for_person"}'))
        events = await told(model(server))
        assert events == [
            ToolCall("call_1", "escalate", {"reason": "asked_for_person"}),
            Finished("tool", Usage(120, 0, 64)),
        ]

    async def test_arguments_that_are_no_object_are_a_failure(self, server: ModelServer) -> None:
        server.say("", tool=("escalate", "[1, 2]"))
        with pytest.raises(ModelFailed):
            await told(model(server))

    async def test_a_stream_cut_before_its_stop_reason_is_a_failure(self, server: ModelServer) -> None:
        server.say("Within 30 days.", cut_after=2)
        with pytest.raises(ModelFailed):
            await told(model(server))

    async def test_a_reply_cut_by_its_length_says_so(self, server: ModelServer) -> None:
        server.say("Within", stop="length")
        assert (await told(model(server)))[-1] == Finished("length", Usage(120, 1, 64))

    async def test_too_many_requests_tell_when_to_come_back(self, server: ModelServer) -> None:
        server.fail(429, retry_after=7)
        with pytest.raises(RateLimited) as failure:
            await told(model(server))
        assert failure.value.retry_after == 7.0
        assert len(server.requests) == 1

    @pytest.mark.parametrize("status", [500, 503, 408])
    async def test_a_fault_of_the_vendor_is_unavailable(self, server: ModelServer, status: int) -> None:
        server.fail(status)
        with pytest.raises(ModelUnavailable):
            await told(model(server))

    @pytest.mark.parametrize("status", [400, 401, 404])
    async def test_a_request_it_will_not_take_is_refused(self, server: ModelServer, status: int) -> None:
        server.fail(status)
        with pytest.raises(ModelRefused) as failure:
            await told(model(server))
        assert not failure.value.retryable

    async def test_nobody_there_is_unavailable(self) -> None:
        unreachable = OpenAIModel("gpt-4.1-mini", api_key="test", base_url="http://127.0.0.1:9/v1")
        with pytest.raises(ModelUnavailable):
            await told(unreachable)

    async def test_a_first_token_that_does_not_come_is_unavailable(self, server: ModelServer) -> None:
        server.say("Late.", first_token=2.0)
        with pytest.raises(ModelUnavailable):
            await told(model(server, first_token_seconds=0.2))

    async def test_a_token_that_does_not_follow_is_unavailable(self, server: ModelServer) -> None:
        server.say("One two", per_token=2.0)
        with pytest.raises(ModelUnavailable):
            await told(model(server, next_token_seconds=0.2))

    async def test_a_slow_reader_is_not_the_vendors_fault(self, server: ModelServer) -> None:
        server.say("One two three")
        words = []
        async for event in model(server, next_token_seconds=0.2).stream(REQUEST):
            words.append(event)
            await asyncio.sleep(0.25)
        assert isinstance(words[-1], Finished)

    async def test_closing_the_stream_ends_the_request(self, server: ModelServer) -> None:
        server.say("word " * 500, per_token=0.01)
        stream = model(server).stream(REQUEST)
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
        for _ in range(100):
            if server.disconnected:
                break
            await asyncio.sleep(0.02)
        assert server.disconnected == 1


class TestAgainstAnotherServer:
    """A second opinion on the wire's format: llmock, which others wrote."""

    async def test_a_stream_is_read_to_its_end(self) -> None:
        with LLMockServer() as other:
            spoken = OpenAIModel("gpt-4.1-mini", api_key="test", base_url=other.base_url("openai"))
            events = await told(spoken, ModelRequest(system="", question="Say something."))
        assert any(isinstance(event, TextDelta) for event in events)
        assert isinstance(events[-1], Finished)
        assert events[-1].usage.output_tokens > 0

    async def test_too_many_requests_are_told_apart(self) -> None:
        with LLMockServer() as other:
            other.state.scenarios.add(Fail(429))
            limited = OpenAIModel("gpt-4.1-mini", api_key="test", base_url=other.base_url("openai"))
            with pytest.raises(RateLimited):
                await told(limited, ModelRequest(system="", question="Say something."))
