"""Numbers of tables built once a day say so: they hold for the day's build, not for the live as-of."""

from __future__ import annotations

import pytest

from data.catalogue import Catalogue
from etl.modules import DAILY, module_reads

READS = module_reads()
# Forecasts and warnings name the hours they are made for themselves.
AHEAD = {
    "core_cluster_cell", "core_forecast_shared", "mart_backtest", "mart_cluster", "mart_forecast", "mart_forecast_now",
    "mart_forecast_share", "mart_warning",
}  # fmt: skip
# Rest on a register and only look something up in incidents (what a case was called, whether a place had a fire):
# they hold for their register.
LOOK_UP = {
    "core_code_event", "core_code_score", "mart_code_history", "mart_recheck_duty", "mart_place_link", "mart_appeal",
    "mart_party_task", "mart_whistle", "mart_whistle_department",
}  # fmt: skip


def daily_tables(reads) -> set[str]:
    """Returns module tables made of incidents, reports or steps, themselves or through another."""
    found: set[str] = set()
    while True:
        more = (
            {name for name, read in reads.items() if read & (DAILY - {"day_input"} | found)}
            - LOOK_UP
            - AHEAD
            - found
        )
        if not more:
            return found
        found |= more


def undeclared(marts, reads) -> list[str]:
    daily = daily_tables(reads)
    return sorted(
        mart.id for mart in marts if set(mart.tables) & daily and not mart.is_daily and not mart.entities
    )


def test_every_mart_of_daily_tables_says_so():
    assert undeclared(Catalogue().marts.values(), READS) == []


def test_one_that_does_not_is_seen():
    marts = [mart.model_copy(update={"is_daily": False}) for mart in Catalogue().marts.values()]
    assert {"mart_complaint", "mart_hotspot", "mart_recurrence", "mart_repeat"} <= set(
        undeclared(marts, READS)
    )


@pytest.mark.parametrize("name", sorted(LOOK_UP | AHEAD))
def test_what_is_left_out_exists(name):
    assert name in READS
