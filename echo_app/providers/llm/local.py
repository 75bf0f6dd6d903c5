"""The extractive model: the keyless default. It writes nothing of its own, it quotes (see `composition.py`)."""

import re
from collections.abc import AsyncGenerator

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.questions import SHORT_QUESTION_WORDS, goes_on
from echo_app.providers.llm.base import Finished, ModelEvent, ModelRequest, TextDelta, ToolCall, Usage
from echo_app.providers.llm.composition import Reply, compose

_PIECE = re.compile(r"\s*\S+")
_MISSING = {
    "en": "I found nothing on “{}” in our help articles, so I am passing that to a person in our team.",
    "de": "Zu „{}“ habe ich in unseren Hilfeartikeln nichts gefunden, deshalb gebe ich das an einen Menschen in unserem Team weiter.",
    "fr": "Je n'ai rien trouvé sur « {} » dans nos articles d'aide ; je transmets donc ce point à une personne de notre équipe.",
    "es": "No he encontrado nada sobre «{}» en nuestros artículos de ayuda, así que paso ese punto a una persona de nuestro equipo.",
}
_LONGEST_QUOTED = 120


class ExtractiveModel:
    name = "extractive"
    vendor = "echo"

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """The composed reply in pieces of a word, and a call for a person when something is not answered."""
        reply = _reply(request)
        text = reply.text
        if text and reply.missing:
            text += f"\n\n{_missing(request.question, reply.missing)}"
        for piece in _PIECE.findall(text):
            yield TextDelta(piece)
        if reply.missing:
            brief = "The documents do not answer: " + " / ".join(f"“{part}”" for part in reply.missing)
            yield ToolCall("missing", "escalate", {"reason": "not_found", "brief": brief})
        yield Finished("complete", Usage())


def _reply(request: ModelRequest) -> Reply:
    before = next((turn.content for turn in reversed(request.messages) if turn.author == "contact"), "")
    if before and goes_on(request.question):
        return compose(request.question, request.passages, before)
    reply = compose(request.question, request.passages)
    if reply.text or not before or len(request.question.split()) > SHORT_QUESTION_WORDS:
        return reply
    # So short a question may lean on the one before without saying so.
    return compose(request.question, request.passages, before)


def _missing(question: str, missing: list[str]) -> str:
    words = _MISSING.get(language_of(question), _MISSING["en"])
    return words.format(" / ".join(part[:_LONGEST_QUOTED].strip(" ?.!") for part in missing))
