"""Definitions (指标口径): what every number means, and how much the definition decides."""

from components.page import register_page
from components.tiles.definitions import MetricBook, Rivals
from components.tiles.listing_table import ListingTable
from components.tiles.reprint import Reprint
from components.tiles.rival_cases import RivalCases

DISCOVERY = ("discovery_registered_pct", "discovery_reported_pct", "discovery_coverage_pct")
DISPATCH = ("dispatch_within_sla_pct", "dispatch_first_touch_pct", "misdispatch_gap_pct")
CLOSURE = ("closure_within_sla_pct", "closure_citizen_pct", "closure_verified_pct")
ON_TIME = ("on_time_closure_pct", "on_time_closure_raw_pct", "on_time_handled_pct", "closed_of_due_pct")
VENDORS = ("on_time_handled_pct", "egova_on_time_pct", "closed_of_due_pct", "unicom_closed_pct")
REWORK = ("rework_pct", "rework_sent_pct", "rework_disposed_pct", "rework_due_pct")
FAMILIES = (CLOSURE, DISPATCH[:2], DISCOVERY[:2], ON_TIME, VENDORS, (REWORK[0], REWORK[-1]))
HEADLINES = tuple(family[0] for family in FAMILIES)
LIMITS = ("category_code", "department_id", "limit_value", "limit_unit", "start_point", "is_three_hour")
LIMITS += ("valid_from", "valid_to", "version", "basis")

register_page(
    __name__,
    path="/definitions",
    title="page.definitions",
    nav_order=11,
    tiles=[
        Rivals(uid="discovery", title="definitions.discovery", area="half", shown=DISCOVERY),
        Rivals(uid="dispatch", title="definitions.dispatch", area="half", shown=DISPATCH),
        Rivals(uid="closure", title="definitions.closure", area="half", shown=CLOSURE),
        Rivals(uid="on_time", title="definitions.on_time", area="half", shown=ON_TIME),
        Rivals(uid="vendors", title="definitions.vendors", area="half", shown=VENDORS),
        Rivals(uid="rework", title="definitions.rework", area="half", shown=REWORK),
        RivalCases(uid="apart", title="instruments.compare", families=FAMILIES),
        Reprint(uid="reprint", title="instruments.reprint", shown=HEADLINES),
        MetricBook(uid="book", title="definitions.book"),
        ListingTable(uid="limits", title="definitions.limits", listing="responsibility", columns=LIMITS),
    ],
)
