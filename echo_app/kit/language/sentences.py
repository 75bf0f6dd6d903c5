"""Where sentences begin and end, with their exact place in the text."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

# An end: . ! ? … with closing quotes or brackets, then space. A colon or semicolon ends nothing.
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]*_]*(?=\s|$)|[。！？]")
_ABBREVIATIONS = frozenset(
    """e.g i.e etc cf vs approx incl excl fig no nos vol pp p.m a.m dr mr mrs ms prof st inc ltd co corp dept est
    jan feb mar apr jun jul aug sep sept oct nov dec min max tel ext art sec al ca
    z.b d.h u.a o.ä bzw ggf usw evtl inkl zzgl exkl nr str hr fr tgl mind abs s.o s.u i.d.r o.g vgl bsp u.u mio mrd std
    p.ej ej sr sra núm pág ud uds aprox
    p.ex ex m mme mlle env n art
    ecc sig dott pag
    bijv o.a m.b.t d.w.z nl""".split()
)
_LAST_WORD = re.compile(r"[^\s(\[\"'“„«*_]+$")
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
    marked = text[begin:position].rstrip("\"'”’»)]*_")
    following = text[position:stop].lstrip()[:1]
    if marked.endswith(("!", "?", "…", "。", "！", "？")) and not following.islower():
        return True
    if marked.endswith("..") and following.islower():
        return False
    word = _LAST_WORD.search(marked.rstrip("."))
    if word is None:
        return True
    last = word.group().lower()
    if last in _ABBREVIATIONS and (following.islower() or following.isdigit() or last not in _MAY_END):
        return False
    if _LETTER.match(last) and following.isupper() and word.group().isupper():
        return False  # an initial: `J. Smith`
    if last.isdigit() and len(last) <= 2:
        # `1. Open the box` and `am 5. Mai` go on, `within 14. Then` does not: nothing is lost by a longer sentence.
        return not (marked.rstrip(".").strip() == last or following.islower() or _is_month(text, position))
    return not following.islower()


# An abbreviation that may well be a sentence's last word, when a capital follows.
_MAY_END = frozenset("etc usw a.m p.m inc ltd co corp st min max std ecc al ext est".split())
_MONTH = re.compile(
    r"\s*(?:januar|februar|märz|april|mai|juni|juli|august|september|oktober|november|dezember)\b", re.I
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
