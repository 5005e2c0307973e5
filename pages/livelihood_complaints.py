"""Complaints (群众诉求): three rates with their reach and bounds, before and after 剔除, by scope, department, place."""

from functools import partial

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.kpi_card import KpiCard
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.vital_signs import VitalSigns

RATES = ("complaint_response_pct", "complaint_solved_pct", "complaint_satisfied_pct")
RAW = [name.replace("_pct", "_raw_pct") for name in RATES]
HEARD = "count per_1000 repeated_pct exempt_count reached_pct refused_count invalid_count unreached_count"
ASKED = ("complaint_score", *RAW, *(f"complaint_{name}" for name in HEARD.split()))
RATED = ("complaint_count", *RATES)
SCOPE = (*RATED, "complaint_repeated_pct", "complaint_reached_pct")
EXEMPT = "incident_id asked_at category_code grid_id complaint_scope_code complaint_exempt_code".split()
Half = partial(MetricTable, area="half")
Card = partial(KpiCard, area="third", has_trace=False)
Exempt = partial(Roster, limit=8, columns=EXEMPT)

register_page(
    __name__,
    path="/livelihood/complaints",
    title="page.livelihood_complaints",
    nav_order=6,
    permission="modules",
    default_period="28d",
    tiles=[
        *(Card(uid=name[10:-4], title="livelihood.rates", metric=name) for name in RATES),
        VitalSigns(uid="heard", title="livelihood.heard", shown=ASKED),
        MetricTable(uid="scope", title="livelihood.scope", by="complaint_scope_code", shown=SCOPE),
        Half(uid="office", title="livelihood.office", by="department_id", shown=RATED, limit=12),
        Half(uid="category", title="livelihood.category", by="category_code", shown=RATED, limit=12),
        AreaMap(uid="map", title="livelihood.per_1000", area="half", metric="complaint_per_1000"),
        Shares(
            uid="scopes",
            title="livelihood.scopes",
            area="half",
            metric="complaint_count",
            by="complaint_scope_code",
            over="date",
        ),
        Exempt(uid="exempt", title="livelihood.exempt", metric="complaint_exempt_count", side="exempt"),
    ],
)
