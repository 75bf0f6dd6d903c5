"""Coming in: passwords, sessions and keys. Tokens are random and stored only as their SHA-256."""

import hashlib
import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from email_validator import EmailNotValidError, validate_email

from echo_app.tenants.errors import InvalidEmail, PasswordTooLong, PasswordTooShort

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
API_KEY_PREFIX = "echo_sk_"

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Argon2id with the library's parameters. Raises PasswordTooShort, PasswordTooLong."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort()
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong()
    return _hasher.hash(password)


def password_fits(password: str, password_hash: str | None) -> bool:
    """Whether the password is that of the hash; takes as long for an account that does not exist."""
    try:
        fits = _hasher.verify(password_hash or _nobodys_hash(), password[: LONGEST_PASSWORD + 1])
    except (VerificationError, InvalidHashError):
        return False
    return fits and password_hash is not None


def normal_email(address: str) -> str:
    """The address in lower case. Raises InvalidEmail."""
    try:
        # Domains for examples and tests are addresses too; whether mail arrives is another question.
        return validate_email(
            address.strip(), check_deliverability=False, test_environment=True
        ).normalized.lower()
    except EmailNotValidError as wrong:
        raise InvalidEmail() from wrong


@cache
def _nobodys_hash() -> str:
    """Checked when there is no such account, so that an answer takes as long as with one; made at the first login,
    since it takes as long and 64 MB."""
    return _hasher.hash(secrets.token_urlsafe(16))


def new_token() -> str:
    return secrets.token_urlsafe(32)


def new_api_key() -> str:
    return API_KEY_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
