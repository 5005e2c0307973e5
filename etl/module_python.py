"""Module tables that SQL cannot make (geometry, optimisation, words): name -> what it reads and the function that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd

from data.town import Town
from etl.module_coverage import make_road_pieces
from etl.module_forecast import make_forecast, make_shares
from etl.module_forecast_backtest import make_backtest
from etl.module_forecast_now import make_now
from etl.module_forecast_outlook import read_outlook
from etl.module_forecast_running import make_shared
from etl.module_topics import make_growth, make_voices, make_words
from etl.module_warning import make_warnings
from etl.module_warning_clusters import make_cells, make_clusters


@dataclass(frozen=True)
class Maker:
    """How one module table is made.

    Attributes:
        reads: tables it depends on (raw_, place_, dim_, other module tables), for the build order.
        make: returns the whole table; a column that may be all null needs an explicit dtype.
        given: what several makers of one build start from; read once, and handed to `make` as its third argument.
    """

    reads: tuple[str, ...]
    make: Callable[..., pd.DataFrame]
    given: Callable[[duckdb.DuckDBPyConnection, Town], object] | None = None


MAKERS: Mapping[str, Maker] = {
    "core_road_piece": Maker(("raw_road_segment", "raw_device", "dim_code"), make_road_pieces),
    # They read raw_repair too, but need not follow it: topics are of whole days, and change once a day.
    "core_topic_word": Maker(("mart_report", "dim_area"), make_words),
    "core_topic_voice": Maker(("core_topic_word",), make_voices),
    "core_topic_growth": Maker(("core_topic_voice",), make_growth),
    "mart_forecast": Maker(("mart_incident", "dim_area_grid"), make_forecast, given=read_outlook),
    "mart_forecast_share": Maker(("mart_incident", "dim_area_grid"), make_shares, given=read_outlook),
    "mart_warning": Maker(
        ("mart_incident", "dim_area_grid", "mart_warning_rule"), make_warnings, given=read_outlook
    ),
    "core_cluster_cell": Maker(("mart_incident", "dim_area_grid"), make_cells, given=read_outlook),
    "core_forecast_shared": Maker(("mart_incident", "dim_area_grid"), make_shared, given=read_outlook),
    "mart_backtest": Maker(("mart_incident", "dim_area_grid"), make_backtest, given=read_outlook),
    # The running day: made again every hour (etl/renewal.py), from the day's tables and what has come in since midnight.
    "mart_forecast_now": Maker(("mart_incident", "mart_forecast", "core_forecast_shared"), make_now),
    "mart_cluster": Maker(
        ("mart_incident", "dim_area", "core_cluster_cell", "mart_forecast", "mart_warning_rule"),
        make_clusters,
    ),
}
# What a running loader makes between files instead of before the day's first one: by day, and by hour.
BY_DAY = (
    "mart_forecast", "mart_forecast_share", "mart_warning", "core_cluster_cell", "core_forecast_shared", "mart_backtest",
)  # fmt: skip
BY_HOUR = ("mart_forecast_now", "mart_cluster")
