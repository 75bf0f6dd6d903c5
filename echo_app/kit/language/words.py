"""Words, and the terms they are indexed and looked up under.

A term is a word in lower case, without accents, cut to its stem by Snowball. Which stemmer fits is known for a
document (its language is guessed from all its text) but hardly for a question of three words: a question is looked
up under the stems of every language, and only those that the index holds can match.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

from echo_app.kit.language.guess import LANGUAGES, language_of
from echo_app.kit.language.stopwords import ASKING_WORDS, STOP_WORDS

LONGEST_TERM = 64

_NAMES = {
    "en": "english",
    "de": "german",
    "fr": "french",
    "es": "spanish",
    "it": "italian",
    "nl": "dutch",
}
_STEMMERS = {language: snowballstemmer.stemmer(_NAMES[language]) for language in LANGUAGES}
_ALL_STOP_WORDS = frozenset().union(*STOP_WORDS.values())

# A number keeps its point or comma; a word its apostrophe. Chinese, Japanese and Thai write no spaces: see `_split`.
_TOKEN = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W\d_]+)*")
# `e-mail`, `wi-fi`, `t-shirt`, `x-ray`: a short first part belongs to the second.
_JOINED = re.compile(r"\b([^\W\d_]{1,2})-(?=[^\W\d_]{2,})")
# `FK-15`, `A4-120`: the code is one word; its parts are indexed too, so that `FK 15` finds it.
_CODE = re.compile(r"\b(?=[^\W_-]*[^\W\d_])[^\W_]+(?:-[^\W_]*\d[^\W_]*)+\b")
_SPACELESS = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")


def words_of(text: str) -> Iterator[str]:
    """The words of a text in order, in lower case, accents kept, stop words included."""
    for token in _TOKEN.findall(_JOINED.sub(r"\1", text.lower())):
        yield from _split(token.replace("’", "'")[:LONGEST_TERM])


def codes_in(text: str) -> list[str]:
    """The codes of letters and digits joined by hyphens, as one word each."""
    return [code.replace("-", "")[:LONGEST_TERM] for code in _CODE.findall(text.lower())]


def terms_of(text: str, language: str) -> list[str]:
    """The terms a text of that language is indexed under, in order, without stop words, repetitions kept."""
    stop = STOP_WORDS[language]
    words = [stem(word, language) for word in words_of(text) if word not in stop]
    return words + [fold(code) for code in codes_in(text)]


def content_words(question: str) -> list[str]:
    """A question's words that say what it is about, each once, in order.

    Stop words of its own language are left out; when nothing else remains, all words are returned.
    """
    from_question = list(dict.fromkeys(words_of(_CODE.sub(_as_one_word, question.lower()))))
    stop = STOP_WORDS[language_of(question)]
    return [word for word in from_question if word not in stop] or from_question


def _as_one_word(code: re.Match[str]) -> str:
    return code.group().replace("-", "")


def is_asking(word: str) -> bool:
    """True for a word of asking or politeness, in any language: it says nothing of the subject."""
    return word in ASKING_WORDS or word in _ALL_STOP_WORDS


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The term of one lower-case word in a language."""
    bare = word[:-2] if word.endswith("'s") else word
    return fold(_STEMMERS[language].stemWord(bare))


@lru_cache(maxsize=20_000)
def stems(word: str) -> tuple[str, ...]:
    """Every term a word may be indexed under, whatever the document's language. Never empty."""
    found = dict.fromkeys(stem(word, language) for language in LANGUAGES)
    for spelled, umlaut in (("ae", "ä"), ("oe", "ö"), ("ue", "ü")):
        if spelled in word:
            found[stem(word.replace(spelled, umlaut), "de")] = None
    return tuple(found)


@lru_cache(maxsize=100_000)
def fold(word: str) -> str:
    """Without accents, `ß` as `ss`."""
    if word.isascii():
        return word
    plain = unicodedata.normalize("NFKD", word.replace("ß", "ss").replace("œ", "oe").replace("æ", "ae"))
    return "".join(character for character in plain if not unicodedata.combining(character))


def four_grams(word: str) -> frozenset[str]:
    """The runs of four characters in a word with its edges marked; shorter words are one run."""
    marked = f" {fold(word)} "
    return frozenset(marked[i : i + 4] for i in range(max(1, len(marked) - 3)))


def _split(token: str) -> Iterator[str]:
    """Cuts runs of a script without spaces into overlapping pairs of characters."""
    if token.isascii() or not _SPACELESS.search(token):
        yield token
        return
    position = 0
    for run in _SPACELESS.finditer(token):
        if run.start() > position:
            yield token[position : run.start()]
        characters = run.group()
        yield from (characters[i : i + 2] for i in range(max(1, len(characters) - 1)))
        position = run.end()
    if position < len(token):
        yield token[position:]
