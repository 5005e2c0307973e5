"""`make trace METRIC=...`: where a number comes from, down to the feeds' contracts (溯源)."""

from __future__ import annotations

import argparse
import sys

from data.catalogue import CatalogueError
from data.connection import Store, StoreError
from data.lineage import last_loads, trace_metric
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
        settings = read_settings(town=given.town)
        chain = trace_metric(given.metric, town=load_town(settings))
    except (CatalogueError, DefinitionError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    loads = _loads(settings)
    for node in chain:
        label = f"{'  ' * node.depth}{node.kind} {node.name}"
        print(f"{label:<48}{node.path or '(written by the loader or from the town folder)'}")
        if node.kind == "feed" and node.name in loads:
            print(f"{'  ' * (node.depth + 1)}{loads[node.name]}")
    return 0


def _loads(settings) -> dict[str, str]:
    """Returns the feeds' last loads; nothing where nothing is published yet."""
    try:
        store = Store(settings.home)
    except StoreError:
        return {}
    found = last_loads(store)
    store.close()
    return found


if __name__ == "__main__":
    sys.exit(main())
