from echo_app.errors import (
    Conflict,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
)


class InvalidCredentials(Unauthenticated):
    """The e-mail or the password is wrong."""


class TooManyAttempts(TooMany):
    """Too many failed logins. Wait fifteen minutes, then try again."""


class EmailTaken(Conflict):
    """Somebody has already signed up with this e-mail. Log in instead."""


class InvalidEmail(Invalid):
    """This is not an e-mail address."""


class PasswordTooShort(Invalid):
    """Use a password of at least 10 characters."""


class PasswordTooLong(Invalid):
    """Use a password of at most 200 characters."""


class MissingField(Invalid):
    """A field is empty."""


class FieldNotText(Invalid):
    """This holds characters that are not text."""


class ChangedMeanwhile(Conflict):
    """Somebody has changed it since. Nothing was undone."""


class InvalidSite(Invalid):
    """A site is written like https://shop.example, without a path."""


class InvalidModel(Invalid):
    """This model cannot be chosen here."""


class ApiKeyNotFound(NotFound):
    """There is no API key with this id."""


class TenantNotFound(NotFound):
    """There is no tenant with this id."""
