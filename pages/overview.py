"""The wall (综合态势): is the town all right, what is late, where is it red."""

from components.page import register_page
from components.tiles.changes import Changes
from components.tiles.event_table import LateList
from components.tiles.feed_health import FeedHealth
from components.tiles.force import Force
from components.tiles.kpi_card import KpiCard
from components.tiles.latest import Latest
from components.tiles.module_signs import ModuleSigns
from components.tiles.ranking import Ranking
from components.tiles.risk_map import RiskMap
from components.tiles.takeover import Takeover
from components.tiles.timeline import Timeline
from components.tiles.warning_sign import WarningSign

MODULES = (
    ("party", ("party_month_covered_pct", "double_report_member_pct")),
    ("enforcement", ("whistle_arrival_pct", "rework_pct")),
    ("safety", ("recheck_on_time_pct", "code_red_count")),
    ("prevention", ("key_road_seen_pct", "stock_below_minimum_count")),
    ("economy", ("building_occupancy_pct", "lease_unasked_30_count")),
    ("livelihood", ("entitlement_paid_pct", "complaint_satisfied_pct")),
)

MEASURED = {"rival": "discovery_reported_pct", "coverage": "discovery_coverage_pct"}

register_page(
    __name__,
    path="/",
    title="page.overview",
    shape="wall",
    nav_order=0,
    tiles=[
        KpiCard(uid="discovery", area="k30", metric="discovery_registered_pct", **MEASURED),
        KpiCard(uid="dispatch", area="k05", metric="dispatch_within_sla_pct"),
        KpiCard(uid="closure", area="k03", metric="closure_within_sla_pct"),
        KpiCard(uid="on_time", area="kot", metric="on_time_closure_pct"),
        Ranking(
            uid="flow", title="overview.flow", area="flow", metric="report_count", by="feed_id", is_today=True
        ),
        RiskMap(uid="map", title="overview.map", area="map"),
        WarningSign(uid="warned", area="warn"),
        Latest(uid="latest", area="news", metric="incident_count"),
        Timeline(uid="hours", title="overview.hours", area="time", metric="incident_count"),
        LateList(uid="late", title="overview.late", area="late", metric="open_overdue_count", limit=24),
        Changes(uid="changes", title="overview.changes", area="chng", metric="incident_count", limit=14),
        ModuleSigns(uid="modules", title="overview.modules", area="vital", modules=MODULES),
        Force(
            uid="force",
            title="force.title",
            area="force",
            metric="duty_present_count",
            planned="duty_planned_count",
        ),
        FeedHealth(uid="feeds", title="overview.feeds", area="feed"),
        Takeover(uid="takeover", area="over", metric="incident_count"),
    ],
)
