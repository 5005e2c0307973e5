"""Appraisal (考核评价): departments, communities, circles and grids on dated items; rounds, residents' word, appeals."""

from functools import partial

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.kpi_card import KpiCard
from components.tiles.metric_table import MetricTable
from components.tiles.scores import ScoreTable
from components.tiles.vital_signs import VitalSigns

APPEALS = ("appeal_raised_count", "appeal_pending_count", "appeal_upheld_pct")
SURVEY = (
    "survey_safe_pct",
    "survey_content_pct",
    "survey_reached_pct",
    "survey_refused_count",
    "survey_asked_count",
)
ROUNDS = ("round_due_count", "round_done_pct", "round_signed_pct", "round_hasty_pct")
DONE = ("patrol_done_pct", "merchant_visit_done_pct", "home_visit_done_pct", "round_hasty_pct")
Half, Card = partial(MetricTable, area="half"), partial(KpiCard, area="third", has_trace=False)

register_page(
    __name__,
    path="/appraisal",
    title="page.appraisal",
    nav_order=9,
    permission="modules",
    default_period="90d",
    tiles=[
        *(Card(uid=name[7:-4], title="scores.survey", metric=name) for name in SURVEY[:3]),
        ScoreTable(uid="departments", title="scores.departments", subject="department_id"),
        ScoreTable(uid="communities", title="scores.communities", subject="community", limit=43),
        AreaMap(uid="where", title="scores.safe_map", area="half", metric=SURVEY[0], level="community"),
        Half(uid="asked", title="scores.survey_months", by="month", shown=SURVEY),
        ScoreTable(uid="circles", title="scores.circles", subject="circle30"),
        ScoreTable(uid="grids", title="scores.grids", subject="grid", limit=20),
        Half(uid="rounds", title="scores.rounds", by="round_code", shown=ROUNDS),
        Half(uid="walked", title="scores.walked", by="community", shown=DONE),
        VitalSigns(uid="appeals", title="scores.appeals", area="half", shown=APPEALS),
        Half(uid="items", title="scores.appeal_rows", by="metric_id", shown=APPEALS),
    ],
)
