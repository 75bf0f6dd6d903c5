"""Errors are named facts: a status, a code for programs, and a sentence for people.

A slice names its own facts by subclassing one of these; the docstring is the sentence shown unless another is
given. They are expected: they are answered, not logged as failures.
"""

import re
from typing import Any, ClassVar


class EchoError(Exception):
    """Something went wrong on our side. Try again in a moment."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "code" not in cls.__dict__:
            cls.code = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def __init__(self, message: str | None = None, **details: Any) -> None:
        sentence = message or " ".join((type(self).__doc__ or "").split())
        super().__init__(sentence)
        self.message = sentence
        self.details = details


class Unauthenticated(EchoError):
    """The key or session is missing, wrong or has ended."""

    status = 401


class Forbidden(EchoError):
    """Your role does not allow this."""

    status = 403


class NotFound(EchoError):
    """There is nothing here with this id."""

    status = 404


class Conflict(EchoError):
    """This does not fit the present state."""

    status = 409


class TooLarge(EchoError):
    """This is larger than what is taken."""

    status = 413


class Invalid(EchoError):
    """Something in the request is not right."""

    status = 422


class TooMany(EchoError):
    """Too many requests. Wait a moment."""

    status = 429


class Unavailable(EchoError):
    """Echo cannot reach its database right now. Try again in a few seconds."""

    status = 503


def render(error: EchoError) -> dict[str, Any]:
    """The one JSON shape of every error."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "details": error.details,
        }
    }
