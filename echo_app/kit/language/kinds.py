"""The kind of thing a question asks for (a price, a time, steps …), and whether a sentence has it."""

import re
from dataclasses import dataclass
from typing import Literal

from echo_app.kit.language.words import is_asking, words_of

Kind = Literal["duration", "often", "hour", "clock", "price", "age", "heat", "count", "steps", "place"]

_NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|twelve|ein(?:e[mnrs]?)?|zwei|drei|vier|fünf|sechs|acht|zehn|zwölf|un|une|deux|trois|quatre|cinq|six|dos|tres|cuatro|cinco|seis|ocho|diez|due|tre)"
_SPAN = (
    r"(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|nights?|sekunden?|minuten?|stunden?|tag(?:en?|es)?|werktag(?:en?|es)?|wochen?|"
    r"monat(?:en?|s)?|jahr(?:en?|es)?|heures?|minutes?|jours?|semaines?|mois|ans?|années?|nuits?|horas?|minutos?|días?|dias?|"
    r"semanas?|mes(?:es)?|años?|ore|giorn[oi]|settiman[ae]|ann[oi]|dag(?:en)?|weken|maand(?:en)?|jaar)"
)


@dataclass(frozen=True)
class _Kind:
    """`must`: an answer without the thing asked for (a number, as a rule) is hardly one."""

    name: Kind
    asks: re.Pattern[str]
    has: re.Pattern[str]
    must: bool = False


_KINDS: tuple[_Kind, ...] = (
    _Kind(
        "duration",
        re.compile(
            r"\b(?:how (?:long|fast|soon|quick(?:ly)?|many (?:days|weeks|months|years|hours|minutes)|late)|wie (?:lang(?:e)?|schnell|viele (?:tage|wochen|monate|stunden))|"
            r"combien de (?:temps|jours)|cu[aá]nto (?:tiempo|dura|tarda)|cu[aá]ntos (?:d[ií]as|meses)|quanto (?:tempo|dura)|hoe lang|still valid|noch gültig|in how)\b",
            re.I,
        ),
        re.compile(
            rf"\b{_NUMBER}(?:\s*(?:[–-]|to|or|bis|oder|à|a|ou|y|und|and)\s*{_NUMBER})?\s*-?(?:(?:working|business|full) )?{_SPAN}\b|\b(?:daily|weekly|monthly|yearly|once|twice|täglich|wöchentlich|at once|immediately|sofort|same day)\b",
            re.I,
        ),
        must=True,
    ),
    _Kind(
        "often",
        re.compile(
            r"\b(?:how often|how many times|how frequently|wie (?:oft|häufig)|(?:à )?quelle fréquence|combien de fois|cada cu[aá]nto|cu[aá]ntas veces|quante volte|hoe vaak)\b",
            re.I,
        ),
        re.compile(
            r"\b(?:once|twice|every|each|daily|weekly|monthly|\w+ times|täglich|wöchentlich|monatlich|jährlich|jede[rnsm]?|alle \w+ (?:tage|wochen|monate|jahre)|einmal|zweimal|\w+mal|chaque|tous les|toutes les|fois|cada|una vez|veces|ogni|volte|elke|keer)\b",
            re.I,
        ),
        must=True,
    ),
    _Kind(
        "hour",
        re.compile(
            r"\b(?:what time|which hour|um wie ?viel uhr|[àa] quelle heure|(?:a|hasta) qu[eé] hora|a che ora|hoe laat)\b",
            re.I,
        ),
        re.compile(
            r"\b\d{1,2}[:.]\d{2}\b|\b\d{1,2}\s?(?:h|uhr|am|pm|a\.m|p\.m|heures|horas)\b|\b(?:closed|geschlossen|fermée?|cerrad[oa]|round the clock|24/7)\b",
            re.I,
        ),
        must=True,
    ),
    _Kind(
        "heat",
        re.compile(
            r"\b(?:temp\w*rat?ure?s?|temperatura|température|how (?:hot|warm|cold)|wie (?:heiß|warm|kalt))\b",
            re.I,
        ),
        re.compile(r"\d\s*(?:°|grad|degrees?|degrés|grados|gradi|celsius)", re.I),
    ),
    _Kind(
        "clock",
        re.compile(
            r"\b(?:when|until when|till when|what time|which day|wann|um wie ?viel uhr|quand|[àa] quelle heure|cu[aá]ndo|(?:a|hasta) qu[eé] hora|quando|a che ora|wanneer|open (?:on|at|tomorrow|today))\b",
            re.I,
        ),
        re.compile(
            rf"\b\d{{1,2}}[:.]\d{{2}}\b|\b\d{{1,2}}\s?(?:h|uhr|am|pm)\b|\b{_NUMBER}\s*{_SPAN}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|"
            r"\b(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)s?\b|\b\d{1,2}(?:st|nd|rd|th|er)? (?:of )?(?:jan|feb|m[aä]r|apr|ma[iy]|jun|jul|aug|sep|o[ck]t|nov|de[cz])|"
            r"\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)s?\b|\b\d{1,2}\. ",
            re.I,
        ),
    ),
    _Kind(
        "price",
        re.compile(
            r"\b(?:how much(?: (?:is|are|does|do|did|for|would|will|money|i|it|the|to|a|an)\b|$)|price|prices|costs?|fees?|was (?:kostet|kosten|zahl\w*)|wie ?viel kostet|wie teuer|wie ?viel (?:zahl\w*|bekomm\w*)|preis|kosten|kostet|gebühr|"
            r"co[uû]te(?:nt)?|prix|tarif|combien (?:pour|est|co[uû]te|ça)|c combien|cuesta|cuestan|precio|cu[aá]nto (?:es|vale|cuesta)|costa|prezzo|kost)\b",
            re.I,
        ),
        re.compile(
            r"[€$£]\s?\d|\d[\d.,]*\s?(?:€|\$|£|eur|euro|usd|gbp|chf|kr|ct|%)|\b(?:free|kostenlos|kostenfrei|gratis|gratuit\w*|complimentary|included|inbegriffen|enthalten|compris\w*|nothing)\b",
            re.I,
        ),
        must=True,
    ),
    _Kind(
        "age",
        re.compile(
            r"\b(?:how old|what age|which age|(?:ab )?welchem alter|wie alt|quel [âa]ge|qu[eé] edad|minimum age|\d+[- ]?years?[- ]?old|ab wie viel jahren)\b",
            re.I,
        ),
        re.compile(
            r"\b(?:age|aged|years? old|birthday|ab|from|under|unter|over|über|moins de|menores|de|à partir de)\b.{0,20}\d(?!\d|[:.,]\d)|\d+ (?:years|jahre|ans|años|mesi|months|monate)",
            re.I,
        ),
        must=True,
    ),
    _Kind(
        "count",
        re.compile(
            r"\b(?:how many|how much|wie ?viele?|combien|cu[aá]nt[oa]s?|quant[aie]|hoeveel|how far|how (?:big|high|hot|large|heavy)|wie (?:hoch|groß|weit|schwer)|loin|maximum)\b",
            re.I,
        ),
        re.compile(
            r"\d|\b(?:two|three|four|five|six|ten|zwei|drei|vier|sechs|deux|trois|dos|tres|seis|ocho|siete|no limit|unlimited|unbegrenzt)\b",
            re.I,
        ),
        must=True,
    ),
    _Kind(
        "steps",
        re.compile(
            r"(?:^|[.!?] )\W*(?:how (?:do|can|to|would|should)|wie (?:kann|mach\w*|meld\w*|funktioniert|geht?|gehe|soll|kündig\w*|komm\w*|bekomm\w*|änder\w*)|comment|c[oó]mo|come)\b",
            re.I,
        ),
        re.compile(
            r"^(?:go|open|click|press|choose|select|print|send|write|call|log|sign|enter|hold|turn|put|use|contact|visit|fill|scan|pack|take|remove|unplug|tap|email|reply|check|close|text|ask|delete|"
            r"öffne|klick|drück|wähl|druck|sende|schreib|ruf|meld|gib|geben|halt|leg|nutz|kündigen|ouvr|cliqu|choisi|imprim|envoy|prévenez|abr|hag|elij|imprim|env[ií])|\byou can\b|\bsie können\b|können sie|vous pouvez|puede\b",
            re.I,
        ),
    ),
    _Kind(
        "place",
        re.compile(r"\b(?:where|wo|wohin|où|d[oó]nde|dove|onde|waar)\b", re.I),
        re.compile(
            r"\b(?:at|in|under|on|unter|im|in der|dans|sous|en|à)\b [A-ZÄÖÜ*]|\d{4,5}|\bstreet|straße|\b(?:reception|réception|rezeption)\b",
            re.I,
        ),
    ),
)

# `how much caffeine`, `which toothpaste`: that must be there.
_COUNTED = re.compile(
    r"\b(?:how (?:much|many)|which|welche[rsnm]?|quel(?:le)?s?|wie ?viele?|combien d(?:e |['’])|cu[aá]nt[oa]s?|quant[aei])\s+([^\W\d_]{3,})",
    re.I,
)


def asked_kinds(question: str) -> list[Kind]:
    """The kinds of thing that the question asks for, none when it does not tell."""
    found = [kind for kind in _KINDS if kind.asks.search(question)]
    # Any number is a count: that says nothing where a price or a time is asked for.
    closer = any(kind.must for kind in found if kind.name != "count")
    return [kind.name for kind in found if kind.name != "count" or not closer]


def kind_words(question: str) -> frozenset[str]:
    """The words of a question that tell the kind (`how long`, `price`, `at what time`)."""
    return frozenset(
        word for kind in _KINDS for match in kind.asks.finditer(question) for word in words_of(match.group())
    )


def has_kind(words: str, kind: Kind) -> bool:
    """Whether a sentence has a thing of that kind."""
    return _BY_NAME[kind].has.search(words) is not None


def needs(kind: Kind) -> bool:
    """Whether an answer without a thing of that kind is hardly one."""
    return _BY_NAME[kind].must


def counted(question: str) -> str | None:
    """The word after `how much`, `how many`, `which`, in lower case."""
    found = _COUNTED.search(question)
    word = found.group(1).lower() if found else ""
    return None if not word or is_asking(word) else word


_BY_NAME = {kind.name: kind for kind in _KINDS}
