"""Commands that write starting points: new-feed, new-town."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from etl.cli_context import Place, guarded
from etl.newfeed import write_feed
from etl.newtown import write_town


def register(app: typer.Typer) -> None:
    """Adds the commands to the program."""
    app.command("new-feed")(guarded(new_feed))
    app.command("new-town")(guarded(new_town))


def new_feed(
    place: Place,
    feed: Annotated[str, typer.Argument(help="Id of the new feed, such as patrol_grid.")],
    sample: Annotated[str, typer.Argument(help="A file of the feed: its columns are read and guessed.")] = "",
    *,
    key: Annotated[
        str, typer.Option("--key", help="Heading of the key, if it cannot be guessed; A+B joins two.")
    ] = "",
    time: Annotated[str, typer.Option("--time", help="Heading of the time of report; A+B joins two.")] = "",
) -> int:
    """Writes a contract to start from, with what can be seen in a sample file."""
    chosen = {name: heading for name, heading in (("source_key", key), ("reported_at", time)) if heading}
    lines = write_feed(place.town, feed, sample=Path(sample) if sample else None, chosen=chosen)
    place.say({"lines": lines}, "\n".join(lines))
    return 0


def new_town(
    name: Annotated[str, typer.Argument(help="Folder name of the new town, such as north_town.")],
    *,
    areas: Annotated[
        Path | None, typer.Option("--areas", help="The finest areas: GeoJSON, GeoParquet, shapefile.")
    ] = None,
    folder: Annotated[Path | None, typer.Option("--into", help="Where to write; default data/towns.")] = None,
    zone: Annotated[str, typer.Option("--zone", help="Time zone of the town.")] = "Asia/Shanghai",
) -> int:
    """Writes a town folder to start from: town.yaml, areas, calendar, codes and a first feed with a sample."""
    typer.echo("\n".join(write_town(name, areas=areas, folder=folder, zone=zone)))
    return 0
