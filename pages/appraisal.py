"""Appraisal (考核评价): departments, communities, circles and grids on dated items; parts, intervals, appeals, cases."""

from components.page import register_page
from components.tiles.metric_table import MetricTable
from components.tiles.scores import ScoreTable
from components.tiles.vital_signs import VitalSigns

APPEALS = ("appeal_raised_count", "appeal_pending_count", "appeal_upheld_pct")

register_page(
    __name__,
    path="/appraisal",
    title="page.appraisal",
    nav_order=9,
    permission="modules",
    default_period="90d",
    tiles=[
        ScoreTable(uid="departments", title="scores.departments", subject="department_id"),
        ScoreTable(uid="communities", title="scores.communities", subject="community", limit=43),
        ScoreTable(uid="circles", title="scores.circles", subject="circle30"),
        ScoreTable(uid="grids", title="scores.grids", subject="grid", limit=20),
        VitalSigns(uid="appeals", title="scores.appeals", area="half", shown=APPEALS),
        MetricTable(uid="items", title="scores.appeal_rows", area="half", by="metric_id", shown=APPEALS),
    ],
)
