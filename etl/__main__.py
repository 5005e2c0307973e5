"""The command line: python -m etl COMMAND --help."""

from __future__ import annotations

import typer

from etl import cli_load, cli_run, cli_store, cli_write

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Loads feeds, builds and publishes; exit codes: 0 ok, 2 usage, 3 loaded with quarantine, 4 refused, 5 try again.",
)
for module in (cli_load, cli_run, cli_store, cli_write):
    module.register(app)

if __name__ == "__main__":
    app()
