"""A real mail server on this machine, for tests: keeps what it gets, refuses whom it is told to."""

from __future__ import annotations

import socket
import ssl
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

SAMPLES = Path(__file__).resolve().parents[1] / "samples" / "smtp"
CERTIFICATE, KEY = SAMPLES / "certificate.pem", SAMPLES / "key.pem"


@dataclass
class Office:
    """What the server got and whom it does not take."""

    port: int = 0
    letters: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    is_full: bool = False

    async def handle_RCPT(self, server, session, envelope: Envelope, address: str, options) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope: Envelope) -> str:
        if self.is_full:
            return "452 4.3.1 Insufficient system storage"
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.extend((to, message) for to in envelope.rcpt_tos)
        return "250 OK"


def _checked(server, session, envelope, mechanism, data) -> AuthResult:
    is_right = (data.login, data.password) == (b"cockpit", b"right")
    return AuthResult(success=is_right, handled=False)


def free_port() -> int:
    """Returns a port nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def post_office(tls: str = "none", *, needs_sign_in: bool = False):
    """Runs a mail server: `none`, `starttls` or `tls`; ends it afterwards."""
    office, more = Office(), {}
    context = None
    if tls != "none":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE, KEY)
    if tls == "starttls":
        more = {"tls_context": context, "require_starttls": True}
    if needs_sign_in:
        more |= {"authenticator": _checked, "auth_required": True, "auth_require_tls": tls == "starttls"}
    wrapped = {"ssl_context": context} if tls == "tls" else {}
    office.port = free_port()
    server = Controller(office, hostname="127.0.0.1", port=office.port, **wrapped, **more)
    with warnings.catch_warnings():
        # It does not see TLS that was there from the first byte.
        warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
        server.start()
        try:
            yield office
        finally:
            server.stop()
