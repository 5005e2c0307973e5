"""Early warning (预警预测): what to expect, where more comes than expected and why, and whether the forecasts can be trusted."""

from functools import partial

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.vital_signs import VitalSigns
from components.tiles.warning_backtest import BacktestTable
from components.tiles.warning_chart import ForecastChart
from components.tiles.warning_list import WarningList

EXPECTED, LOAD = "forecast_day_count", "forecast_load_index"
HELD = ("forecast_inside_pct", "forecast_inner_inside_pct")
VITALS = (EXPECTED, "forecast_week_count", LOAD, "warning_count", "cluster_count", *HELD, "forecast_gain_pct")
FOUND = (
    "warning_code",
    "found_at",
    "area_id",
    "category_code",
    "observed_count",
    "expected_count",
    "exceed_ratio",
)
Chart, Map, Table = (partial(each, area="half") for each in (ForecastChart, AreaMap, MetricTable))

register_page(
    __name__,
    path="/warnings",
    title="page.warnings",
    nav_order=7,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="vitals", title="warning.vitals", shown=VITALS),
        WarningList(uid="open", title="warning.open"),
        Chart(uid="next", title="warning.next"),
        Chart(uid="week", title="warning.week", listing="forecast_days"),
        Map(uid="expected", title="warning.map_expected", metric=EXPECTED, level="grid"),
        Map(uid="load", title="warning.map_load", metric=LOAD),
        Table(uid="kinds", title="warning.kinds", by="category_code", shown=(EXPECTED, LOAD), limit=15),
        Table(uid="domains", title="warning.domains", by="domain_code", shown=(EXPECTED, LOAD, *HELD)),
        BacktestTable(uid="test", title="warning.backtest", area="half"),
        Roster(
            uid="history",
            title="warning.history",
            area="half",
            metric="warning_count",
            columns=FOUND,
            limit=12,
        ),
    ],
)
