"""How a message asks: its separate questions, whether it goes on from the one before, and which of its words only say
what is done with the subject.

All of it is told by a few small words and their places; what is not recognised is taken as one question about all of
its words.
"""

import re
from itertools import pairwise

from echo_app.kit.language.guess import language_of
from echo_app.kit.language.sentences import sentences
from echo_app.kit.language.words import content_words, words_of

# More parts than this are a letter, read as a whole.
_MOST_PARTS = 3
_FEWEST_WORDS = 3
# A message this short may lean on the one before (`And in black?`).
SHORT_QUESTION_WORDS = 6

# `…, and how long …`: a second question in the same sentence begins with a word that only a question begins with.
_QUESTION_WORDS = (
    r"how|what|whats|what's|when|where|which|who|why|can|could|do|does|is|are|will|"
    r"wie|was|wann|wo|welche[rsmn]?|wer|warum|kann|könnt|darf|gibt|ist|muss|ab wann|ab welchem|bis wann|bekomme|"
    r"comment|combien|quand|où|quel|quelle|quels|quelles|est-ce|puis-je|peut-on|y a-t-il|faut-il|"
    r"cómo|cuánto|cuánta|cuántos|cuándo|dónde|qué|cuál|quién|como|cuanto|cuando|donde|hay|puedo|puede|"
    r"quanto|quando|dove|come|posso|quanta|qual|onde|hoe|wat|wanneer|waar|kan"
)
_AND = re.compile(
    rf"(?:\s*[,;]\s*|\s+)(?:and|und|et|y|e|en|&|also|sowie)\s+(?:also\s+|auch\s+|aussi\s+|también\s+)?(?=(?:{_QUESTION_WORDS})\b)",
    re.I,
)
_ASKS = re.compile(rf"^\W*(?:{_QUESTION_WORDS})\b", re.I)

_GOES_ON = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|and|und|et|y|e|en|oder|or|ou|also|but|aber|mais|pero|ma)\b[\s,]+(?!(?:if|when i|wenn|si)\b.{25})|"
    r"(?:what|how) about\b|was ist mit\b|wie (?:ist|sieht) es (?:mit|bei)\b|et pour\b|qu'en est-il\b|qué tal\b|y para\b|e per\b|e para\b|en voor\b)",
    re.I,
)

_OFFER = re.compile(
    r"^\W*(?:(?:hi|hello|hey|hallo|bonjour|hola|ciao)\b[\s,]*)?(?:do (?:you|u)(?: guys| also)? (?:have|sell|offer|rent|treat|support|accept|take|speak|deliver|ship|do)|have you got|(?:is|are) there|"
    r"(?:habt|bietet|verkauft|liefert|macht|unterrichtet|verleiht|vermietet|akzeptiert|nehmt|führt) ihr|(?:haben|bieten|verkaufen|liefern|machen|führen) sie|gibt es|gibts|"
    r"(?:avez|vendez|louez|acceptez|proposez|prenez|livrez|faites)[- ]vous|y a[- ]t[- ]il|il y a|(?:tienen|venden|ofrecen|alquilan|aceptan|dan|hay)\b|"
    r"(?:avete|vendete|offrite|accettate)\b|c'è|ci sono|(?:têm|vendem|oferecem|há)\b|(?:hebben|verkopen|bieden) jullie|is er|zijn er)",
    re.I,
)

_ABOUT_DEED = re.compile(
    r"^\W*(?:how (?:do|can|to|would|should)|(?:can|could|do|will) (?:you|u)|which|wie (?!lange|viel|oft|hoch|lang)|welche[rsnm]?|comment|quel(?:le)?s?|c[oó]mo|cu[aá]l(?:es)?|come|quale|hoe|welke?)\b",
    re.I,
)

# After these stands a verb: `can I rent`, `kann man … `, `puis-je apporter`.
_BEFORE_VERBS: dict[str, frozenset[str]] = {
    "en": frozenset(
        "i you we they he she it u not dont don't doesnt doesn't please never cant can't".split()
    ),
    "de": frozenset("ich du wir sie man es er nicht zu bitte".split()),
    "fr": frozenset(
        "je tu il on nous vous ils elle elles se me te ne pas peut puis puis-je peut-on peux dois doit faut veux "
        "voudrais aimerais".split()
    ),
    "es": frozenset("puedo puede pueden quiero se me te nos hay debo tengo no podemos".split()),
    "it": frozenset("posso può possono voglio si mi ti ci devo non possiamo".split()),
    "nl": frozenset("ik je u we wij men niet te".split()),
}
_TO_VERBS = frozenset(
    "how want wants wanted need needs able have has like possible allowed going try trying way".split()
)
_MODALS = frozenset(
    """kann kannst können könnt könnte könnten darf dürfen dürft muss müssen müsst soll sollen sollte will möchte wollen
    lassen wird werden wurde würde kan kunnen mag mogen moet moeten wil""".split()
)
_VERB_FIRST = frozenset("ich ihr sie du wir man".split())
_CLAUSE_BEGINS = frozenset(
    "wenn ob dass weil falls und sobald bevor nachdem was wie wo wann warum als".split()
)
_INFINITIVES = {
    "fr": ("er", "ir", "dre", "tre"),
    "es": ("ar", "er", "ir", "arme", "irme", "erme", "arse"),
    "it": ("are", "ere", "ire"),
}
_PARTICIPLE = re.compile(r"(?:ge\w+|\w+)(?:t|en|n)$")


def parts(message: str) -> list[str]:
    """The questions of a message that asks several, in order; the message itself when it asks one.

    What is said before a question (`I bought a lamp. Can I return it?`) stays with the question after it.
    """
    found: list[str] = []
    said = ""
    for begin, end in sentences(message):
        sentence = f"{said} {message[begin:end]}".strip()
        if not message[begin:end].rstrip().endswith("?"):
            said = sentence
            continue
        found += _AND.split(sentence)
        said = ""
    if said:
        found += _AND.split(said)
    asking = [part.strip(" ,;") for part in found if _asks(part)]
    if not 1 < len(asking) <= _MOST_PARTS or len(asking) != len(found):
        return [message]
    return asking


def goes_on(message: str) -> bool:
    """True when a short message takes up the one before (`and for kids?`)."""
    return len(message.split()) <= SHORT_QUESTION_WORDS + 1 and _GOES_ON.match(message) is not None


def asks_about_deed(question: str) -> bool:
    """True for `how do I tune …`, `can you groom …`, `which … should I buy`: what is done is what is asked about."""
    return _ABOUT_DEED.match(question) is not None


def asks_for_offer(question: str) -> bool:
    """True for `do you have …`, `is there …`: what is near to it is not it."""
    return _OFFER.match(question) is not None


def deeds(question: str) -> frozenset[str]:
    """The content words that stand where a verb stands: an article often has another verb for the same deed."""
    language = language_of(question)
    words = list(words_of(question))
    before = _BEFORE_VERBS[language]
    found = {word for last, word in pairwise(words) if last in before}
    if language == "en":
        found |= {
            words[place]
            for place in range(2, len(words))
            if words[place - 1] == "to" and words[place - 2] in _TO_VERBS
        }
    if language in {"de", "nl"}:
        # `kündige ich Flex`: the verb stands before the pronoun, unless that begins the clause (`wenn ich kündige`).
        for place in range(1, len(words)):
            if words[place] in _VERB_FIRST and words[place - 1] not in _CLAUSE_BEGINS:
                found.add(words[place - 1])
                found -= set(words[place + 1 : place + 2])
        if any(word in _MODALS for word in words[:-1]) and _PARTICIPLE.fullmatch(words[-1]):
            found.add(words[-1])
    found |= {word for word in words if len(word) > 4 and word.endswith(_INFINITIVES.get(language, ("\0",)))}
    return frozenset(found) & frozenset(content_words(question))


def _asks(part: str) -> bool:
    return len(part.split()) >= _FEWEST_WORDS and (
        part.rstrip().endswith("?") or _ASKS.match(part) is not None
    )
