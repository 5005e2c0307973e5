-- grain: one row per hour x page x role: how often the page was opened; nobody's name was ever in the file
SELECT
    page_usage_id,
    feed_id,
    opened_at,
    CAST(local_at(opened_at) AS DATE) AS opened_date,
    page_code,
    role_code,
    view_count::BIGINT AS view_count
FROM raw_page_usage
WHERE _is_current
