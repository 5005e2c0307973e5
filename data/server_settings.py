"""How this installation is served (服务设置): port, hosts, cookies, from COCKPIT_* variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from data.settings import SettingsError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True)
class ServerSettings:
    """One serving process.

    Attributes:
        host: address to listen on; loopback unless somebody decides otherwise.
        port: TCP port.
        allowed_hosts: names accepted in the Host header, without a port.
        is_secure: a TLS proxy stands in front, so cookies are marked Secure and HSTS is sent.
        is_demo_forced: demo links are allowed although the town is not synthetic.
    """

    host: str
    port: int
    allowed_hosts: frozenset[str]
    is_secure: bool
    is_demo_forced: bool


def read_server_settings(environ: Mapping[str, str] | None = None) -> ServerSettings:
    """Return the settings from COCKPIT_BIND, COCKPIT_PORT, COCKPIT_HOSTS, COCKPIT_TLS and COCKPIT_DEMO.

    Raises:
        SettingsError: a port that is none, or a wildcard among the hosts.
    """
    environ = os.environ if environ is None else environ
    hosts = [name.strip().lower() for name in environ.get("COCKPIT_HOSTS", "").split(",") if name.strip()]
    for name in hosts:
        if "*" in name or "/" in name:
            raise SettingsError(
                f"COCKPIT_HOSTS = {name!r}: write whole host names, without wildcard or scheme"
            )
    return ServerSettings(
        host=environ.get("COCKPIT_BIND") or "127.0.0.1",
        port=_port(environ.get("COCKPIT_PORT") or "8050"),
        allowed_hosts=frozenset([*LOOPBACK, *hosts]),
        is_secure=environ.get("COCKPIT_TLS") == "1",
        is_demo_forced=environ.get("COCKPIT_DEMO") == "1",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"COCKPIT_PORT = {text!r}: expected a number from 1 to 65535")
    return int(text)
