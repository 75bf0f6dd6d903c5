"""Where sentences begin and end, with their exact place in the text."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

# An end: . ! ? … with closing quotes or brackets, then space. A colon or semicolon ends nothing.
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]*_]*(?=\s|$)|[。！？]")
# What follows these belongs to the same sentence, whatever it is.
_NEVER_END = frozenset(
    """e.g i.e cf vs approx incl excl fig vol pp dr mr mrs ms prof dept ca
    z.b d.h u.a bzw ggf evtl inkl zzgl exkl nr tgl i.d.r o.g vgl bsp s.o s.u
    p.ej ej sr sra núm pág uds aprox p.ex mme mlle env sig dott bijv m.b.t d.w.z""".split()
)
# These go on only before a small letter or a digit: `no. 5`, `max. 5 kg`, `14 p.m. on`.
_MAY_END = frozenset(
    """no nos etc p.m a.m st inc ltd co corp est jan feb mar apr jun jul aug sep sept oct nov dec min max tel ext art
    sec al usw o.ä str hr fr mind abs u.u mio mrd std ud ex m n ecc pag o.a nl""".split()
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“„«*_]+$")
_NEAR = 100
_LETTER = re.compile(r"^[^\W\d_]$")


def sentences(text: str, start: int = 0, end: int | None = None) -> Iterator[Span]:
    """The spans of the sentences in `text[start:end]`: in order, trimmed, never empty.

    `2.5 l`, `e.g.`, `Nr. 5`, initials and addresses of pages do not end one; a blank line does.
    """
    stop = len(text) if end is None else end
    begin = start
    for candidate in _candidates(text, start, stop):
        if candidate[1] == "paragraph" or _ends_here(text, begin, candidate[0], stop):
            yield from _trimmed(text, begin, candidate[0])
            begin = candidate[0]
    yield from _trimmed(text, begin, stop)


def _candidates(text: str, start: int, stop: int) -> Iterator[tuple[int, str]]:
    pattern = re.compile(rf"(?P<paragraph>\n[ \t]*\n)|{_END.pattern}")
    for match in pattern.finditer(text, start, stop):
        yield match.end(), "paragraph" if match.group("paragraph") else "mark"


def _ends_here(text: str, begin: int, position: int, stop: int) -> bool:
    # Only the nearest characters are looked at: a line may be a megabyte long.
    marked = text[max(begin, position - _NEAR) : position].rstrip("\"'”’»)]*_")
    following = text[position : min(stop, position + _NEAR)].lstrip()[:1]
    if marked.endswith(("!", "?", "…", "。", "！", "？")) and not following.islower():
        return True
    word = _LAST_WORD.search(marked.rstrip("."))
    if word is None:
        return True
    last = word.group().lower()
    if last in _NEVER_END or (last in _MAY_END and (following.islower() or following.isdigit())):
        return False
    if _LETTER.match(last) and following.isupper():
        return False  # an initial, or half an abbreviation: `J. Smith`, `z. B.`
    if last.isdigit() and len(last) <= 2:
        # `1. Open the box` and `am 5. Mai` go on, `within 14. Then` does not: nothing is lost by a longer sentence.
        return not (marked.rstrip(".").strip() == last or following.islower() or _is_month(text, position))
    return not following.islower()


_MONTH = re.compile(
    r"\s*(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)\b",
    re.I,
)


def _is_month(text: str, position: int) -> bool:
    return _MONTH.match(text, position) is not None


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
