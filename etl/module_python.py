"""Module tables that SQL cannot make (geometry, optimisation, words): name -> what it reads and the function that makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import duckdb
import pandas as pd

from data.town import Town
from etl.module_coverage import make_road_pieces
from etl.module_topics import make_growth, make_voices, make_words


@dataclass(frozen=True)
class Maker:
    """How one module table is made.

    Attributes:
        reads: tables it depends on (raw_, place_, dim_, other module tables), for the build order.
        make: returns the whole table; a column that may be all null needs an explicit dtype.
    """

    reads: tuple[str, ...]
    make: Callable[[duckdb.DuckDBPyConnection, Town], pd.DataFrame]


MAKERS: Mapping[str, Maker] = {
    "core_road_piece": Maker(("raw_road_segment", "raw_device", "dim_code"), make_road_pieces),
    # They read raw_repair too, but need not follow it: topics are of whole days, and change once a day.
    "core_topic_word": Maker(("mart_report", "dim_area"), make_words),
    "core_topic_voice": Maker(("core_topic_word",), make_voices),
    "core_topic_growth": Maker(("core_topic_voice",), make_growth),
}
