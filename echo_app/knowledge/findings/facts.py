"""What a sentence states in figures: prices, percentages, dates, times, and numbers of something."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from echo_app.kit.language.words import is_asking, stem, terms_of, words_of

_NUMBER = r"\d+(?:[.,]\d+)*"
_CURRENCY = r"€|\$|£|CHF|EUR|USD|GBP|euros?|dollars?|pounds?|Franken"
_MONTHS = (
    "jan(?:uary|uar)? feb(?:ruary|ruar)? mar(?:ch)? märz? apr(?:il)? may mai june? juni? july? juli? aug(?:ust)?"
    " sept?(?:ember)? okt(?:ober)? oct(?:ober)? nov(?:ember)? de[cz](?:ember)?"
).replace(" ", "|")
_PATTERNS = (
    ("date", re.compile(r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b")),
    ("date", re.compile(rf"\b\d{{1,2}}(?:\.|st|nd|rd|th)? (?:{_MONTHS})\b(?: \d{{4}})?", re.I)),
    ("date", re.compile(rf"\b(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?\b(?:,? \d{{4}})?", re.I)),
    ("time", re.compile(r"\b\d{1,2}:\d{2}\b(?: ?[ap]\.?m\b\.?)?|\b\d{1,2} ?(?:[ap]\.?m\b\.?|uhr\b)", re.I)),
    ("price", re.compile(rf"(?:{_CURRENCY})\s?{_NUMBER}|{_NUMBER}\s?(?:{_CURRENCY})(?!\w)", re.I)),
    ("percentage", re.compile(rf"{_NUMBER}\s?(?:%|percent\b|per cent\b|prozent\b)", re.I)),
)
# `30 days`, `5 to 7 days`.
_COUNTED = re.compile(
    rf"({_NUMBER})(?:\s?(?:-|–|to|or|bis|oder|à|ou)\s?({_NUMBER}))?[ \u00a0-]?([^\W\d_]{{2,}})"
)
_BARE = re.compile(_NUMBER)
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+")


@dataclass(frozen=True)
class Statement:
    """A sentence that states figures: of each kind (`price`, `date` …, or the stem of what is counted) its values, and
    what it states them of, as stems."""

    words: str
    figures: dict[str, frozenset[str]]
    subject: frozenset[str]


def statement_of(words: str, language: str) -> Statement | None:
    """None for a sentence without figures, or with a number that nothing says the meaning of."""
    rest = words
    figures: dict[str, set[str]] = {}
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(rest):
            figures.setdefault(kind, set()).add(_value(match.group(), kind))
        rest = pattern.sub(" ", rest)
    for match in _COUNTED.finditer(rest):
        lowest, highest, counted = match.groups()
        if is_asking(counted.lower()):
            return None
        values = {_plain(number) for number in (lowest, highest) if number}
        figures.setdefault(stem(counted.lower(), language), set()).update(values)
    rest = _COUNTED.sub(" ", rest)
    if not figures or _BARE.search(rest):
        return None
    subject = frozenset(_subject(rest, language))
    return Statement(words, {kind: frozenset(values) for kind, values in figures.items()}, subject)


def _subject(words: str, language: str) -> Iterator[str]:
    meant = " ".join(word for word in words_of(words) if not is_asking(word))
    yield from terms_of(meant, language)


def _value(text: str, kind: str) -> str:
    if kind == "price" or kind == "percentage":
        found = _BARE.search(text)
        return _plain(found.group()) if found else text
    return re.sub(r"[^\w:]+", " ", text.lower()).strip()


def _plain(number: str) -> str:
    """`1.000` and `1,000` as 1000, `6,90` as 6.9."""
    if _GROUPED.fullmatch(number):
        return re.sub(r"[.,]", "", number)
    try:
        return f"{float(number.replace(',', '.')):g}"
    except ValueError:
        return number
