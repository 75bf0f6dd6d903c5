"""What a passage is found by: its terms in each field, and the words its vector is made of."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from echo_app.kit.language.words import terms_of
from echo_app.kit.markdown import plain
from echo_app.knowledge.chunking import Passage

TITLE_FIELD = 0
BODY_FIELD = 1


@dataclass(frozen=True)
class PostingRow:
    chunk_id: UUID
    term: str
    field: int
    frequency: int
    length: int


def postings_of(chunk_id: UUID, title: str, passage: Passage, language: str) -> Iterator[PostingRow]:
    """The passage's terms: those of title and headings in one field, those of its body in another."""
    for field, text in ((TITLE_FIELD, f"{title}\n{passage.heading}"), (BODY_FIELD, passage.content)):
        terms = terms_of(text, language)
        for term, frequency in Counter(terms).items():
            yield PostingRow(chunk_id, term, field, frequency, len(terms))


def body_terms(postings: Iterable[PostingRow]) -> int:
    """How many terms the bodies of these passages hold, repetitions counted."""
    return sum(row.frequency for row in postings if row.field == BODY_FIELD)


def embedded_text(title: str, passage: Passage) -> str:
    """The words a passage's vector is made of: its place among the headings says what it is about."""
    return f"{title}. {passage.heading.replace(' > ', '. ')}. {plain(passage.content)}"


def vector_text(vector: Sequence[float]) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.6g}" for value in vector) + "]"
