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

VITALS = tuple(
    "building_occupancy_pct lease_expiring_90_count lease_unasked_30_count firm_visit_covered_pct "
    "firm_appeal_in_time_pct tax_change_pct environment_index firm_net_count building_unit_conflict_count".split()
)
HOUSES = ("building_vacant_m2", "building_occupancy_pct", "lease_expiring_90_count", "tax_year_wan_yuan")
VISITS = tuple(
    "firm_visit_covered_pct firm_visit_recent_pct firm_visit_overdue_count firm_duty_count".split()
)
APPEALS = ("firm_appeal_open_count", "firm_appeal_count", "firm_appeal_in_time_pct", "firm_appeal_solved_pct")
TAXES = ("tax_year_wan_yuan", "tax_change_pct", "tax_top_ten_pct", "tax_concentration_index")
FIRMS = ("firm_net_count", "firm_in_count", "firm_out_count", "firm_moved_count")
ENDING = tuple("building_id unit_name place_name leased_m2 valid_to_at tenant_asked_at contact_code".split())
OVERDUE = ("place_name", "tier_code", "industry_code", "last_visit_at", "due_at", "grid_id")
OPEN = ("raised_at", "place_name", "firm_topic_code", "office_code", "due_at", "open_days")
HALF = {"area": "half"}
# What needs somebody first, of whatever period is chosen.
SOONEST = {"columns": ENDING, "side": "within_30", "order": "valid_to_at", "is_standing": True, **HALF}
LONGEST = {"columns": OVERDUE, "side": "late", "order": "due_at", "is_standing": True, **HALF}
OLDEST = {"columns": OPEN, "order": "raised_at", "is_standing": True, **HALF}

register_page(
    __name__,
    path="/economy",
    title="page.economy",
    nav_order=5,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="vitals", title="economy.vitals", shown=VITALS),
        BuildingScene(uid="scene", title="economy.scene", area="wide", metric="building_occupancy_pct"),
        IndexParts(uid="index", title="economy.index", area="third", metric="environment_index"),
        Shares(uid="expiry", title="economy.expiry", metric="lease_count", by="expiry_code"),
        MetricTable(uid="houses", title="economy.houses", by="building_id", shown=HOUSES, **HALF),
        Roster(uid="ending", title="economy.ending", metric="lease_expiring_30_count", **SOONEST),
        TaxMonths(uid="months", title="economy.months", metric="tax_paid_wan_yuan", **HALF),
        MetricTable(uid="taxes", title="economy.taxes", by="industry_code", shown=TAXES, **HALF),
        MetricTable(uid="visits", title="economy.visits", by="tier_code", shown=VISITS, **HALF),
        Roster(uid="overdue", title="economy.overdue", metric="firm_visit_overdue_count", **LONGEST),
        MetricTable(uid="appeals", title="economy.appeals", by="firm_topic_code", shown=APPEALS, **HALF),
        Roster(uid="open", title="economy.open", metric="firm_appeal_open_count", **OLDEST),
        MetricTable(uid="firms", title="economy.firms", by="industry_code", shown=FIRMS, **HALF),
        AreaMap(uid="map", title="economy.map", metric="firm_net_count", level="community", **HALF),
    ],
)
