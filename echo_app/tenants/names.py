"""What people call things: a company, a person, an assistant, an API key."""

from echo_app.kit.text import is_text
from echo_app.tenants.errors import FieldNotText, MissingField


def checked(text: str, field: str, longest: int) -> str:
    """The text without blanks around it, cut to `longest` characters; it may not be empty.

    Raises MissingField, FieldNotText (NUL, other control characters, lone surrogates: no database keeps them).
    """
    if not text.strip():
        raise MissingField(field=field)
    return readable(text, field, longest)


def readable(text: str, field: str, longest: int) -> str:
    """Like `checked`, for what may be empty. Raises FieldNotText."""
    if not is_text(text):
        raise FieldNotText(field=field)
    return text.strip()[:longest]
