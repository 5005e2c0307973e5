-- grain: one row per interval in which a device was up or down; an interval whose end was never told ends where the next begins
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
        lead(r.started_at) OVER (PARTITION BY r.device_key ORDER BY r.started_at, r.source_key) AS next_at
    FROM raw_device_status AS r
    INNER JOIN mart_device AS d ON d.device_key = r.device_key
    LEFT JOIN dim_code AS c_state
        ON c_state.feed_id = r.feed_id AND c_state.field_code = 'state' AND c_state.source_code = r.state_source_code
    LEFT JOIN dim_code AS c_cause
        ON c_cause.feed_id = r.feed_id AND c_cause.field_code = 'cause' AND c_cause.source_code = r.cause_source_code
    WHERE r._is_current AND c_state.code IN ('up', 'down')
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
    least(coalesce(ended_at, next_at), coalesce(next_at, ended_at)) AS valid_to_at
FROM told
WHERE next_at IS NULL OR next_at > started_at
