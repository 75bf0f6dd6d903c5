"""Google's Gemini embeddings by its own SDK.

`gemini-embedding-001` is told by `taskType` whether a text is a passage or a question; `gemini-embedding-2` reads that
out of words before the text (https://ai.google.dev/gemini-api/docs/embeddings). A request takes at most a hundred
texts. The SDK costs 1.1 s and 36 MB to import: only a process that embeds with it does so.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import httpx2 as httpx

from echo_app.providers.embeddings.base import Embedded, EmbeddingFailed, EmbeddingRefused, Vector
from echo_app.providers.embeddings.vendor import (
    BYTES_A_TOKEN,
    CONNECT_SECONDS,
    MOST_WORDS,
    PASSAGES_SECONDS,
    QUERY_SECONDS,
    Limits,
    embed_all,
    embed_soon,
)

if TYPE_CHECKING:
    from google.genai import Client
    from google.genai.errors import APIError

LIMITS = Limits(texts=100, bytes=200_000, tokens=2_048)
RETRIES = 4
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 8.0


@dataclass(frozen=True)
class _Kind:
    """How a text is said to be a passage, or a question: by a task type, or by words before it."""

    task_type: str | None
    before: str = ""


_BY_TASK_TYPE = _Kind("RETRIEVAL_DOCUMENT"), _Kind("RETRIEVAL_QUERY")
_BY_WORDS = _Kind(None, "title: none | text: "), _Kind(None, "task: search result | query: ")


class GoogleEmbedder:
    outside = True

    def __init__(
        self,
        name: str,
        model: str,
        dimensions: int,
        *,
        api_key: str,
        base_url: str | None = None,
        price: int | None = None,
        limits: Limits = LIMITS,
        retries: int = RETRIES,
        query_seconds: float = QUERY_SECONDS,
        passages_seconds: float = PASSAGES_SECONDS,
    ) -> None:
        self.name = name
        self.dimensions = dimensions
        self.longest_tokens = limits.tokens
        self.batch = limits.texts
        self.price = price
        self._model = model
        self._api_key = api_key
        self._base_url = base_url
        self._limits = limits
        self._retries = retries
        self._query_seconds = query_seconds
        self._passages_seconds = passages_seconds
        self._passage, self._question = _BY_TASK_TYPE if model == "gemini-embedding-001" else _BY_WORDS
        self._client: Client | None = None
        self._connections: httpx.AsyncClient | None = None

    async def close(self) -> None:
        """Closes the connections that are kept open between requests."""
        if self._connections is not None:
            await self._connections.aclose()
        self._client = self._connections = None

    async def embed_passages(self, texts: Sequence[str]) -> Embedded:
        call = partial(self._embed, self._passage, 1 + self._retries)
        return await embed_all(texts, self._limits, self.dimensions, self.price, call)

    async def embed_query(self, text: str) -> Embedded:
        call = partial(self._embed, self._question, 2)
        # The first call's import is no fault of Google's.
        await self._connected()
        return await embed_soon(text, self._query_seconds, self._limits, self.dimensions, self.price, call)

    async def _embed(self, kind: _Kind, attempts: int, texts: list[str]) -> tuple[list[Vector], int]:
        client = await self._connected()
        from google.genai import errors, types

        # One content a text: given plain strings, newer models make one vector of them all.
        contents = [types.Content(parts=[types.Part(text=kind.before + text)]) for text in texts]
        config = types.EmbedContentConfig(
            task_type=kind.task_type,
            output_dimensionality=self.dimensions,
            http_options=types.HttpOptions(
                timeout=round(self._passages_seconds * 1000),
                retry_options=types.HttpRetryOptions(
                    attempts=attempts,
                    initial_delay=_FIRST_PAUSE_SECONDS,
                    max_delay=_LONGEST_PAUSE_SECONDS,
                    jitter=0.2,
                ),
            ),
        )
        try:
            answer = await client.aio.models.embed_content(
                model=self._model, contents=contents, config=config
            )
            vectors = [list(row.values or ()) for row in answer.embeddings or ()]
        except errors.APIError as failed:
            raise self._normalised(failed) from failed
        except httpx.TimeoutException as slow:
            raise EmbeddingFailed("Google took too long.") from slow
        except httpx.HTTPError as away:
            raise EmbeddingFailed("Google could not be reached.") from away
        except (ValueError, TypeError, AttributeError) as broken:
            raise EmbeddingFailed("Google's answer could not be read.") from broken
        counted = answer.usage_metadata.prompt_token_count if answer.usage_metadata else None
        # Not every model's answer counts them.
        return vectors, counted or sum(len(text.encode()) for text in texts) // BYTES_A_TOKEN

    async def _connected(self) -> "Client":
        if self._client is None:
            # The import takes a second: not on the loop that serves everybody.
            client, connections = await asyncio.to_thread(self._connect)
            if self._client is None:
                self._client, self._connections = client, connections
        return self._client

    def _connect(self) -> tuple["Client", httpx.AsyncClient]:
        from google import genai
        from google.genai import types

        # A client of our own: the SDK would choose another library for it where that happens to be installed.
        connections = httpx.AsyncClient(
            timeout=httpx.Timeout(self._passages_seconds, connect=CONNECT_SECONDS)
        )
        options = types.HttpOptions(
            base_url=self._base_url, api_version="v1beta", httpx_async_client=connections
        )
        return genai.Client(enterprise=False, api_key=self._api_key, http_options=options), connections

    def _normalised(self, failed: "APIError") -> EmbeddingFailed:
        words = " ".join(str(failed.message or "").split())[:MOST_WORDS]
        if failed.code in (401, 403) or (failed.code == 400 and "api key" in words.lower()):
            return EmbeddingRefused("Google refused the key. Check it in the settings.")
        if failed.code == 429:
            return EmbeddingFailed("Google takes no more requests just now.")
        if failed.code == 404:
            return EmbeddingRefused(f"Google does not know the model {self._model}.")
        if failed.code >= 500 or failed.code == 408:
            return EmbeddingFailed(f"Google answered {failed.code}.")
        return EmbeddingRefused(f"Google refused the request: {words}")
