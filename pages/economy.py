"""Smart economy (智慧经济): buildings and leases, visits and appeals, tax, the business environment, firms in and out."""

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.building_scene import BuildingScene
from components.tiles.index_parts import IndexParts
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.tax_months import TaxMonths
from components.tiles.vital_signs import VitalSigns

VITALS = (
    "building_occupancy_pct lease_expiring_90_count lease_unasked_30_count firm_visit_covered_pct "
    "firm_appeal_in_time_pct tax_change_pct environment_index firm_net_count"
)
HOUSES = "building_vacant_m2 building_occupancy_pct lease_expiring_90_count tax_year_wan_yuan"
VISITS = "firm_visit_covered_pct firm_visit_recent_pct firm_visit_overdue_count firm_duty_count"
APPEALS = "firm_appeal_open_count firm_appeal_count firm_appeal_in_time_pct firm_appeal_solved_pct"
TAXES = "tax_year_wan_yuan tax_change_pct tax_top_ten_pct tax_concentration_index"
FIRMS = "firm_net_count firm_in_count firm_out_count firm_moved_count"
ENDING = "building_id unit_name place_name leased_m2 valid_to_at tenant_asked_at contact_code"
OVERDUE = "place_name tier_code industry_code last_visit_at due_at grid_id"
OPEN = "raised_at place_name firm_topic_code office_code due_at open_days"


def _table(uid: str, by: str, shown: str) -> MetricTable:
    return MetricTable(uid=uid, title=f"economy.{uid}", area="half", by=by, shown=tuple(shown.split()))


def _rows(uid: str, columns: str, **facts: str) -> Roster:
    """Returns the rows that need somebody first."""
    shown = {"columns": tuple(columns.split()), "is_standing": True}
    return Roster(uid=uid, title=f"economy.{uid}", area="half", **shown, **facts)


register_page(
    __name__,
    path="/economy",
    title="page.economy",
    nav_order=14,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="vitals", title="economy.vitals", shown=tuple(VITALS.split())),
        BuildingScene(uid="scene", title="economy.scene", area="wide", metric="building_occupancy_pct"),
        IndexParts(uid="index", title="economy.index", area="third", metric="environment_index"),
        Shares(uid="expiry", title="economy.expiry", metric="lease_count", by="expiry_code"),
        _table("houses", "building_id", HOUSES),
        _rows("ending", ENDING, metric="lease_expiring_30_count", side="within_30", order="valid_to_at"),
        TaxMonths(uid="months", title="economy.months", area="half", metric="tax_paid_wan_yuan"),
        _table("taxes", "industry_code", TAXES),
        _table("visits", "tier_code", VISITS),
        _rows("overdue", OVERDUE, metric="firm_visit_overdue_count", side="late", order="due_at"),
        _table("appeals", "firm_topic_code", APPEALS),
        _rows("open", OPEN, metric="firm_appeal_open_count", order="raised_at"),
        _table("firms", "industry_code", FIRMS),
        AreaMap(uid="map", title="economy.map", area="half", metric="firm_net_count", level="community"),
    ],
)
