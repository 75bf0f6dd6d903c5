"""Messages that are no questions to the documents: asking for a person, and small talk. English, German, French,
Spanish.

Precise rather than complete: a question that merely holds the word *person* or *agent* is a question. What is missed
here goes to the documents, and from there to a person if they hold no answer.
"""

import re
from typing import Literal

SmallTalk = Literal["greeting", "thanks", "bye"]

_PERSON = (
    r"(?:real |live |actual |another |human )?(?:human(?: being)?|person|agent|representative|rep|operator|advisor|adviser|"
    r"someone|somebody|employee|staff member|member of staff|team member|colleague|support (?:agent|person|team|staff)|"
    r"customer (?:service|support|care)|customer service (?:agent|rep|representative)|support|manager|supervisor|receptionist|front desk|reception)"
    r"(?: (?:from|of|on|in) (?:your|the) (?:\w+ )?(?:team|support|staff|company|side|charge))?"
)
_MENSCH = (
    r"(?:echte[nmr]? |richtige[nmr]? )?(?:mensch(?:en)?|person|mitarbeiter(?:in|n)?|berater(?:in)?|ansprechpartner(?:in)?|kollege[n]?|"
    r"kundenservice|kundendienst|support|jemand(?:en|em)?|agent(?:en)?)"
)
_PERSONNE = (
    r"(?:vraie? |véritable )?(?:humaine?|personne|conseiller|conseillère|agent|interlocuteur|opérateur|opératrice|quelqu'un|"
    r"service client|être humain|responsable)"
)
# What may follow the wish; anything else makes it a question (`Can I chat with support on weekends?`).
_REST = (
    r"(?:,? (?:please|pls|now|right now|instead|directly|today|immediately|asap|as soon as possible|here|rather|"
    r"(?:about|regarding|concerning|because|who|not|and not|on the phone|by phone|for help|to help) ?.*))*"
)
_PERSONA = r"(?:humano|persona(?: real| de verdad)?|agente|asesora?|operadora?|alguien|representante|atención al cliente|encargado|humana)"

# Each must match the whole of a sentence's beginning or of the message, after politeness was taken off.
_WANTS_PERSON = [
    re.compile(pattern, re.I)
    for pattern in (
        # en
        rf"(?:(?:can|could|may) (?:i|you|we)|i(?:'d| would)? (?:want|like|need|wish|prefer|demand)(?: to)?|i want to|i need to|i(?:'d| would) rather|let me|lemme|how (?:can|do) i|is (?:it possible|there a way) to|please)?\s*"
        rf"(?:please\s+)?(?:just\s+)?(?:get help from|help from|speak|talk|chat|connect me|transfer me|put me through|pass me(?: on| over)?|hand me over|forward me|get me|switch me|escalate(?: this| me| it)?)"
        rf"(?: directly)?(?: to| with)?(?: (?:a|an|the|your|some|one of your))? ?{_PERSON}\b(?! (?:about|for) (?:my )?(?:baggage|luggage)){_REST}",
        rf"(?:(?:can|could|would) you (?:please )?)?(?:connect|transfer|forward|escalate|hand|pass|put)(?: me| us| this| it)?(?: over| through| on)? (?:to|with) (?:a|an|the|your|some)? ?{_PERSON}\b{_REST}",
        rf"(?:i(?:'d| would)?(?: really| just)? (?:want|like|need|prefer|demand))(?: to have)? (?:a|an|some) (?:real |live |actual )?(?:human|person|agent|representative|operator|human being)\b(?! (?:licen[cs]e|account|number|who|that|for|plan|seat)){_REST}",
        r"(?:(?:a |an )?(?:real |live |actual )(?:human|person|agent|representative|operator)|human(?: agent| being| support| help)?|agent|representative|operator|talk to (?:a )?(?:human|person)|customer service|customer support|live (?:agent|chat|support)|person)(?:,? (?:please|pls|now))*",
        r"(?:is|are) (?:there|you) (?:a |an |any )?(?:real |live |actual )(?:human|person|agent)s?(?: (?:here|there|available|i can (?:talk|speak) to).*)?",
        rf"is (?:there )?(?:any|some)(?:one|body) (?:there|here|real|human|i can (?:talk|speak|chat) (?:to|with)){_REST}",
        r"(?:i(?:'m| am) not|i don'?t want to|i (?:don'?t|do not) (?:want|like) (?:to )?(?:talk|talking|speak|speaking|chat|chatting) (?:to|with) (?:a |an )?(?:bot|robot|machine|ai|computer)).*",
        r"(?:no|stop|not|enough of) (?:the |this |a |more )?(?:bots?|robots?|ai|chatbots?|machine)(?:,? please)?(?:,? (?:but )?(?:just )?(?:a |an )?(?:real |live |actual )?(?:human|person|agent)(?: being)?)?",
        # de
        rf"(?:(?:kann|könnte|dürfte|darf) ich|ich (?:möchte|will|würde(?: gern(?:e)?)?|muss|hätte gern(?:e)?)|könn(?:en|t|ten) (?:sie|ihr|wir)|kannst du|bitte)\s+(?:mich |mir )?(?:bitte |gern(?:e)? |jetzt |lieber |direkt |mal )*(?:mit |zu |an )?(?:eine[nmr]? |der |dem |den |ihre[mn] |eure[mn] |das |ein )?{_MENSCH}\s*(?:\w+ ){{0,2}}?(?:sprechen|reden|chatten|schreiben|verbinden|weiterleiten|verbunden werden|durchstellen|erreichen|haben)\b.*",
        rf"(?:verbinden|verbinde|verbindet|leiten|leite|stellen) (?:sie )?(?:mich|mir|das|es) (?:bitte )?(?:mit |an |zu )(?:eine[nmr]? |der |dem |den |ihre[mn] )?{_MENSCH}.*",
        r"(?:ich (?:will|möchte|brauche|hätte gern(?:e)?)) (?:bitte )?(?:eine[nm]? )(?:echte[nmr]? |richtige[nmr]? )?(?:mensch(?:en)?|mitarbeiter(?:in)?|ansprechpartner(?:in)?|berater(?:in)?)(?: bitte| sprechen)?",
        r"(?:(?:einen? )?(?:echte[nrm]? |richtige[nrm]? )?(?:mensch(?:en)?|mitarbeiter(?:in)?|kundenservice|kundendienst|ansprechpartner))(?:,? bitte)?",
        # fr
        rf"(?:(?:puis-je|pourrais-je|est-ce que je peux|je (?:veux|voudrais|souhaite|souhaiterais|peux|préfère|dois)|j'aimerais|pouvez-vous|pourriez-vous|peux-tu)\s+)?(?:me )?(?:parler|discuter|échanger|passer|mettre en (?:contact|relation)|transférer|contacter|joindre)(?: directement)?(?: à| avec| au| vers)?(?: l[ea]| une?| votre| un)? ?{_PERSONNE}\b.*",
        r"(?:une? )?(?:vraie? |véritable )?(?:humain|conseiller|conseillère|être humain|service client)(?:,? (?:s'il vous plaît|svp|merci))?",
        rf"(?:je veux|je voudrais|j'aimerais|passez-moi|donnez-moi) une? {_PERSONNE}\b.*",
        # es
        rf"(?:(?:puedo|podría|quiero|quisiera|necesito|me gustaría|prefiero|puede|puedes|déjame)\s+)?(?:hablar|chatear|comunicarme|contactar|comunicar|ponerme en contacto|pasarme|transferirme)(?: directamente)?(?: con| a)?(?: una?| el| la| su| un)? ?{_PERSONA}\b.*",
        rf"(?:páseme|pásame|comuníqueme|comunícame|transfiérame|póngame|ponme)(?: en contacto)? (?:con|a) (?:una? )?{_PERSONA}\b.*",
        r"(?:un |una )?(?:agente(?: humano)?|humano|persona real|atención al cliente)(?:,? por favor)?",
        r"(?:quiero|necesito) (?:un|una) (?:agente|humano|persona real|asesor|operador)\b.*",
    )
]
# A question about the shop's people or prices, not a wish to speak to one.
_NOT_A_WISH = re.compile(
    r"\b(?:in person|per person|pro person|par personne|por persona|en persona|en personne)\b", re.I
)

_POLITE = re.compile(
    r"^(?:hi|hello|hey|ok|okay|please|pls|sorry|well|no|yes|thanks|thank you|hallo|guten tag|bitte|ja|nein|bonjour|salut|s'il vous plaît|svp|hola|"
    r"buenos días|buenas|por favor|excuse me|and|but|so|then|there)\b[\s,!.]*",
    re.I,
)

_GREETING = re.compile(
    r"(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|hallo|hi zusammen|moin(?: moin)?|servus|grüß gott|grüezi|"
    r"guten (?:tag|morgen|abend)|bonjour|bonsoir|salut|coucou|hola|buenas(?: tardes| noches)?|buenos días|buen día|ciao)"
    r"(?:,? (?:there|all|everyone|team|zusammen|à tous|a todos|madame|monsieur|echo))?"
    r"(?:[,!. ]+(?:how are you(?: doing)?(?: today)?|how's it going|wie geht(?:'s| es(?: dir| ihnen)?)|comment (?:ça va|allez-vous)|ça va|qué tal|cómo estás?|are you there|anyone there|jemand da))?",
    re.I,
)
_THANKS = re.compile(
    r"(?:(?:ok(?:ay)?|great|perfect|super|cool|alright|nice|good|got it|prima|toll|parfait|perfecto|genial|vale|merci|yes|no|ja|nein),?\s*[!.]*\s*)*"
    r"(?:thanks?(?: you| u)?|thx|ty|cheers|much appreciated|danke(?: schön| dir| ihnen| sehr)?|vielen dank|besten dank|herzlichen dank|dankeschön|merci(?: beaucoup| bien)?|"
    r"(?:muchas )?gracias|mil gracias|grazie(?: mille)?)"
    r"(?:,?\s+(?:so much|very much|a lot|a million|again|for (?:your|the) (?:help|answer|reply|support|quick (?:reply|answer|help))|für (?:die|deine|ihre) (?:hilfe|antwort|schnelle antwort)|"
    r"pour (?:votre|ton) (?:aide|réponse)|por (?:tu|su|la) (?:ayuda|respuesta)|that (?:helps|helped|was helpful|is all|'s all|works)|that's (?:all|great|perfect)|echo))*"
    r"|(?:that|this)(?:'s| is| was)? (?:very |really )?(?:helpful|helps|helped|great|perfect)(?:,? thanks?(?: you)?)?|das hilft(?: mir)?(?: sehr)?",
    re.I,
)
_BYE = re.compile(
    r"(?:(?:ok(?:ay)?|thanks|thank you|danke|merci|gracias),?\s*[!.]*\s*)?(?:bye(?:[- ]bye)?|goodbye|good bye|see (?:you|ya)(?: later| soon)?|cu|have a (?:nice|good|great) (?:day|evening|one|weekend)|"
    r"good night|tschüss|tschüß|tschau|ciao|auf wiedersehen|bis (?:bald|dann|später)|schönen (?:tag|abend)(?: noch)?|gute nacht|au revoir|à bientôt|bonne (?:journée|soirée|nuit)|"
    r"adiós|adios|hasta (?:luego|pronto|mañana)|chao)",
    re.I,
)

# Longer than any small talk.
_LONGEST_SMALL_TALK = 80


def wants_person(text: str) -> bool:
    """True when the message asks to be handed to a person."""
    if _NOT_A_WISH.search(text):
        return False
    return any(
        pattern.fullmatch(sentence)
        for sentence in _sentences(text)
        if len(sentence) <= 200
        for pattern in _WANTS_PERSON
    )


def small_talk(text: str) -> SmallTalk | None:
    """The kind of small talk when the whole message is nothing else."""
    words = _bare(text)
    if not words or len(words) > _LONGEST_SMALL_TALK:
        return None
    if _THANKS.fullmatch(words):
        return "thanks"
    if _GREETING.fullmatch(words):
        return "greeting"
    return "bye" if _BYE.fullmatch(words) else None


def _sentences(text: str) -> list[str]:
    """The message's sentences in small letters, without politeness at the beginning and marks at the end."""
    found: list[str] = []
    for sentence in re.split(
        r"[.!?\n¿¡]+|,\s+(?=(?:i|can|could|let|please|ich|kann|je|puis|quiero|puedo)\b)", text, flags=re.I
    ):
        bare = _bare(sentence or "")
        previous = ""
        while bare != previous:
            previous, bare = bare, _POLITE.sub("", bare)
        found.extend(part for part in {bare, _bare(sentence or "")} if part)
    return found


def _bare(text: str) -> str:
    """One line of words without emoji and marks around."""
    words = " ".join(re.sub(r"[^\w\s'’,.!?\-]", " ", text).replace("’", "'").split())
    return words.strip(" ,.!?-").lower()
