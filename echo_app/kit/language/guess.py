"""Which language a text is in, told by its commonest words."""

import re

from echo_app.kit.language.stopwords import STOP_WORDS

LANGUAGES: tuple[str, ...] = tuple(STOP_WORDS)

# A beginning is enough: a long document is in the language it starts in.
_READ_CHARACTERS = 20_000
_WORD = re.compile(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*")
# Letters that only some of these languages write, for texts too short to hold a common word.
_LETTERS = {"de": "äöüß", "fr": "çêèœîûàù", "es": "ñ¿¡áóúí", "it": "ìòàèù"}
_LETTER_WORTH = 0.6
_LANGUAGES_OF: dict[str, tuple[str, ...]] = {
    word: tuple(language for language in LANGUAGES if word in STOP_WORDS[language])
    for word in frozenset().union(*STOP_WORDS.values())
}


def language_of(text: str, default: str = "en") -> str:
    """The language code (`en de fr es it nl`) of a text; `default` when nothing tells."""
    beginning = text[:_READ_CHARACTERS].lower().replace("’", "'")
    words = _WORD.findall(beginning)
    scores = dict.fromkeys(LANGUAGES, 0.0)
    for word in words:
        for language in _LANGUAGES_OF.get(word, ()):
            scores[language] += 1.0
    for language, letters in _LETTERS.items():
        scores[language] += _LETTER_WORTH * sum(beginning.count(letter) for letter in letters)
    best = max(scores, key=lambda language: (scores[language], language == default))
    return best if scores[best] > 0 else default
