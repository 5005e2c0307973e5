"""`python -m etl.synth`: draw the demonstration town, write its history, keep its feeds flowing."""

from __future__ import annotations

import time
from datetime import UTC, timedelta
from pathlib import Path
from typing import Annotated

import typer

from data.settings import TOWNS
from etl.cli_context import Place, guarded
from etl.synth.history import write_history
from etl.synth.incidents import Volume
from etl.synth.plan import Plan, local_day
from etl.synth.profile2020 import plan_2020
from etl.synth.stream import run_stream
from etl.synth.townfiles import TOWN_SEED, write_town

SEED = 20261122
NULL_DAYS = 92
app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=__doc__)
Seed = Annotated[int, typer.Option(help="the same seed writes the same bytes")]
Days = Annotated[int, typer.Option(help="days of history; `--null` without it means three months")]
Scale = Annotated[float, typer.Option(help="1 = the whole town")]
Null = Annotated[bool, typer.Option("--null", help="no grid differs from another")]
Speed = Annotated[float, typer.Option(help="seconds of the town's time that pass in one second")]
Ahead = Annotated[bool, typer.Option("--ahead", help="let the town's time run past the present")]
Rounds = Annotated[int | None, typer.Option(help="stop after this many rounds")]


@app.command("town")
@guarded
def draw_town_folder(*, folder: Path = TOWNS / "stown", seed: Seed = TOWN_SEED) -> None:
    """Writes the drawn files of the town folder: areas, facts, staff, categories, limits, code maps."""
    write_town(folder, seed=seed)
    print(f"{folder}: drawn with seed {seed}")


@app.command()
@guarded
def history(
    place: Place, *, days: Days = 730, scale: Scale = 1.0, seed: Seed = SEED, null: Null = False
) -> None:
    """Writes feed files from `days` ago until now into landing/, and what really happened into truth/."""
    now = int(place.town.now(place.settings).replace(tzinfo=UTC).timestamp())
    first = local_day(now) - timedelta(days=NULL_DAYS if null and days == 730 else days)
    settings = place.settings
    plan = Plan(settings.town_dir, settings.home, first, now, seed, Volume(scale), is_null=null)
    _write(plan)


@app.command()
@guarded
def stream(place: Place, *, speed: Speed = 1.0, ahead: Ahead = False, rounds: Rounds = None) -> None:
    """Goes on where history ended: catches up, then writes new small files until it is stopped."""
    run_stream(place.settings, speed=speed, is_ahead=ahead, rounds=rounds)


@app.command("profile-2020")
@guarded
def profile_2020(place: Place, *, seed: Seed = SEED) -> None:
    """Writes January-October 2020 with the published totals, for a home whose clock is frozen there."""
    _write(plan_2020(place.settings.town_dir, place.settings.home, seed=seed))


def _write(plan: Plan) -> None:
    begun = time.monotonic()
    counts = write_history(plan)
    print(f"{sum(counts.values()):,} rows in {time.monotonic() - begun:.1f} s under {plan.home / 'landing'}")


if __name__ == "__main__":
    app()
