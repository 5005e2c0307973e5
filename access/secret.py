"""The installation's secret key (密钥): made once, kept in the home, refused when weak."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from collections.abc import Mapping
from pathlib import Path

MINIMUM_BYTES = 32
FILE_NAME = "secret.key"
_KNOWN = (
    "changeme",
    "secret",
    "password",
    "thisismyscretkey",
    "your_secret_key",
    "temporary_key",
    "dev",
    "test",
)


class WeakSecret(RuntimeError):
    """The secret key is missing, short, well known or readable by others."""


def load_secret(home: Path, environ: Mapping[str, str] = os.environ) -> bytes:
    """Return the key from COCKPIT_SECRET_KEY or `<home>/secret.key`, making the file when neither is there.

    Raises:
        WeakSecret: shorter than 32 bytes, well known, of one repeated pattern, or the file is open to others.
    """
    given = environ.get("COCKPIT_SECRET_KEY")
    if given is not None:
        return _checked(given.strip(), "COCKPIT_SECRET_KEY")
    path = home / FILE_NAME
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process of this home was quicker
            return load_secret(home, environ)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise WeakSecret(
            f"{path}: readable by others (mode {path.stat().st_mode & 0o777:o}); run: chmod 600 {path}"
        )
    return _checked(path.read_text().strip(), str(path))


def derive(key: bytes, purpose: str) -> bytes:
    """Return a key for one purpose only, so that a leak of one says nothing about another."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).digest()


def _checked(text: str, where: str) -> bytes:
    if len(text.encode()) < MINIMUM_BYTES:
        raise WeakSecret(f"{where}: {len(text.encode())} bytes, at least {MINIMUM_BYTES} are needed")
    lowered = text.lower()
    if len(set(text)) < 8 or any(word * 4 in lowered or lowered.startswith(word) for word in _KNOWN):
        raise WeakSecret(f"{where}: a well known or repeated key; make one with: openssl rand -hex 32")
    return text.encode()
