"""What Echo says by itself, in the customer's language: English where it has no words."""

from typing import Literal

from echo_app.kit.language import guess

Phrase = Literal["not_found", "handing_over", "waiting", "greeting", "thanks", "bye", "failed"]

PHRASES: dict[str, dict[Phrase, str]] = {
    "en": {
        "not_found": "I could not find an answer to this in our help articles, so I am passing it to a person in our team. You will get the answer here.",
        "handing_over": "I am passing you to a person in our team. They see what you have written and will answer here.",
        "waiting": "A person in our team will answer here.",
        "greeting": "Hello, what can I help you with?",
        "thanks": "You are welcome. Ask me anything else whenever you like.",
        "bye": "Goodbye, and thank you for writing to us.",
        "failed": "I cannot answer just now, so I am passing this to a person in our team. You will get the answer here.",
    },
    "de": {
        "not_found": "In unseren Hilfeartikeln habe ich dazu keine Antwort gefunden, deshalb gebe ich die Frage an einen Menschen in unserem Team weiter. Die Antwort kommt hier.",
        "handing_over": "Ich gebe das Gespräch an einen Menschen in unserem Team weiter. Er sieht, was du geschrieben hast, und antwortet hier.",
        "waiting": "Ein Mensch aus unserem Team antwortet hier.",
        "greeting": "Hallo, wobei kann ich helfen?",
        "thanks": "Gern geschehen. Weitere Fragen sind jederzeit willkommen.",
        "bye": "Auf Wiedersehen und danke für die Nachricht.",
        "failed": "Gerade kann ich nicht antworten, deshalb gebe ich die Frage an einen Menschen in unserem Team weiter. Die Antwort kommt hier.",
    },
    "fr": {
        "not_found": "Je n'ai pas trouvé de réponse dans nos articles d'aide ; je transmets donc votre question à une personne de notre équipe. La réponse arrivera ici.",
        "handing_over": "Je transmets la conversation à une personne de notre équipe. Elle voit ce que vous avez écrit et vous répondra ici.",
        "waiting": "Une personne de notre équipe vous répondra ici.",
        "greeting": "Bonjour, comment puis-je vous aider ?",
        "thanks": "Avec plaisir. N'hésitez pas si vous avez une autre question.",
        "bye": "Au revoir et merci de nous avoir écrit.",
        "failed": "Je ne peux pas répondre pour le moment ; je transmets donc votre question à une personne de notre équipe. La réponse arrivera ici.",
    },
    "es": {
        "not_found": "No he encontrado la respuesta en nuestros artículos de ayuda, así que paso tu pregunta a una persona de nuestro equipo. La respuesta llegará aquí.",
        "handing_over": "Paso la conversación a una persona de nuestro equipo. Ve lo que has escrito y te responderá aquí.",
        "waiting": "Una persona de nuestro equipo te responderá aquí.",
        "greeting": "Hola, ¿en qué puedo ayudarte?",
        "thanks": "De nada. Si tienes otra pregunta, aquí estoy.",
        "bye": "Hasta luego y gracias por escribirnos.",
        "failed": "Ahora mismo no puedo responder, así que paso tu pregunta a una persona de nuestro equipo. La respuesta llegará aquí.",
    },
}


def phrase(name: Phrase, language: str) -> str:
    """The words for it, in English when the language has none."""
    return PHRASES.get(language, PHRASES["en"])[name]


def language_of(text: str, default: str = "en") -> str:
    """The language to answer in: one of those that `PHRASES` has."""
    language = guess.language_of(text, default)
    return language if language in PHRASES else "en"
