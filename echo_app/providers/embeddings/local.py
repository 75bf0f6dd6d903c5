"""Embeddings without a key: wordllama, static word vectors that come with the package (16 MB, 256 dimensions)."""

import asyncio
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from echo_app.providers.embeddings.base import Embedded, Vector

if TYPE_CHECKING:
    from wordllama.inference import WordLlamaInference

# A few short texts are embedded where they are asked for: the way to a thread and back takes longer.
_AT_ONCE_CHARACTERS = 4_000
_BATCH = 256


NAME = "wordllama"
DIMENSIONS = 256


class LocalEmbedder:
    """Passages and questions are the same to it; it counts no tokens, and costs nothing."""

    name = NAME
    dimensions = DIMENSIONS
    # It reads a text of any length; the mean of very many words says little.
    longest_tokens = 8_192
    batch = _BATCH
    price: int | None = 0
    outside = False

    async def embed_passages(self, texts: Sequence[str]) -> Embedded:
        if sum(map(len, texts)) <= _AT_ONCE_CHARACTERS:
            return Embedded(embed_now(texts))
        vectors: list[Vector] = []
        for start in range(0, len(texts), _BATCH):
            vectors += await asyncio.to_thread(embed_now, texts[start : start + _BATCH])
        return Embedded(vectors)

    async def embed_query(self, text: str) -> Embedded:
        return Embedded(embed_now([text]))


def embed_now(texts: Sequence[str]) -> list[Vector]:
    """Vectors of length 1; about 0.1 ms for a question, 0.3 ms for a passage."""
    if not texts:
        return []
    vectors = numpy.nan_to_num(_model().embed(list(texts)))
    lengths = numpy.linalg.norm(vectors, axis=1, keepdims=True)
    rows: list[Vector] = numpy.divide(
        vectors, lengths, out=numpy.zeros_like(vectors), where=lengths > 0
    ).tolist()
    return rows


def load() -> None:
    """Reads the weights now (0.3 s), so that no customer waits for it."""
    _model()


@cache
def _model() -> "WordLlamaInference":
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    import wordllama

    # Its import sets up the root logger, which is ours to do.
    root.setLevel(level)
    root.handlers[:] = handlers
    # It finds the tokenizer in the package only when told so, and would otherwise ask the network.
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
