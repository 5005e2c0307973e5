"""The web server and the live loader of a home as they run in earnest, and someone signed in."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from bench.homes import Home
from bench.measure import BenchError
from data.settings import REPOSITORY

PORT = 8971
START_LIMIT_S = 60


@dataclass(frozen=True)
class Served:
    """A running installation; `cookies` are those of the wall's demonstration account."""

    home: Home
    url: str
    cookies: dict[str, str]

    @property
    def cookie_header(self) -> str:
        """The cookies as a browser sends them."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


@contextmanager
def served(home: Home, *, is_live: bool = False) -> Iterator[Served]:
    """Runs app.py (and the live loader) for the home until the block ends.

    Raises:
        BenchError: a process ended, or nobody answers.
    """
    commands = [["app.py"]]
    if is_live:
        commands.append(["-m", "etl", "watch", "--town", "stown", "--home", str(home.settings.home)])
    environment = {
        **os.environ,
        "COCKPIT_TOWN": "stown",
        "COCKPIT_HOME": str(home.settings.home),
        "COCKPIT_PORT": str(PORT),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, *command],
            cwd=REPOSITORY,
            env=environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for command in commands
    ]
    try:
        _await_answer(processes)
        yield Served(home, f"http://127.0.0.1:{PORT}", sign_in(environment))
    finally:
        for process in processes:
            with suppress(ProcessLookupError):  # one that ended by itself must not keep the other running
                os.killpg(process.pid, signal.SIGTERM)
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _await_answer(processes: list[subprocess.Popen]) -> None:
    limit = time.monotonic() + START_LIMIT_S
    while time.monotonic() < limit:
        for process in processes:
            if process.poll() is not None:
                raise BenchError(f"{process.args} ended with code {process.returncode}")
        try:
            if get("/healthz", cookies="")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    raise BenchError(f"port {PORT}: no answer within {START_LIMIT_S} s")


def get(path: str, *, cookies: str) -> tuple[int, dict[str, str], bytes]:
    """Returns status, headers and body of one request to the server under test."""
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    try:
        line.request("GET", path, headers={"Cookie": cookies} if cookies else {})
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        line.close()


def post(path: str, body: str, *, cookies: str) -> bytes:
    """Returns the body a browser of this origin would get.

    Raises:
        BenchError: the server refused.
    """
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    origin = f"http://127.0.0.1:{PORT}"
    headers = {
        "Cookie": cookies,
        "Origin": origin,
        "Referer": f"{origin}/",
        "Content-Type": "application/json",
    }
    headers |= {"Accept-Encoding": "gzip, br", "Sec-Fetch-Site": "same-origin"}
    try:
        line.request("POST", path, body=body.encode(), headers=headers)
        answer = line.getresponse()
        content = answer.read()
    finally:
        line.close()
    if answer.status != 200:
        raise BenchError(f"{path}: status {answer.status}: {content[:200]!r}")
    return content


def sign_in(environment: dict[str, str]) -> dict[str, str]:
    """Returns the session cookies a fresh sign-in link of the wall's account gives.

    Raises:
        BenchError: the link does not sign in.
    """
    made = subprocess.run(
        [sys.executable, "-m", "access", "user", "demo", "--json"],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    links = {each["role"]: each["url"] for each in json.loads(made.stdout)}
    parts = urlsplit(links["wall"])
    line = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    line.request("GET", f"{parts.path}?{parts.query}")
    answer = line.getresponse()
    cookies = dict(
        value.split(";", 1)[0].split("=", 1)
        for name, value in answer.getheaders()
        if name.lower() == "set-cookie"
    )
    line.close()
    if not cookies:
        raise BenchError(f"sign-in link answered {answer.status} without a cookie")
    return cookies
