"""Passwords, by argon2. Needs the optional part 'desk'."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hazecast.errors import SettingsError

LEAST_LENGTH, GREATEST_LENGTH = 10, 200
NO_PASSWORD = ""
"""In place of the hash of an account that is let in by others' word alone."""
_HASHER = PasswordHasher()
_HASH_OF_NOTHING = _HASHER.hash("what nobody has as a password")


def hashed(password: str) -> str:
    """The argon2 hash of a password; raises SettingsError for one that is too short or too long."""
    if not LEAST_LENGTH <= len(password) <= GREATEST_LENGTH:
        raise SettingsError(
            f"The password has {len(password)} characters; expected {LEAST_LENGTH} to {GREATEST_LENGTH}.",
            "Choose another, such as four words.",
        )
    return _HASHER.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether a password is the one of the hash. Takes as long where there is no hash, so that time tells no names."""
    try:
        return _HASHER.verify(password_hash or _HASH_OF_NOTHING, password[: GREATEST_LENGTH + 1]) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False
