"""智慧民生: who was paid what was due, complaints answered, elders reached, repairs, wishes, services within a walk."""

from functools import partial

from components.page import register_page
from components.tiles.area_map import AreaMap
from components.tiles.metric_table import MetricTable
from components.tiles.roster import Roster
from components.tiles.stages import Stages
from components.tiles.vital_signs import VitalSigns

PAID = ("payment_count", "payment_people_count", "payment_amount_yuan")
RIGHT = ("entitlement_paid_pct", "entitlement_instant_pct")
FAULTS = ("entitlement_missed_count", "payment_wrong_count", "payment_reversed_count")
POLICY = ("payment_count", "payment_amount_yuan", *RIGHT, "entitlement_missed_count")
RATES = ("complaint_response_pct", "complaint_solved_pct", "complaint_satisfied_pct")
RAW = ("complaint_response_raw_pct", "complaint_solved_raw_pct", "complaint_satisfied_raw_pct")
SURVEY = ("complaint_reached_pct", "complaint_refused_count", "complaint_invalid_count")
HEARD = ("complaint_count", "complaint_per_1000", "complaint_repeated_pct", "complaint_exempt_count")
ELDER = ("elder_alert_count", "elder_contacted_pct", "elder_false_alarm_pct")
ELDERS = (*ELDER, "elder_contact_minutes_p90", "elder_open_overdue_count", "elder_device_online_pct")
REPAIRS = ("repair_count", "repair_assigned_count", "repair_finished_count", "repair_answered_count")
STEPS = ("repair_assign_minutes_p50", "repair_finish_minutes_p50", "repair_answer_minutes_p50")
REPAIRED = ("repair_count", "repair_on_time_pct", "repair_asked_pct", "repair_satisfied_pct")
WISHES = ("wish_count", "wish_claimed_count", "wish_done_count")
WISHED = ("wish_count", "wish_claimed_pct", "wish_done_pct")
REACH = ("service_reach_pct", "service_gap_people_count", "service_point_count")
Table, Rows = partial(MetricTable, area="half"), partial(Roster, area="half", limit=6)
Half, Third = partial(AreaMap, area="half"), partial(MetricTable, area="third")

register_page(
    __name__,
    path="/livelihood",
    title="page.livelihood",
    nav_order=15,
    permission="modules",
    default_period="28d",
    tiles=[
        VitalSigns(uid="paid", title="livelihood.benefits", shown=(*PAID, *RIGHT, *FAULTS)),
        Table(uid="policy", title="livelihood.policies", by="policy_id", shown=POLICY, limit=12),
        Half(uid="people", title="livelihood.benefit_map", metric="payment_people_count"),
        Table(uid="group", title="livelihood.groups", by="benefit_group_code", shown=(*PAID, *RIGHT)),
        Table(uid="month", title="livelihood.months", by="month", shown=(*PAID, *RIGHT)),
        Rows(uid="wrong", title="livelihood.wrong", metric="payment_wrong_count", side="wrong"),
        Rows(uid="missed", title="livelihood.missed", metric="entitlement_missed_count", side="missed"),
        VitalSigns(uid="rates", title="livelihood.rates", shown=("complaint_score", *RATES, *RAW)),
        VitalSigns(uid="heard", title="livelihood.heard", shown=(*SURVEY, *HEARD)),
        Table(uid="scope", title="livelihood.scope", by="complaint_scope_code", shown=(HEARD[0], *RATES)),
        Table(uid="office", title="livelihood.office", by="department_id", shown=(HEARD[0], *RATES)),
        VitalSigns(uid="elders", title="livelihood.elders", shown=ELDERS),
        Third(uid="alert", title="livelihood.alerts", by="elder_alert_code", shown=ELDER),
        Third(uid="device", title="livelihood.devices", by="elder_device_code", shown=ELDERS[-1:]),
        Rows(uid="open", title="livelihood.elders_open", metric="elder_open_count", is_standing=True),
        Stages(uid="repairs", title="livelihood.repairs", shown=REPAIRS, times=STEPS),
        Table(uid="repair", title="livelihood.repair_kinds", by="repair_code", shown=REPAIRED),
        Table(uid="wish", title="livelihood.wish_kinds", by="wish_code", shown=WISHED),
        Stages(uid="wishes", title="livelihood.wishes", area="half", shown=WISHES),
        Table(uid="service", title="livelihood.reach", by="service_code", shown=REACH),
        Half(uid="reach", title="livelihood.reach_map", metric="service_full_reach_pct"),
    ],
)
