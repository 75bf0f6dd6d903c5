"""OpenAI's and Google's embedders at the wire: the real SDKs against a local server that speaks both formats."""

import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator

import numpy
import pytest

from echo_app.providers.embeddings.base import Embedder, EmbeddingFailed, EmbeddingRefused
from echo_app.providers.embeddings.google import GoogleEmbedder
from echo_app.providers.embeddings.openai import OpenAIEmbedder
from echo_app.providers.embeddings.vendor import Limits
from tests.peers.embedding_server import KEY, EmbeddingServer

PRICE = 20_000
Make = Callable[..., OpenAIEmbedder | GoogleEmbedder]


@pytest.fixture
def server() -> Iterator[EmbeddingServer]:
    with EmbeddingServer() as running:
        yield running


@pytest.fixture(params=["openai", "google"])
async def make(request: pytest.FixtureRequest, server: EmbeddingServer) -> AsyncIterator[Make]:
    """Makes the vendor's embedder for the local server."""
    made: list[OpenAIEmbedder | GoogleEmbedder] = []

    def one(dimensions: int = 32, **options: object) -> OpenAIEmbedder | GoogleEmbedder:
        options = {"api_key": KEY, "price": PRICE} | options
        embedder: OpenAIEmbedder | GoogleEmbedder
        if request.param == "openai":
            options = {"base_url": server.openai_url} | options
            embedder = OpenAIEmbedder("openai:small", "small", dimensions, **options)  # type: ignore[arg-type]
        else:
            options = {"base_url": server.google_url} | options
            embedder = GoogleEmbedder("google:g", "gemini-embedding-001", dimensions, **options)  # type: ignore[arg-type]
        made.append(embedder)
        return embedder

    yield one
    for each in made:
        await each.close()


async def failure(embedder: Embedder) -> EmbeddingFailed:
    with pytest.raises(EmbeddingFailed) as caught:
        await embedder.embed_passages(["returns within 30 days"])
    return caught.value


class TestPassages:
    async def test_come_in_order_at_length_one_with_their_tokens_and_cost(self, make: Make) -> None:
        texts = ["returns within thirty days", "shipping costs", "returns within thirty days"]
        found = await make().embed_passages(texts)
        vectors = numpy.array(found.vectors)
        assert vectors.shape == (3, 32)
        assert numpy.allclose(numpy.linalg.norm(vectors, axis=1), 1)
        assert numpy.allclose(vectors[0], vectors[2])
        assert vectors[0] @ vectors[1] < 0.6
        assert found.tokens == 10
        assert found.cost == 0  # a fifth of a micro-dollar
        assert (await make(price=1_000_000).embed_passages(texts)).cost == 10

    async def test_go_in_requests_within_the_limits_of_texts_and_bytes(
        self, make: Make, server: EmbeddingServer
    ) -> None:
        texts = [f"passage number {number}" for number in range(25)]
        found = await make(limits=Limits(4, 10_000, 100)).embed_passages(texts)
        assert len(server.requests) == 7
        assert found.tokens == 75
        # However the requests overtook one another.
        assert sorted(server.texts) == sorted(texts)
        assert numpy.allclose(found.vectors, (await make().embed_passages(texts)).vectors)
        server.requests.clear()
        await make(limits=Limits(10, 70, 100)).embed_passages(texts)
        assert len(server.requests) == 7

    async def test_blank_ones_are_not_sent_and_get_the_zero_vector(
        self, make: Make, server: EmbeddingServer
    ) -> None:
        found = await make().embed_passages(["", "kettle", " \n"])
        assert len(server.texts) == 1
        assert [any(vector) for vector in found.vectors] == [False, True, False]
        assert (await make().embed_passages([])).vectors == []

    async def test_of_a_text_beyond_the_models_limit_the_beginning_is_sent(
        self, make: Make, server: EmbeddingServer
    ) -> None:
        await make(limits=Limits(10, 10_000, 100)).embed_passages(["ü" * 1_000])
        assert server.texts[0] == "ü" * 150


class TestQuery:
    async def test_is_near_the_passage_that_shares_its_words(self, make: Make) -> None:
        embedder = make()
        passages = await embedder.embed_passages(["returns within thirty days", "the kettle boils water"])
        question = await embedder.embed_query("when does water boil in a kettle")
        likeness = numpy.array(passages.vectors) @ numpy.array(question.vectors[0])
        assert likeness.argmax() == 1
        assert question.tokens == 7

    async def test_is_given_up_after_its_seconds(self, make: Make, server: EmbeddingServer) -> None:
        embedder = make(query_seconds=0.3)
        await embedder.embed_query("warm")
        server.delay = 2.0
        began = time.monotonic()
        with pytest.raises(EmbeddingFailed):
            await embedder.embed_query("how long?")
        assert time.monotonic() - began < 1.0

    async def test_does_not_wait_for_as_long_as_the_vendor_says(
        self, make: Make, server: EmbeddingServer
    ) -> None:
        embedder = make(query_seconds=1.5)
        await embedder.embed_query("warm")
        server.fail(429, times=5, retry_after=30)
        began = time.monotonic()
        with pytest.raises(EmbeddingFailed):
            await embedder.embed_query("how long?")
        assert time.monotonic() - began < 2.5


class TestPassingFaults:
    @pytest.mark.parametrize("status", [429, 500, 503])
    async def test_are_tried_again(self, make: Make, server: EmbeddingServer, status: int) -> None:
        server.fail(status, times=2)
        assert len((await make().embed_passages(["kettle"])).vectors) == 1
        assert len(server.requests) == 3

    async def test_a_cut_connection_is_a_failure(self, make: Make, server: EmbeddingServer) -> None:
        server.break_down(0)
        assert not isinstance(await failure(make(retries=1)), EmbeddingRefused)

    @pytest.mark.parametrize("status", [429, 500])
    async def test_that_do_not_pass_are_a_failure(
        self, make: Make, server: EmbeddingServer, status: int
    ) -> None:
        server.break_down(status)
        failed = await failure(make(retries=1))
        assert not isinstance(failed, EmbeddingRefused)
        assert len(server.requests) == 2

    async def test_a_server_that_is_away_is_a_failure(self, make: Make) -> None:
        with socket.create_server(("127.0.0.1", 0)) as nobody:
            port = nobody.getsockname()[1]
        failed = await failure(make(base_url=f"http://127.0.0.1:{port}", retries=1))
        assert "could not be reached" in str(failed)

    async def test_what_was_spent_before_is_told(self, make: Make, server: EmbeddingServer) -> None:
        server.fail(500, after=1)
        with pytest.raises(EmbeddingFailed) as caught:
            await make(limits=Limits(1, 1_000, 100), retries=0, price=1_000_000).embed_passages(
                ["a b c", "d e f"]
            )
        assert (caught.value.tokens, caught.value.cost) == (3, 3)

    @pytest.mark.parametrize("body", ["<html>gateway</html>", "[]", '{"data": null, "embeddings": 7}'])
    async def test_an_answer_of_another_shape_is_a_failure(
        self, make: Make, server: EmbeddingServer, body: str
    ) -> None:
        server.break_down(200, body=body)
        await failure(make(retries=0))

    async def test_fewer_vectors_than_texts_are_a_failure(self, make: Make, server: EmbeddingServer) -> None:
        server.drops = 1
        with pytest.raises(EmbeddingFailed, match="other vectors"):
            await make(retries=0).embed_passages(["one", "two"])


class TestRefusals:
    async def test_a_wrong_key_is_named_and_not_repeated(self, make: Make, server: EmbeddingServer) -> None:
        failed = await failure(make(api_key="sk-wrong-secret"))
        assert isinstance(failed, EmbeddingRefused)
        assert "refused the key" in str(failed)
        assert "wrong-secret" not in str(failed)
        assert len(server.requests) == 1

    async def test_an_unknown_model_is_named(self, make: Make, server: EmbeddingServer) -> None:
        server.fail(404)
        failed = await failure(make())
        assert isinstance(failed, EmbeddingRefused)
        assert "does not know the model" in str(failed)

    async def test_a_refused_request_says_the_vendors_reason(
        self, make: Make, server: EmbeddingServer
    ) -> None:
        server.fail(422)
        failed = await failure(make())
        assert isinstance(failed, EmbeddingRefused)
        assert "scripted fault" in str(failed)

    async def test_vectors_of_another_length_are_refused(self, make: Make, server: EmbeddingServer) -> None:
        server.length = 8
        failed = await failure(make())
        assert isinstance(failed, EmbeddingRefused)
        assert "8 numbers where 32" in str(failed)


class TestOpenAI:
    async def test_waits_as_long_as_the_server_says(self, server: EmbeddingServer) -> None:
        embedder = OpenAIEmbedder("openai:m", "m", 32, api_key=KEY, base_url=server.openai_url)
        server.fail(429, retry_after=1.2)
        began = time.monotonic()
        await embedder.embed_passages(["kettle"])
        assert 1.2 <= time.monotonic() - began < 3

    async def test_used_up_credit_is_a_refusal(self, server: EmbeddingServer) -> None:
        server.break_down(429, code="insufficient_quota", retry_after=0.01)
        embedder = OpenAIEmbedder("openai:m", "m", 32, api_key=KEY, base_url=server.openai_url)
        assert isinstance(await failure(embedder), EmbeddingRefused)

    async def test_a_model_that_does_not_shorten_is_not_asked_to(self, server: EmbeddingServer) -> None:
        embedder = OpenAIEmbedder(
            "compatible:m", "m", 64, api_key=KEY, base_url=server.openai_url, shortens=False
        )
        await embedder.embed_passages(["kettle"])
        assert "dimensions" not in server.requests[0]
        await OpenAIEmbedder("openai:m", "m", 32, api_key=KEY, base_url=server.openai_url).embed_query(
            "kettle"
        )
        assert server.requests[1]["dimensions"] == 32


class TestGoogle:
    @pytest.mark.parametrize(
        ("model", "passage", "question"),
        [
            ("gemini-embedding-001", ("RETRIEVAL_DOCUMENT", "kettle"), ("RETRIEVAL_QUERY", "kettle")),
            (
                "gemini-embedding-2",
                (None, "title: none | text: kettle"),
                (None, "task: search result | query: kettle"),
            ),
        ],
    )
    async def test_says_which_texts_are_passages_and_which_questions(
        self,
        server: EmbeddingServer,
        model: str,
        passage: tuple[str | None, str],
        question: tuple[str | None, str],
    ) -> None:
        embedder = GoogleEmbedder(f"google:{model}", model, 32, api_key=KEY, base_url=server.google_url)
        await embedder.embed_passages(["kettle"])
        await embedder.embed_query("kettle")
        sent = [each["requests"][0] for each in server.requests]
        told = [(each.get("taskType"), each["content"]["parts"][0]["text"]) for each in sent]
        assert told == [passage, question]
        assert [each["outputDimensionality"] for each in sent] == [32, 32]
        await embedder.close()

    async def test_several_texts_of_a_newer_model_are_several_vectors(self, server: EmbeddingServer) -> None:
        embedder = GoogleEmbedder(
            "google:2", "gemini-embedding-2", 32, api_key=KEY, base_url=server.google_url
        )
        found = await embedder.embed_passages(["one", "two", "three"])
        assert len(found.vectors) == 3
        assert len(server.requests[0]["requests"]) == 3
        await embedder.close()
