"""How this installation sends mail (邮件设置): COCKPIT_SMTP_* variables; without a host no mail is sent."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from data.settings import SettingsError

PORTS = {"none": 25, "starttls": 587, "tls": 465}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, kw_only=True)
class MailSettings:
    """One mail server.

    Attributes:
        tls: `tls` from the first byte, `starttls` after greeting, `none` only where the wire is trusted.
        user: empty: without signing in.
        sender: address the mail comes from.
        authority: file of certificates trusted beside the system's; empty: the system's only.
    """

    host: str
    port: int
    tls: str
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str = ""


def read_mail_settings(environ: Mapping[str, str] | None = None) -> MailSettings | None:
    """Returns the settings; None without COCKPIT_SMTP_HOST.

    The others: COCKPIT_SMTP_PORT, _TLS, _FROM, _USER, _PASSWORD or _PASSWORD_FILE, _CA.

    Raises:
        SettingsError: a value that cannot be, or a password that would be sent in the clear.
    """
    environ = os.environ if environ is None else environ
    host = environ.get("COCKPIT_SMTP_HOST", "").strip()
    if not host:
        return None
    tls = environ.get("COCKPIT_SMTP_TLS") or "starttls"
    if tls not in PORTS:
        raise SettingsError(f"COCKPIT_SMTP_TLS = {tls!r}: expected {', '.join(PORTS)}")
    port, sender = environ.get("COCKPIT_SMTP_PORT") or str(PORTS[tls]), environ.get("COCKPIT_SMTP_FROM", "")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise SettingsError(f"COCKPIT_SMTP_PORT = {port!r}: expected a number from 1 to 65535")
    if sender.count("@") != 1 or any(sign in sender for sign in " \r\n,;<>"):
        raise SettingsError(f"COCKPIT_SMTP_FROM = {sender!r}: expected one address")
    user = environ.get("COCKPIT_SMTP_USER", "")
    if user and tls == "none" and host not in LOOPBACK:
        raise SettingsError("COCKPIT_SMTP_TLS = 'none': a password would cross the network in the clear")
    return MailSettings(
        host=host,
        port=int(port),
        tls=tls,
        sender=sender,
        user=user,
        password=_password(environ) if user else "",
        authority=environ.get("COCKPIT_SMTP_CA", ""),
    )


def _password(environ: Mapping[str, str]) -> str:
    path = environ.get("COCKPIT_SMTP_PASSWORD_FILE")
    if not path:
        return environ.get("COCKPIT_SMTP_PASSWORD", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip("\r\n")
    except OSError as error:
        raise SettingsError(f"COCKPIT_SMTP_PASSWORD_FILE = {path!r}: {error.strerror}") from None
