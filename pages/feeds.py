"""The data base (数据底座): what arrives, how late, what was refused and why, how each clock runs."""

from components.page import register_page
from components.tiles.listing_table import ListingTable

FEEDS = (
    "feed_id", "share_class", "is_required", "watermark_at", "last_arrival_at", "file_count", "row_count",
    "quarantined_count", "refused_count", "clock_offset_minutes", "clock_pair_count", "negative_pct",
)  # fmt: skip
LOADS = (
    "landed_at", "feed_id", "file_name", "status_code", "row_count", "new_count", "updated_count",
    "unchanged_count", "quarantined_count", "reason_code", "reason_text",
)  # fmt: skip
REJECTED = (
    "quarantined_at",
    "feed_id",
    "file_name",
    "row_no",
    "column_name",
    "value_text",
    "reason_code",
    "reason_text",
)

register_page(
    __name__,
    path="/feeds",
    title="page.feeds",
    nav_order=9,
    permission="feeds",
    has_filters=False,
    tiles=[
        ListingTable(uid="feeds", title="feeds.feeds", listing="feeds", columns=FEEDS, age_of="watermark_at"),
        ListingTable(uid="loads", title="feeds.loads", listing="loads", columns=LOADS, limit=40),
        ListingTable(
            uid="rejected", title="feeds.rejected", listing="quarantine", columns=REJECTED, limit=60
        ),
    ],
)
