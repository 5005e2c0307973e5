"""智慧民生: who was paid what was due, complaints answered, elders reached, repairs, wishes, services within a walk."""

from functools import partial

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.kpi_card import KpiCard
from components.tiles.listing_table import ListingTable
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.stages import Stages
from components.tiles.vital_signs import VitalSigns

PAID = ("payment_count", "payment_people_count", "payment_amount_yuan")
RIGHT = ("entitlement_paid_pct", "entitlement_instant_pct")
FAULTS = ("entitlement_missed_count", "payment_wrong_count", "payment_wrong_yuan", "payment_reversed_count")
WARNED = ("entitlement_waiting_count", "entitlement_soon_count", "entitlement_clash_count")
WRONG = ("policy_id", "told_area_id", "amount_yuan", "paid_at", "payment_fault_code")
MISSED = ("policy_id", "told_area_id", "benefit_date", "matched_at", "limit_at")
RATES = ("complaint_response_pct", "complaint_solved_pct", "complaint_satisfied_pct")
ELDER = ("elder_alert_count", "elder_contacted_pct", "elder_false_alarm_pct")
ELDERS = (*ELDER, "elder_contact_minutes_p90", "elder_open_overdue_count", "elder_device_online_pct")
OPEN = ("raised_at", "elder_alert_code", "grid_id", "due_at")
REPAIRS = ("repair_count", "repair_assigned_count", "repair_finished_count", "repair_answered_count")
STEPS = [f"repair_{step}_minutes_p50" for step in ("assign", "finish", "answer")]
REPAIRED = ("repair_count", "repair_on_time_pct", "repair_asked_pct", "repair_satisfied_pct")
WISHED = ("wish_count", "wish_claimed_pct", "wish_done_pct", "wish_done_minutes_p50")
REACH = ("service_reach_pct", "service_gap_people_count", "service_point_count")
EXCHANGED = tuple(f"exchange_{each}" for each in ("count", "matched_pct", "disputed_pct"))
MERCHANTS = ("merchant_rating_count", "merchant_liked_pct", "merchant_rated_count", "merchant_unfit_count")
LIKED = ("place_name", "industry_code", "said_count", "liked_pct", "liked_low_pct", "colour_code")
Table, Third = partial(MetricTable, area="half"), partial(MetricTable, area="third")
Rows, Map = partial(Roster, area="half", limit=6), partial(AreaMap, area="half")
Card, Open = partial(KpiCard, area="third", has_trace=False), partial(Roster, area="third", columns=OPEN)
# fmt: off
TILES = [
    VitalSigns(uid="paid", title="livelihood.benefits", shown=(*PAID, *RIGHT, "entitlement_minutes_p90")),
    VitalSigns(uid="warned", title="livelihood.warned", shown=(*FAULTS, *WARNED)),
    Table(uid="policy", title="livelihood.policies", by="policy_id", shown=(*PAID, *RIGHT), limit=12),
    Map(uid="people", title="livelihood.benefit_map", metric="payment_people_count"),
    Table(uid="group", title="livelihood.groups", by="benefit_group_code", shown=(*PAID, *RIGHT)),
    Table(uid="month", title="livelihood.months", by="month", shown=(*PAID, *RIGHT)),
    Rows(uid="wrong", title="livelihood.wrong", metric=FAULTS[1], side="wrong", columns=WRONG),
    Rows(uid="missed", title="livelihood.missed", metric=FAULTS[0], side="missed", columns=MISSED),
    *(Card(uid=name[10:-4], title="livelihood.rates", metric=name) for name in RATES),
    VitalSigns(uid="elders", title="livelihood.elders", shown=ELDERS),
    Third(uid="alert", title="livelihood.alerts", by="elder_alert_code", shown=ELDER),
    Third(uid="device", title="livelihood.devices", by="elder_device_code", shown=ELDERS[-1:]),
    Open(uid="open", title="livelihood.elders_open", metric="elder_open_count", order="raised_at"),
    Stages(uid="repairs", title="livelihood.repairs", shown=REPAIRS, times=STEPS),
    Table(uid="repair", title="livelihood.repair_kinds", by="repair_code", shown=REPAIRED),
    Table(uid="wish", title="livelihood.wishes", by="wish_code", shown=WISHED),
    Table(uid="service", title="livelihood.reach", by="service_code", shown=REACH, has_total=False),
    Map(uid="reach", title="livelihood.reach_map", metric="service_full_reach_pct"),
    Table(uid="exchange", title="livelihood.exchange", by="exchange_code", shown=EXCHANGED),
    Table(uid="merchant", title="livelihood.merchants", by="industry_code", shown=MERCHANTS),
    ListingTable(uid="liked", title="livelihood.liked", listing="merchants_liked", columns=LIKED, limit=8),
]
NAMED = {"path": "/livelihood", "title": "page.livelihood", "nav_order": 6, "permission": "modules"}
register_page(__name__, **NAMED, default_period="28d", tiles=TILES)
