"""The extractive model: the keyless default. It writes nothing of its own, it quotes (see `composition.py`)."""

import re
from collections.abc import AsyncGenerator

from echo_app.providers.llm.base import Finished, ModelEvent, ModelFailed, ModelRequest, TextDelta, Usage
from echo_app.providers.llm.composition import compose

_PIECE = re.compile(r"\s*\S+")


class ExtractiveModel:
    name = "extractive"
    vendor = "echo"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """The composed reply in pieces of a word. Raises ModelFailed when the passages hold no sentence to quote."""
        reply = compose(request.question, request.passages)
        if not reply:
            raise ModelFailed("the passages hold no sentence")
        for piece in _PIECE.findall(reply):
            yield TextDelta(piece)
        yield Finished("complete", Usage())
