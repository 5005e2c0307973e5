"""`make run`: brings one town up from nothing and keeps it running until Ctrl-C (启动).

Holds no knowledge of its own about loading, building or serving: it calls the same commands an operator
would, in order, and watches the long-running ones. A second start finds what is published and only starts
those.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from data.settings import Settings, read_settings
from data.town import Town, load_town
from data.yamlfile import DefinitionError

ROOT = Path(__file__).resolve().parent.parent
LOADED = (0, 3)  # 3 = loaded, some rows in quarantine
STOP_GRACE_S = 8
READY_LIMIT_S = 60


class RunError(RuntimeError):
    """The town cannot be brought up; says which command failed."""


@dataclass(frozen=True)
class Plan:
    """What to run for one town.

    Attributes:
        settings: where the town lives.
        town: the town's configuration.
        port: TCP port of the web server.
        speed: how many seconds of the demonstration stream pass in one second.
    """

    settings: Settings
    town: Town
    port: int
    speed: float

    @property
    def home(self) -> tuple[str, ...]:
        """Options every command takes."""
        return ("--home", str(self.settings.home), "--town", str(self.settings.town_dir))


def bring_up(plan: Plan) -> None:
    """Makes, loads, builds and publishes the town's data; what is published already is only brought up to date.

    Raises:
        RunError: a command failed.
    """
    if (plan.settings.published_dir / "CURRENT").exists():
        renew(plan)
        return
    begun = time.monotonic()
    run_step("preparing the home folder", ("etl", "init", *plan.home))
    if plan.town.file.is_synthetic:
        run_step("making two years of feed files", ("etl.synth", "history", *plan.home))
    for feed, paths in plan.town.file.sources.items():
        for path in paths:
            file = plan.town.expand(path)
            run_step(f"loading {file.name}", ("etl", "load", feed, str(file), *plan.home), accepted=LOADED)
    run_step("loading what has landed", ("etl", "load-all", *plan.home), accepted=LOADED)
    run_step("building", ("etl", "build", *plan.home))
    run_step("publishing", ("etl", "publish", *plan.home))
    print(f"data ready after {time.monotonic() - begun:.0f} s", flush=True)


def renew(plan: Plan) -> None:
    """Builds and publishes again when models, rules or the town's folder changed since; a moment when nothing did.

    Raises:
        RunError: a command failed.
    """
    command = [sys.executable, "-m", "etl", "build", *plan.home, "--json"]
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise RunError(f"building: `python -m etl build` ended with code {done.returncode}")
    built = json.loads(done.stdout)["result"]
    if built["is_full"] or built["incident_count"]:
        run_step("publishing what changed", ("etl", "publish", *plan.home))


def run_step(label: str, module: tuple[str, ...], *, accepted: tuple[int, ...] = (0,)) -> None:
    """Runs one command to its end and says how long it took.

    Raises:
        RunError: the command ended with another code than the accepted ones.
    """
    print(f"-- {label} ...", flush=True)
    begun = time.monotonic()
    code = subprocess.run([sys.executable, "-m", *module], cwd=ROOT, check=False).returncode
    if code not in accepted:
        raise RunError(f"{label}: `python -m {' '.join(module)}` ended with code {code}")
    print(f"   {label}: {time.monotonic() - begun:.1f} s", flush=True)


def start_services(plan: Plan) -> dict[str, subprocess.Popen]:
    """Starts the web server, the live loader and, for a demonstration town, the stream of new files."""
    services = {"web server": ["app.py"], "live loader": ["-m", "etl", "watch", *plan.home]}
    if plan.town.file.is_synthetic:
        services["stream"] = ["-m", "etl.synth", "stream", *plan.home, "--speed", str(plan.speed)]
    # Own process groups: Ctrl-C reaches this process only, which then stops the others in order.
    return {
        name: subprocess.Popen([sys.executable, *command], cwd=ROOT, start_new_session=True)
        for name, command in services.items()
    }


def wait_until_ready(port: int, server: subprocess.Popen) -> None:
    """Returns once the web server answers.

    Raises:
        RunError: it ended, or did not answer in time.
    """
    limit = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < limit:
        if server.poll() is not None:
            raise RunError(f"the web server ended with code {server.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except urllib.error.HTTPError:
            return  # it answers; /healthz says unwell, which the screen shows too
        except OSError:
            time.sleep(0.2)
    raise RunError(f"the web server did not answer on port {port} within {READY_LIMIT_S} s")


def show_ways_in(plan: Plan) -> None:
    """Prints a sign-in link per role; for a real town, which has accounts instead, how to make one."""
    if plan.town.file.is_synthetic or os.environ.get("COCKPIT_DEMO") == "1":
        run_step("sign-in links", ("access", "user", "demo", *plan.home))
    else:
        print(
            "sign in with an account; `python -m access user add` makes one (docs/operations.md)", flush=True
        )


def watch(services: dict[str, subprocess.Popen]) -> int:
    """Waits until the web server ends or a signal asks to stop; returns the exit code.

    When the loader or the stream ends, the wall goes on with what it has and marks it stale by itself.
    """
    ended: set[str] = set()
    while True:
        for name, process in services.items():
            code = process.poll()
            if code is None or name in ended:
                continue
            print(f"the {name} ended with code {code}", file=sys.stderr, flush=True)
            if name == "web server":
                return code or 1
            ended.add(name)
        time.sleep(0.5)


def stop(services: dict[str, subprocess.Popen]) -> None:
    """Ends every service and what it started: first politely, then for certain."""
    for process in services.values():
        _signal_group(process, signal.SIGTERM)
    limit = time.monotonic() + STOP_GRACE_S
    for process in services.values():
        try:
            process.wait(timeout=max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            _signal_group(process, signal.SIGKILL)
            process.wait()


def _signal_group(process: subprocess.Popen, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)


def _read_plan() -> Plan:
    parser = argparse.ArgumentParser(prog="make run", description=__doc__)
    parser.add_argument("--town", default="stown", help="name of a folder under data/towns, or a path")
    parser.add_argument("--data", help="folder that stands for ${DATA} in town files")
    parser.add_argument("--port", type=int, default=8050)
    parser.add_argument("--speed", type=float, default=1.0, help="speed of the demonstration stream")
    given = parser.parse_args()
    os.environ["COCKPIT_TOWN"] = given.town
    os.environ["COCKPIT_PORT"] = str(given.port)
    if given.data:
        os.environ["COCKPIT_DATA"] = str(Path(given.data).resolve())
    settings = read_settings()
    os.environ["COCKPIT_HOME"] = str(settings.home)
    town = load_town(settings)
    if town.file.sources:  # a replay of open data: nobody's accounts are behind the demonstration links
        os.environ.setdefault("COCKPIT_DEMO", "1")
    return Plan(settings, town, port=given.port, speed=given.speed)


def _stop_asked(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> int:
    """Brings the town up, serves it, stops everything on Ctrl-C or SIGTERM."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop_asked)
    services: dict[str, subprocess.Popen] = {}
    try:
        plan = _read_plan()
        bring_up(plan)
        services = start_services(plan)
        wait_until_ready(plan.port, services["web server"])
        print(f"\n{plan.town.label.zh} / {plan.town.label.en}: http://127.0.0.1:{plan.port}/", flush=True)
        show_ways_in(plan)
        print("Ctrl-C stops everything.", flush=True)
        return watch(services)
    except KeyboardInterrupt:
        print("\nstopping ...", flush=True)
        return 0
    except (RunError, DefinitionError, ValueError) as error:
        print(f"make run failed: {error}", file=sys.stderr)
        return 2
    finally:
        stop(services)


if __name__ == "__main__":
    sys.exit(main())
