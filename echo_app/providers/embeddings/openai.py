"""OpenAI's embeddings by its own SDK; any server that speaks them by `base_url`.

Limits as OpenAI documents them: 8,192 tokens a text, 2,048 texts and 300,000 tokens a request. We send fewer texts
at a time: an answer of a hundred vectors is parsed in some milliseconds, on the loop that serves everybody.
"""

from collections.abc import Sequence
from functools import partial

import httpx2 as httpx
import openai

from echo_app.providers.embeddings.base import Embedded, EmbeddingFailed, EmbeddingRefused, Vector
from echo_app.providers.embeddings.vendor import (
    CONNECT_SECONDS,
    MOST_WORDS,
    PASSAGES_SECONDS,
    QUERY_SECONDS,
    Limits,
    embed_all,
    embed_soon,
)

LIMITS = Limits(texts=100, bytes=250_000, tokens=8_192)
# The SDK waits half a second, doubled each time up to eight, or as long as `Retry-After` says.
RETRIES = 4


class OpenAIEmbedder:
    outside = True

    def __init__(
        self,
        name: str,
        model: str,
        dimensions: int,
        *,
        api_key: str,
        base_url: str | None = None,
        vendor: str = "OpenAI",
        shortens: bool = True,
        price: int | None = None,
        limits: Limits = LIMITS,
        retries: int = RETRIES,
        query_seconds: float = QUERY_SECONDS,
        passages_seconds: float = PASSAGES_SECONDS,
    ) -> None:
        """`vendor` is what messages call it; `shortens`: the model takes the parameter `dimensions`."""
        self.name = name
        self.dimensions = dimensions
        self.longest_tokens = limits.tokens
        self.batch = limits.texts
        self.price = price
        self._model = model
        self._vendor = vendor
        self._shortens = shortens
        self._limits = limits
        self._query_seconds = query_seconds
        self._client = openai.AsyncOpenAI(
            api_key=api_key,
            base_url=base_url,
            max_retries=retries,
            timeout=httpx.Timeout(passages_seconds, connect=CONNECT_SECONDS),
        )
        self._asking = self._client.with_options(max_retries=1)

    async def close(self) -> None:
        """Closes the connections that are kept open between requests."""
        await self._client.close()

    async def embed_passages(self, texts: Sequence[str]) -> Embedded:
        call = partial(self._embed, self._client)
        return await embed_all(texts, self._limits, self.dimensions, self.price, call)

    async def embed_query(self, text: str) -> Embedded:
        call = partial(self._embed, self._asking)
        return await embed_soon(text, self._query_seconds, self._limits, self.dimensions, self.price, call)

    async def _embed(self, client: openai.AsyncOpenAI, texts: list[str]) -> tuple[list[Vector], int]:
        try:
            answer = await client.embeddings.create(
                model=self._model,
                input=texts,
                dimensions=self.dimensions if self._shortens else openai.omit,
                encoding_format="float",
            )
            rows = sorted(answer.data, key=lambda row: row.index)
            # Some servers leave the usage out.
            return [row.embedding for row in rows], answer.usage.prompt_tokens if answer.usage else 0
        except openai.OpenAIError as failed:
            raise self._normalised(failed) from failed
        except (httpx.HTTPError, ValueError, TypeError, AttributeError) as broken:
            # Cut off, not JSON, or JSON of another shape: the SDK hands on what it gets.
            raise EmbeddingFailed(f"{self._vendor}'s answer could not be read.") from broken

    def _normalised(self, failed: openai.OpenAIError) -> EmbeddingFailed:
        """The vendor's fault in our words. What it says of a refused key is not repeated: it quotes the key in part."""
        vendor = self._vendor
        if isinstance(failed, openai.AuthenticationError | openai.PermissionDeniedError):
            return EmbeddingRefused(f"{vendor} refused the key. Check it in the settings.")
        if isinstance(failed, openai.RateLimitError):
            if failed.code == "insufficient_quota":
                return EmbeddingRefused(f"{vendor} says that this key's credit is used up.")
            return EmbeddingFailed(f"{vendor} takes no more requests just now.")
        if isinstance(failed, openai.NotFoundError):
            return EmbeddingRefused(f"{vendor} does not know the model {self._model}.")
        if isinstance(failed, openai.APIStatusError):
            if failed.status_code >= 500 or failed.status_code in (408, 409):
                return EmbeddingFailed(f"{vendor} answered {failed.status_code}.")
            words = " ".join(failed.message.split())[:MOST_WORDS]
            return EmbeddingRefused(f"{vendor} refused the request: {words}")
        if isinstance(failed, openai.APIConnectionError):
            return EmbeddingFailed(f"{vendor} could not be reached.")
        return EmbeddingFailed(f"{vendor} broke off its answer.")
