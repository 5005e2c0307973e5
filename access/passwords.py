"""Passwords: what is strong enough, and how they are kept (口令)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string

MINIMUM_LENGTH = 10
MINIMUM_CLASSES = 3
MAXIMUM_LENGTH = 200  # a longer one only costs time
REMEMBERED = 5  # GB/T 22239 identity clause: the last five are not used again
_COST, _BLOCK, _LANES = 2**15, 8, 1
# Long enough for the rule yet tried first by everyone.
_COMMON = (
    "password",
    "qwerty",
    "admin",
    "welcome",
    "letmein",
    "123456",
    "111111",
    "abc123",
    "1qaz2wsx",
    "cockpit",
)
# Without those that look alike on paper.
_READABLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_TRANSLATE = str.maketrans({"@": "a", "0": "o", "1": "l", "3": "e", "$": "s", "5": "s"})


class WeakPassword(ValueError):
    """The password does not satisfy the rule; the message says which part."""


def check_strength(password: str, *, account_name: str) -> None:
    """Raise WeakPassword unless the password is long, mixed, not common and not the account's own name."""
    if not MINIMUM_LENGTH <= len(password) <= MAXIMUM_LENGTH:
        raise WeakPassword(f"password: {MINIMUM_LENGTH} to {MAXIMUM_LENGTH} characters, got {len(password)}")
    classes = (
        any(c in string.ascii_lowercase for c in password),
        any(c in string.ascii_uppercase for c in password),
        any(c in string.digits for c in password),
        any(c not in string.ascii_letters + string.digits for c in password),
    )
    if sum(classes) < MINIMUM_CLASSES:
        raise WeakPassword(
            f"password: {MINIMUM_CLASSES} of lower case, upper case, digits, others; got {sum(classes)}"
        )
    lowered = password.lower()
    plain = lowered.translate(_TRANSLATE)
    if account_name and account_name.lower() in lowered:
        raise WeakPassword("password: must not contain the account's name")
    for word in _COMMON:
        # Most of the password must be the user's own, not a word from the list with trimmings.
        if (word in lowered or word in plain) and len(password) - len(word) < MINIMUM_LENGTH - 2:
            raise WeakPassword(f"password: too close to the common password '{word}'")


def make_password() -> str:
    """Return a random password that satisfies the rule, in groups that can be read out."""
    while True:
        drawn = "".join(secrets.choice(_READABLE) for _ in range(20))
        if (
            any(c.islower() for c in drawn)
            and any(c.isupper() for c in drawn)
            and any(map(str.isdigit, drawn))
        ):
            return "-".join(drawn[start : start + 5] for start in range(0, 20, 5))


def hash_password(password: str) -> str:
    """Return `scrypt$N$r$p$salt$hash` for keeping."""
    salt = secrets.token_bytes(16)
    digest = _scrypt(password, salt, cost=_COST)
    return f"scrypt${_COST}${_BLOCK}${_LANES}${salt.hex()}${digest.hex()}"


def verify_password(password: str, kept: str) -> bool:
    """Tell whether the password is the kept one, in time that does not depend on where they differ."""
    _, cost, _, _, salt, digest = kept.split("$")
    found = _scrypt(password[:MAXIMUM_LENGTH], bytes.fromhex(salt), cost=int(cost))
    return hmac.compare_digest(found, bytes.fromhex(digest))


def _scrypt(password: str, salt: bytes, *, cost: int) -> bytes:
    secret = password.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(secret, salt=salt, n=cost, r=_BLOCK, p=_LANES, maxmem=256 * cost * _BLOCK, dklen=32)


# Checked when the account does not exist, so that its absence cannot be told by the clock.
NOBODY = hash_password(secrets.token_hex(16))
