"""`make trace METRIC=...`: where a number comes from, down to the feeds' contracts (溯源)."""

from __future__ import annotations

import argparse
import sys

from data.catalogue import CatalogueError
from data.lineage import trace_metric
from data.settings import SettingsError, read_settings
from data.town import load_town
from data.yamlfile import DefinitionError


def main() -> int:
    """Prints one line per link of the chain, indented by its depth; 2 when there is no such metric or town."""
    parser = argparse.ArgumentParser(prog="make trace", description=__doc__)
    parser.add_argument(
        "metric", help="id of a metric, such as closure_within_sla_pct (docs/metrics.md has all)"
    )
    parser.add_argument("--town", help="whose feeds to name (default: COCKPIT_TOWN)")
    given = parser.parse_args()
    try:
        chain = trace_metric(given.metric, town=load_town(read_settings(town=given.town)))
    except (CatalogueError, DefinitionError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    for node in chain:
        label = f"{'  ' * node.depth}{node.kind} {node.name}"
        print(f"{label:<48}{node.path or '(written by the loader or from the town folder)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
