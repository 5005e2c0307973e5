-- grain: one row per interval in which a device was up or down; it ends where told, where the next begins, or when the device is taken away
WITH told AS (
    SELECT
        r.device_status_id,
        d.device_id,
        d.device_kind_code,
        d.device_owner_code,
        d.device_name,
        d.grid_id,
        c_state.code AS device_state_code,
        c_cause.code AS outage_cause_code,
        r.started_at,
        r.ended_at,
        timezone('UTC', timezone(w.zone_name, d.removed_date::TIMESTAMP)) AS removed_at,
        lead(r.started_at) OVER (PARTITION BY r.device_key ORDER BY r.started_at, r.source_key) AS next_at
    FROM raw_device_status AS r
    CROSS JOIN dim_work AS w
    INNER JOIN mart_device AS d ON d.device_key = r.device_key
    LEFT JOIN dim_code AS c_state
        ON c_state.feed_id = r.feed_id AND c_state.field_code = 'state' AND c_state.source_code = r.state_source_code
    LEFT JOIN dim_code AS c_cause
        ON c_cause.feed_id = r.feed_id AND c_cause.field_code = 'cause' AND c_cause.source_code = r.cause_source_code
    WHERE r._is_current AND c_state.code IN ('up', 'down')
),
-- The earliest of three ends, any of which may be unknown.
ended AS (
    SELECT
        device_status_id,
        device_id,
        device_kind_code,
        device_owner_code,
        device_name,
        grid_id,
        device_state_code,
        outage_cause_code,
        started_at,
        CASE WHEN coalesce(ended_at, next_at, removed_at) IS NOT NULL
            THEN least(
                coalesce(ended_at, next_at, removed_at), coalesce(next_at, removed_at, ended_at), coalesce(removed_at, ended_at, next_at)
            ) END AS until_at
    FROM told
)
SELECT
    device_status_id,
    device_id,
    device_kind_code,
    device_owner_code,
    device_name,
    grid_id,
    device_state_code,
    outage_cause_code,
    started_at AS valid_from_at,
    until_at AS valid_to_at
FROM ended
WHERE until_at IS NULL OR until_at > started_at
