"""A table of values (CSV): questions with their answers, or rows with named columns, each row a section.

Which separator, whether the first line names the columns, and which of them are question and answer is told by the
table itself, in the languages the product speaks.
"""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from echo_app.knowledge.blocks import Block, markdown_blocks

MOST_ROWS = 50_000
_SEPARATORS = ",;\t|"
_SAMPLE_LINES = 60
LONGEST_QUESTION = 300
_QUESTION = frozenset(
    "question questions q frage fragen kundenfrage pregunta preguntas pergunta perguntas domanda domande vraag vragen "
    "fråga frågor spørgsmål spørsmål kysymys pytanie pytania otázka otázky întrebare kérdés pitanje vprašanje küsimus "
    "jautājums klausimas въпрос вопрос вопросы питання запитання ερώτηση soru 問題 質問 问题 問 问 질문 "
    "سؤال السؤال שאלה प्रश्न คำถาม pertanyaan prompt title titel titre título titolo".split()
)
_ANSWER = frozenset(
    "answer answers a antwort antworten kundenantwort réponse réponses reponse respuesta respuestas resposta respostas "
    "risposta risposte antwoord antwoorden svar vastaus odpowiedź odpowiedzi odpověď odpovede odpoveď răspuns raspuns "
    "válasz odgovor vastus atbilde atsakymas отговор ответ ответы відповідь απάντηση cevap yanıt 回答 答え 答案 答 "
    "답변 대답 جواب إجابة الإجابة תשובה उत्तर คำตอบ jawaban response reply text body content inhalt contenu".split()
)
_NAME_WORDS = re.compile(r"[^\W\d_]+")
# Two columns without names are pairs when this share of the first ends like a question.
_ASKING_SHARE = 0.5


@dataclass(frozen=True)
class _Columns:
    question: int
    answer: int


def read_csv(text: str) -> tuple[str, list[Block]] | None:
    """The table's rows as text and blocks; None when it is no table (one column, or torn quotes)."""
    rows = _rows(text)
    if rows is None:
        return None
    names, records = _named(rows)
    columns = _pair_columns(names, records)
    written = _Writer()
    for record in records:
        if columns is not None:
            rest = [place for place in range(len(record)) if place not in (columns.question, columns.answer)]
            written.section(
                _cell(record, columns.question), _cell(record, columns.answer), _fields(names, record, rest)
            )
        else:
            written.section(_cell(record, 0), "", _fields(names, record, range(len(record))))
    return (written.text, written.blocks) if written.blocks else None


class _Writer:
    """Puts sections one under the other and notes where each stands."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self.blocks: list[Block] = []

    @property
    def text(self) -> str:
        return "".join(self._parts)

    def section(self, heading: str, body: str, fields: str) -> None:
        title = " ".join(heading.split())
        rest = "\n\n".join(part for part in (body, fields) if part)
        if not title and not rest:
            return
        if title and rest and len(title) <= LONGEST_QUESTION:
            start = self._put("## " + title)
            self.blocks.append(Block("heading", start, self._length, 2, title))
        else:
            rest = "\n\n".join(part for part in (title, rest) if part)
        start = self._put(rest)
        if "\n" in rest:
            self.blocks += [
                Block(
                    "text" if block.kind == "heading" else block.kind, start + block.start, start + block.end
                )
                for block in markdown_blocks(rest)
            ]
        else:
            self.blocks.append(Block("text", start, self._length))

    def _put(self, piece: str) -> int:
        if self._parts:
            self._parts.append("\n\n")
            self._length += 2
        self._parts.append(piece)
        start = self._length
        self._length += len(piece)
        return start


def _rows(text: str) -> list[list[str]] | None:
    separator = _separator(text)
    if separator is None:
        return None
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        rows = []
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
            if len(rows) > MOST_ROWS:
                return None
    except csv.Error:
        return None
    return rows if rows and sum(len(row) > 1 for row in rows) > len(rows) / 2 else None


def _separator(text: str) -> str | None:
    """The sign that parts the first lines into the most alike number of cells, two at least."""
    best: tuple[float, int, str] | None = None
    for sign in _SEPARATORS:
        widths: Counter[int] = Counter()
        try:
            for row, _ in zip(
                csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=True),
                range(_SAMPLE_LINES),
                strict=False,
            ):
                if row:
                    widths[len(row)] += 1
        except csv.Error:
            continue
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        alike = count / widths.total()
        if width > 1 and (best is None or (alike, width) > best[:2]):
            best = (alike, width, sign)
    return best[2] if best is not None and best[0] > 0.5 else None


def _named(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """(the columns' names, the rows below): without names where the first row reads like any other."""
    first, rest = rows[0], rows[1:]
    known = any(_is_name(cell, _QUESTION) for cell in first) and any(
        _is_name(cell, _ANSWER) for cell in first
    )
    short = rest and all(cell and len(cell) <= 40 and not cell.endswith(("?", ".", "!")) for cell in first)
    if known or (short and len(set(first)) == len(first) and _looks_apart(first, rest)):
        return first, rest
    return [], rows


def _looks_apart(first: list[str], rest: list[list[str]]) -> bool:
    """True when a column holds numbers or sentences below a name that is none."""
    for place, name in enumerate(first):
        below = [row[place] for row in rest[:_SAMPLE_LINES] if place < len(row) and row[place]]
        if below and not any(digit.isdigit() for digit in name):
            numbers = sum(any(sign.isdigit() for sign in cell) for cell in below)
            longer = sum(len(cell) > 2 * len(name) for cell in below)
            if max(numbers, longer) > len(below) / 2:
                return True
    return False


def _pair_columns(names: list[str], records: list[list[str]]) -> _Columns | None:
    question = next((place for place, name in enumerate(names) if _is_name(name, _QUESTION)), None)
    answer = next(
        (place for place, name in enumerate(names) if place != question and _is_name(name, _ANSWER)), None
    )
    if question is not None and answer is not None:
        return _Columns(question, answer)
    if not names and records and all(len(record) == 2 for record in records):
        asking = sum(record[0].endswith(("?", "？", "؟", ";")) for record in records)
        if asking >= _ASKING_SHARE * len(records):
            return _Columns(0, 1)
    return None


def _is_name(cell: str, words: frozenset[str]) -> bool:
    lowered = cell.casefold().strip()
    return lowered in words or (
        len(lowered) <= 40 and any(word in words for word in _NAME_WORDS.findall(lowered))
    )


def _fields(names: list[str], record: list[str], places: "range | list[int]") -> str:
    return "\n".join(
        f"- {names[place]}: {record[place]}" if place < len(names) and names[place] else f"- {record[place]}"
        for place in places
        if record[place]
    )


def _cell(record: list[str], place: int) -> str:
    return record[place] if place < len(record) else ""
