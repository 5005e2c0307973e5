"""A small demonstration town, loaded, built, published and served; and a browser that is signed in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
STEPS = (
    ("etl.synth", "history", "--days", "70", "--scale", "0.15"),
    ("etl", "init"),
    ("etl", "load-all"),
    ("etl", "build"),
    ("etl", "publish"),
)


@dataclass(frozen=True)
class Served:
    """The running app: its address, one sign-in link per role, its home."""

    url: str
    links: dict[str, str]
    home: Path


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def _wait(url: str, process: subprocess.Popen) -> None:
    limit = time.monotonic() + 90
    while time.monotonic() < limit:
        assert process.poll() is None, "the web server ended"
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the web server did not answer")


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    port = _free_port()
    env = {**os.environ, "COCKPIT_HOME": str(home), "COCKPIT_TOWN": "stown", "COCKPIT_PORT": str(port)}
    for step in STEPS:
        done = subprocess.run(
            [sys.executable, "-m", *step], cwd=ROOT, env=env, capture_output=True, text=True
        )
        assert done.returncode in (0, 3), f"{' '.join(step)}: {done.stdout[-500:]} {done.stderr[-1500:]}"
    process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        listed = subprocess.run(
            [sys.executable, "-m", "access", "user", "demo"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
        )
        links = dict(line.split() for line in listed.stdout.splitlines() if line.strip().startswith("demo-"))
        yield Served(url, links, home)
    finally:
        process.terminate()
        process.wait(timeout=15)


@pytest.fixture(scope="session")
def browser(browser_path):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def signed_in(served, browser: Browser):
    """Cookies of the leader, signed in once: a demonstration link works a limited time."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(served.links["demo-leader"])
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_page(served, browser: Browser, signed_in):
    """Opens an address as the leader; fails on console errors, failed answers or foreign requests.

    `refused`: a part of addresses that the server is right to refuse here.
    """
    faults: list[str] = []
    contexts = []

    def opened(
        path: str,
        *,
        size: tuple[int, int] = (1920, 1080),
        waits_for: str = "[data-kpi] .digits",
        refused: str = "",
    ) -> Page:
        def note(told: str, url: str) -> None:
            if not (refused and refused in url):
                faults.append(told)

        context = browser.new_context(storage_state=signed_in, viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on(
            "console", lambda said: note(said.text, said.location["url"]) if said.type == "error" else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "response", lambda got: note(f"{got.status} {got.url}", got.url) if got.status >= 400 else None
        )
        page.on("request", lambda sent: faults.extend(_foreign(sent.url, served)))
        page.goto(served.url + path)
        page.wait_for_selector(waits_for)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


def _foreign(url: str, served: Served) -> list[str]:
    return [] if url.startswith((served.url, "data:", "blob:")) else [f"left the machine: {url}"]
