"""`python -m etl.synth`: draw the demonstration town, write its history, keep its feeds flowing."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from data.settings import TOWNS, Settings, parse_instant, read_settings
from data.town import load_town
from etl.synth.history import Plan, local_day, write_history
from etl.synth.incidents import Volume
from etl.synth.profile2020 import plan_2020
from etl.synth.stream import run_stream
from etl.synth.townfiles import TOWN_SEED, write_town

SEED = 20261122
app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__)
Home = Annotated[str | None, typer.Option(help="folder with landing/; default COCKPIT_HOME")]
TownOption = Annotated[str | None, typer.Option(help="town folder or name")]
Seed = Annotated[int, typer.Option(help="the same seed writes the same bytes")]


def _utc_seconds(instant: datetime) -> int:
    return int(instant.replace(tzinfo=UTC).timestamp())


def _now(settings: Settings, until: str | None) -> int:
    """Returns `--until`, else the installation's present instant, as a UTC second."""
    if until:
        return _utc_seconds(parse_instant(until, name="--until"))
    return _utc_seconds(load_town(settings).now(settings))


@app.command()
def town(folder: Path = TOWNS / "stown", seed: Seed = TOWN_SEED) -> None:
    """Writes the drawn files of the town folder: areas, facts, staff, categories, limits, code maps."""
    write_town(folder, seed=seed)
    print(f"{folder}: drawn with seed {seed}")


@app.command()
def history(
    home: Home = None,
    town: TownOption = None,
    seed: Seed = SEED,
    days: Annotated[int, typer.Option(help="days of history")] = 730,
    scale: Annotated[float, typer.Option(help="1 = the whole town")] = 1.0,
    until: Annotated[str | None, typer.Option(help="instant at which history ends; default now")] = None,
    null: Annotated[bool, typer.Option("--null", help="no grid differs from another; three months")] = False,
) -> None:
    """Writes the feeds' files from `days` ago until now into <home>/landing, and the truth into <home>/truth."""
    settings = read_settings(town=town, home=home)
    now = _now(settings, until)
    first = local_day(now) - timedelta(days=92 if null and days == 730 else days)
    plan = Plan(settings.town_dir, settings.home, first, now, seed, Volume(scale), is_null=null)
    begun = time.monotonic()
    counts = write_history(plan)
    print(f"{sum(counts.values()):,} rows in {time.monotonic() - begun:.1f} s under {plan.home / 'landing'}")


@app.command()
def stream(
    home: Home = None,
    town: TownOption = None,
    speed: Annotated[float, typer.Option(help="seconds of the town's time that pass in one second")] = 1.0,
    ahead: Annotated[bool, typer.Option("--ahead", help="let the town's time run past the present")] = False,
    rounds: Annotated[int | None, typer.Option(help="stop after this many rounds")] = None,
) -> None:
    """Goes on where history ended: catches up, then writes new small files until it is stopped."""
    settings = read_settings(town=town, home=home)
    run_stream(settings, speed=speed, is_ahead=ahead, rounds=rounds)


@app.command("profile-2020")
def profile_2020(home: Home = None, town: TownOption = None, seed: Seed = SEED) -> None:
    """Writes January-October 2020 with the published totals: 188,703 records, 27,087 随手拍, 395 of them disputes."""
    settings = read_settings(town=town, home=home)
    plan = plan_2020(settings.town_dir, settings.home, seed=seed)
    assert plan.first == date(2020, 1, 1)
    counts = write_history(plan)
    print(f"{sum(counts.values()):,} rows (later versions included) under {plan.home / 'landing'}")


if __name__ == "__main__":
    app()
