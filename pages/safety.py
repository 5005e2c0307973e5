"""Smart safety (智慧平安): one place one code in eight classes, who is due and who can come, risk by domain, where to patrol."""

from components.page import register_page
from components.tiles.listing_table import ListingTable
from components.tiles.metric_table import MetricTable
from components.tiles.pairs import Pairs
from components.tiles.patrol import Patrol
from components.tiles.points_map import PointsMap
from components.tiles.risk_map import RiskMap
from components.tiles.roster import Roster
from components.tiles.shares import Shares
from components.tiles.tabs import Tabs
from components.tiles.vital_signs import VitalSigns

CODES = "code_coverage_pct code_red_count code_yellow_count code_green_count code_grey_count"
CODES += " recheck_on_time_pct recheck_overdue_count hazard_on_time_pct hazard_relapse_pct"
FORCE = "visits_needed_count visits_made_count visits_made_pct recheck_current_pct"
CLASSES = "place_count code_coverage_pct code_red_count code_yellow_count code_expired_count"
CLASSES += " recheck_on_time_pct recheck_current_pct inspection_failed_pct drill_covered_pct"
COLOURS = "recheck_due_count recheck_on_time_pct recheck_missed_count recheck_overdue_minutes_p50"
DUE = "due_at place_name class8_code colour_code checked_before_at grid_id"
MOVED = "domain_code grid_id previous_class_code class_code"
HIGH = "grid_id domain_code class_code incident_count expected_count ratio exceed_pct"
HALF = {"area": "half"}
YEAR = HALF | {"shown": ("incident_count",), "is_year": True}
PLACES = HALF | {"listing": "safety_places", "colour": "colour_code", "page": "/places/{place_id}"}
OLDEST = {"area": "wide", "metric": "recheck_overdue_count", "side": "overdue", "order": "due_at"}
OLDEST |= {"limit": 9, "is_standing": True}
WAITING = {"area": "third", "metric": "recheck_waiting_count", "by": "recheck_due_code"}
REASONS = HALF | {"listing": "risk_high", "columns": tuple(HIGH.split()), "limit": 14}
CHANGED = HALF | {"listing": "risk_changes", "columns": tuple(MOVED.split()), "limit": 8}
BY_COLOUR = HALF | {"by": "colour_code", "shown": tuple(COLOURS.split())}

register_page(
    __name__,
    path="/safety",
    title="page.safety",
    nav_order=3,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="codes", title="safety.codes", shown=tuple(CODES.split())),
        Tabs(uid="class8", metric="place_count", by="class8_code"),
        PointsMap(uid="places", title="safety.places", label=("place_name", "class8_code"), **PLACES),
        RiskMap(uid="risk", title="safety.risk", area="half"),
        MetricTable(uid="classes", title="safety.classes", by="class8_code", shown=tuple(CLASSES.split())),
        VitalSigns(uid="force", title="safety.capacity", area="half", shown=tuple(FORCE.split())),
        MetricTable(uid="colours", title="safety.by_colour", **BY_COLOUR),
        Roster(uid="due", title="safety.due", columns=tuple(DUE.split()), **OLDEST),
        Shares(uid="waiting", title="safety.waiting", **WAITING),
        Patrol(uid="patrol", title="safety.patrol", area="half"),
        ListingTable(uid="high", title="safety.high", **REASONS),
        Pairs(uid="domains", title="safety.year", by="domain_code", **YEAR),
        ListingTable(uid="changed", title="safety.changed", **CHANGED),
    ],
)
