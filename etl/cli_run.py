"""Commands that make numbers of what was loaded: build, publish, watch."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from etl.cli_context import Place, guarded
from etl.contract import load_contract, load_contracts
from etl.landing import load_file
from etl.store import open_store


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("build")(guarded(build))
    app.command("publish")(guarded(publish))
    app.command("watch")(guarded(watch))


def build(
    place: Place,
    full: Annotated[bool, typer.Option("--full", help="Build everything, not only what changed.")] = False,
) -> int:
    """Builds core and mart tables from what was loaded."""
    from etl.build import build as build_tables

    begun = time.monotonic()
    with open_store(place.settings) as con:
        result = build_tables(con, place.town, full=full)
    seconds = round(time.monotonic() - begun, 2)
    place.say(
        {"result": vars(result) if hasattr(result, "__dict__") else str(result), "seconds": seconds},
        f"built in {seconds} s: {result}",
    )
    return 0


def publish(place: Place) -> int:
    """Publishes what was built as the next generation."""
    from etl.publish import publish as publish_generation

    with open_store(place.settings) as con:
        result = publish_generation(con, place.town, place.settings)
    place.say({"generation": result.generation}, f"published generation {result.generation}")
    return 0


def watch(place: Place) -> int:
    """Loads, builds and publishes whatever lands, until stopped."""
    from etl.watch import watch as watch_landing

    feeds = list(load_contracts(place.town))
    for feed in feeds:
        (place.settings.landing_dir / feed).mkdir(parents=True, exist_ok=True)
    with open_store(place.settings) as con:

        def loader(feed: str) -> Callable[[Path], object]:
            contract = load_contract(place.town, feed)
            return lambda path: load_file(con, place.town, contract, path=path, settings=place.settings)

        loaders = {feed: loader(feed) for feed in feeds}
        watch_landing(con, place.town, settings=place.settings, loaders=loaders)
    return 0
