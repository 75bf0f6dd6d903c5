"""Messages that ask for a deed, not for knowledge: a person must do it. English, German, French, Spanish, Italian,
Portuguese, Dutch.

A demand is told from a question by its form: `cancel my booking`, `I want my money back` against `how do I cancel my
booking?`, `when do I get my money back?`. What is missed goes to the documents, and from there to a person if they
hold no answer.
"""

import re
from typing import Literal

Demand = Literal["needs_action", "complaint"]

# A sentence that asks is a question about the deed, not a demand for it.
_ASKS = re.compile(
    r"\?\s*$|^\W*(?:(?:hi|hello|hallo|hey|bonjour|hola|ciao|so|and|but|und|aber|et|y)\b[\s,]*)?(?:how|what|when|where|which|who|why|do|does|is|are|if|wie|was|wann|wo|wer|warum|welche\w*|wenn|falls|ob|comment|combien|quand|où|"
    r"quel\w*|est-ce|si|cómo|como|cuánto|cuanto|cuándo|cuando|dónde|donde|qué|quando|quanto|dove|come|se|onde|qual|hoe|wat|wanneer|waar|als)\b",
    re.I,
)
# `Can you cancel my order?` asks for the deed; `can I cancel my order?` asks whether it is possible.
_ASKS_YOU = re.compile(
    r"^\W*(?:(?:hi|hello|hallo|hey|bonjour|hola|ciao|please|bitte)\b[\s,]*)?(?:can|could|would|will) (?:you|u|someone|somebody)\b|^\W*(?:kannst du|könn(?:t ihr|ten sie|en sie|test du)|würden sie)\b|"
    r"^\W*(?:pouvez|pourriez|peux)[- ](?:vous|tu)\b|^\W*(?:puede[ns]?|podría[ns]?|podéis)\b|^\W*(?:può|potete|potreste|puoi)\b|^\W*(?:pode[m]?|poderia[m]?)\b|^\W*(?:kunt u|kun je|kunnen jullie)\b",
    re.I,
)
_COMPLAINT = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # en: money back, compensation, being wronged
        r"\b(?:i|we)(?:'d| would| do| just| really| now)* (?:want|demand|need|expect|insist on|request|like)\b.{0,25}\b(?:money back|(?:full )?refund(?:ed)?|compensation|compensated|reimburse(?:d|ment)|(?:my|the|our) money)\b",
        r"\b(?:give|send|get|pay) me (?:back )?(?:my|the|all (?:of )?my) money\b|\bgive me (?:a|my) (?:full )?refund\b|^\W*(?:please )?refund (?:me|my|this|the|us)\b|\bi(?:'m| am) owed\b",
        r"\b(?:charged|billed|debited|overcharged|paid)\b.{0,25}\b(?:twice|double|too much|two times|wrongly|without)\b|\b(?:double[- ]charged|overcharged)\b|\bover ?charged me\b",
        r"\b(?:i(?:'d| would)? (?:want|like|wish)? ?(?:to )?(?:complain|make a complaint|file a complaint|lodge a complaint)|this is (?:a |an )?(?:scam|fraud|unacceptable|outrageous|disgrace\w*|ridiculous|joke)|you(?:'re| are| have)? (?:scammed|cheated|robbed|thieves|liars)|rip[- ]?off|(?:terrible|awful|worst|horrible|disgusting|appalling) (?:service|experience|support|company|quality)|(?:sue you|my lawyer|small claims|legal action)|"
        r"(?:ruined|destroyed|broke) my)\b",
        r"\b(?:still|again) (?:no|not|nobody|no one|waiting)\b.{0,40}\b(?:answer|reply|refund|replied|answered|response)\b|\b(?:third|second|fourth|fifth|3rd|2nd) time\b.{0,60}\b(?:broken|wrong|late|charged|overcharged|complain|refund|problem)",
        # de
        r"\b(?:ich|wir) (?:will|wollen|möchte|möchten|verlange|verlangen|fordere|fordern|brauche|erwarte)\b.{0,30}\b(?:geld (?:\w+ )?(?:zurück|wieder)|mein geld|unser geld|erstattung|rückerstattung|schadens?ersatz|entschädigung|gutschrift)\b|\bgeld zurück\b(?!.*\?)(?=.*\b(?:sofort|betrug|frechheit|gib|gebt|geben|her)\b)|^\W*geld zurück\W*$",
        r"\b(?:gebt|geben sie|gib) mir (?:\w+ )?(?:mein|das) geld\b|\berstatte(?:n|t)? (?:sie |mir )+",
        r"\b(?:doppelt|zweimal|zu viel|fälschlich|unberechtigt) (?:ab(?:gebucht|gezogen)|berechnet|bezahlt|belastet|kassiert)\b",
        r"\b(?:beschwer(?:e|en)\b(?! (?:ich )?mich\?)|beschwerde (?:einreichen|einlegen)|betrug\b|abzocke|frechheit|unverschämt\w*|unverschämtheit|sauerei|skandal|anwalt|katastrophe|unmöglich von)\b",
        # fr
        r"\b(?:je|nous|j')\s?(?:veux|voulons|exige|exigeons|demande|souhaite|voudrais|aimerais|réclame)\b.{0,30}\b(?:rembours\w+|mon argent|notre argent|dédommage\w+|indemnis\w+|compensation)\b|\b(?:remboursez|rendez)[- ](?:moi|nous)\b",
        r"\b(?:débité|facturé|prélevé|payé)\w*\b.{0,20}\b(?:deux fois|en double|trop)\b|\b(?:arnaque|inadmissible|inacceptable|scandal\w+|honteux|avocat|porter plainte|escroc\w*|c'est une honte)\b|\b(?:faire|déposer) une réclamation\b|\bme plaindre\b",
        # es
        r"\b(?:quiero|queremos|exijo|exigimos|necesito|reclamo|pido|quisiera)\b.{0,30}\b(?:reembolso|reembols\w+|devuelvan|devolución|mi dinero|el dinero|indemniza\w+|compensación)\b|\b(?:devuélvanme|devolvedme|devuélveme|reembólsenme)\b",
        r"\b(?:cobrado|cobraron|cargado|pagado)\b.{0,20}\b(?:dos veces|doble|de más|demasiado)\b|\b(?:estafa|vergüenza|verguenza|inaceptable|indignante|robo|abogado|denuncia\w*)\b|\b(?:poner|presentar|hacer) una (?:queja|reclamación)\b|\bquejarme\b",
        # it
        r"\b(?:voglio|vogliamo|esigo|pretendo|chiedo|vorrei)\b.{0,30}\b(?:rimbors\w+|i miei soldi|i soldi|risarciment\w+|indennizzo)\b|\b(?:rimborsatemi|ridatemi|restituitemi)\b|\b(?:addebitat\w+|pagat\w+)\b.{0,20}\b(?:due volte|doppi\w+)\b|\b(?:truffa|vergogna|inaccettabile|scandaloso|avvocato)\b|\b(?:fare|presentare) (?:un )?reclamo\b|\blamentarmi\b",
        # pt
        r"\b(?:quero|queremos|exijo|exigimos|peço|gostaria de|preciso)\b.{0,30}\b(?:reembolso|reembols\w+|meu dinheiro|dinheiro de volta|indeniza\w+|indemniza\w+)\b|\b(?:devolvam|devolva)(?:-me)? (?:o )?(?:meu )?dinheiro\b|\b(?:cobrad[oa]|cobraram)\b.{0,20}\b(?:duas vezes|dobro|a mais)\b|\b(?:golpe|fraude|vergonha|inaceitável|absurdo|advogado)\b|\b(?:fazer|apresentar) uma (?:reclamação|queixa)\b",
        # nl
        r"\b(?:ik|wij|we) (?:wil|willen|eis|eisen|verwacht|vraag)\b.{0,30}\b(?:geld (?:\w+ )?terug|terugbetaling|schadevergoeding|mijn geld)\b|\bgeef (?:me )?mijn geld\b|\b(?:dubbel|twee keer|te veel) (?:betaald|afgeschreven|gerekend)\b|\b(?:oplichting|schande|onacceptabel|belachelijk|advocaat)\b|\bklacht indienen\b",
    )
)

_MINE_EN = r"(?:my|our|the|this|that|it|me|us|these|an?)"
_DEED_EN = r"(?:cancel|change|update|delete|remove|reschedule|move|book|close|block|unblock|unlock|reset|refund|renew|extend|correct|add|postpone|order|resend|send|ship|stop|terminate|deactivate|activate|upgrade|downgrade|transfer|switch)"
_ACTION = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        # An order to do it: the sentence begins with the verb, or politely after `please`, and it is about the customer's own.
        rf"^\W*(?:(?:hi|hello|hey|ok|so|then)\b[\s,]*)?(?:please |pls |kindly |just )?{_DEED_EN} (?:my|our)\b",
        rf"^\W*(?:(?:hi|hello|hey|ok|so|then)\b[\s,]*)?(?:please|pls|kindly) (?:just )?{_DEED_EN} {_MINE_EN}\b|^\W*{_DEED_EN} .{{3,80}}\bplease\W*$",
        rf"^\W*(?:i|we)(?:'d| would)?(?: just| also)? (?:want|need|like|wish) (?:you to|someone to) {_DEED_EN}\b|^\W*i(?:'d| would| hereby)* (?:want|like|wish|need)? ?(?:to )?(?:hereby )?(?:cancel|terminate) (?:my|our)\b",
        # de
        r"^\W*(?:(?:hallo|hi|guten tag|ok)\b[\s,]*)?(?:bitte )?(?:stornier|änder|lösch|verschieb|kündig|buch|sperr|korrigier|verlänger|aktualisier|annullier)(?:e|en|n|t|et)?(?: sie| mir| bitte| uns)* (?:mein\w*|unser\w*|den|die|das|ihn|sie|es|diese\w*|eine[nmr]?)\b(?!.*\?)",
        r"^\W*(?:ich|wir) (?:möchte|will|wollen|möchten)(?: hiermit| bitte)* (?:mein\w*|unser\w*) .{0,60}\b(?:kündigen|stornieren|verschieben|ändern|löschen|absagen)\b|^\W*hiermit (?:kündige|widerrufe|storniere)\b|\bbitte\b.{0,40}\b(?:stornieren|verschieben|ändern|löschen|sperren|kündigen|korrigieren)\W*$",
        # fr
        r"^\W*(?:(?:bonjour|merci de)\b[\s,]*)?(?:veuillez |merci d'|merci de )?(?:annule[zr]|modifie[zr]|change[zr]|supprime[zr]|déplace[zr]|résilie[zr]|bloque[zr]|corrige[zr]|renvoye[zr]|envoye[zr]|réserve[zr])(?:-moi|-nous)? (?:ma|mon|mes|notre|nos|cette|ce|moi)\b",
        r"^\W*je (?:veux|voudrais|souhaite) (?:annuler|modifier|résilier|supprimer|déplacer|changer) (?:ma|mon|mes)\b",
        # es
        r"^\W*(?:(?:hola|por favor)\b[\s,]*)?(?:cancel(?:e|en|a|ad)|cambi(?:e|en|a|ad)|modifi(?:que|quen|ca|cad)|elimin(?:e|en|a|ad)|borr(?:e|en|a|ad)|anul(?:e|en|a|ad)|bloque(?:e|en|a|ad)|mueva[n]?|actualic(?:e|en)|env[ií](?:e|en)(?:me)?|corrij(?:a|an)) (?:mi|mis|nuestr[oa]s?|esta|este|la|el)\b",
        r"^\W*(?:quiero|quisiera|necesito) (?:cancelar|anular|cambiar|modificar|eliminar|borrar) (?:mi|mis)\b",
        # it
        r"^\W*(?:(?:ciao|per favore|salve)\b[\s,]*)?(?:annulla(?:te)?|cambia(?:te)?|modifica(?:te)?|cancella(?:te)?|elimina(?:te)?|blocca(?:te)?|sposta(?:te)?) (?:il mio|la mia|i miei|le mie|questo|questa)\b|^\W*(?:voglio|vorrei) (?:annullare|cancellare|modificare|cambiare|disdire) (?:il mio|la mia|i miei|le mie)\b",
        # pt
        r"^\W*(?:(?:olá|por favor)\b[\s,]*)?(?:cancelem?|cancele|alterem?|altere|mudem?|apaguem?|bloqueiem?|bloqueie|removam?) (?:o meu|a minha|meu|minha|meus|minhas|este|esta)\b|^\W*(?:quero|gostaria de) (?:cancelar|alterar|mudar|apagar) (?:o meu|a minha|meu|minha)\b",
        # nl
        r"^\W*(?:(?:hallo|hoi|alstublieft)\b[\s,]*)?(?:annuleer|wijzig|verander|verwijder|verplaats|blokkeer|zeg)(?: aub| alstublieft)? (?:mijn|onze|deze|dit)\b|^\W*ik wil (?:graag )?mijn .{0,50}\b(?:annuleren|opzeggen|wijzigen|verplaatsen|verwijderen)\b",
    )
)
_OWN = r"(?:my|our|mein\w*|unser\w*|ma|mon|mes|notre|mi|mis|nuestr\w+|(?:il |la )?mi[ao]|miei|meu|minha|mijn|onze)"
_DEEDS = (
    rf"(?:{_DEED_EN}|stornieren|ändern|löschen|verschieben|kündigen|sperren|korrigieren|annuler|modifier|supprimer|déplacer|"
    r"résilier|bloquer|cancelar(?:me)?|anular|cambiar|modificar|eliminar|bloquear|annullare|cambiare|spostare|alterar|"
    r"mudar|annuleren|wijzigen|verplaatsen|verwijderen)"
)
# `Can you cancel my order?`, `Können Sie meinen Termin verschieben?`
_DEED_ON_MINE = re.compile(rf"\b{_DEEDS} (?:o |a |il |la )?{_OWN}\b|\b{_OWN}\b.{{1,60}}\b{_DEEDS}\W*$", re.I)


def demand_of(text: str) -> Demand | None:
    """What the message demands of a person: `complaint` also stands for money demanded back."""
    plain = " ".join(text.replace("’", "'").split())
    found: Demand | None = None
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", plain):
        asks_you = _ASKS_YOU.match(sentence) is not None
        if _ASKS.search(sentence) and not asks_you:
            continue
        if any(pattern.search(sentence) for pattern in _COMPLAINT):
            return "complaint"
        if any(pattern.search(sentence) for pattern in _ACTION) or (
            asks_you and _DEED_ON_MINE.search(sentence)
        ):
            found = "needs_action"
    return found
