"""The data base (数据底座): what arrives, how late, what was refused, what was promised and asked for, what is used."""

from functools import partial

from components.page import register_page
from components.tiles.briefing_desk import BriefingRuns
from components.tiles.listing_table import ListingTable
from components.tiles.metric_table import MetricTable
from components.tiles.usage import Usage
from components.tiles.vital_signs import VitalSigns

FEEDS = (
    "feed_id", "share_class", "is_required", "watermark_at", "last_arrival_at", "file_count", "row_count",
    "quarantined_count", "refused_count", "clock_offset_minutes", "clock_pair_count", "negative_pct",
)  # fmt: skip
LOADS = (
    "landed_at", "feed_id", "file_name", "status_code", "row_count", "new_count", "updated_count",
    "unchanged_count", "quarantined_count", "reason_code",
)  # fmt: skip
REJECTED = (
    "quarantined_at", "feed_id", "file_name", "row_no", "column_name", "value_text", "reason_code", "reason_text",
)  # fmt: skip
CATALOGUE = (
    "resource_promised_count", "resource_joined_count", "resource_claimed_count", "resource_joined_pct",
    "resource_renewed_pct", "demand_count", "demand_met_pct", "demand_in_time_pct",
)  # fmt: skip
CLOCKS = ("dispatch_uncorrected_pct", "dispatch_within_sla_pct", "clock_corrected_count")
JOINED = ("resource_promised_count", "resource_joined_count", "resource_joined_pct", "resource_renewed_pct")
DEMANDS = ("demand_count", "demand_met_pct", "demand_in_time_pct")
QUALITY = ("feed_quality_score", "feed_accepted_pct", "feed_timely_pct", "feed_plausible_pct")
Half = partial(MetricTable, area="half")

register_page(
    __name__,
    path="/feeds",
    title="page.feeds",
    nav_order=12,
    permission="feeds",
    has_filters=False,
    tiles=[
        ListingTable(uid="feeds", title="feeds.feeds", listing="feeds", columns=FEEDS, age_of="watermark_at"),
        BriefingRuns(uid="runs"),
        MetricTable(uid="clocks", title="feeds.clocks", by="feed_id", shown=CLOCKS),
        VitalSigns(uid="catalogue", title="feeds.catalogue", shown=CATALOGUE),
        Half(uid="shares", title="feeds.joined", by="share_class", shown=JOINED),
        Half(uid="duties", title="feeds.duties", by="duty_text", shown=JOINED),
        Half(uid="demands", title="feeds.demands", by="department_id", shown=DEMANDS, limit=14),
        Usage(uid="usage", title="usage.title", area="half", metric="page_view_count"),
        MetricTable(uid="quality", title="feeds.quality", by="feed_id", shown=QUALITY, limit=90),
        ListingTable(uid="loads", title="feeds.loads", listing="loads", columns=LOADS, limit=40),
        ListingTable(
            uid="rejected", title="feeds.rejected", listing="quarantine", columns=REJECTED, limit=60
        ),
    ],
)
