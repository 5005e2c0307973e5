-- grain: one row per resource called in a call-up drill; watched until it stood ready or the drill was called off
SELECT
    r.callup_id,
    r.drill_key,
    r.drill_name,
    s.resource_name,
    s.resource_base_code,
    s.resource_kind_code,
    s.grid_id,
    r.called_at,
    local_at(r.called_at)::DATE AS called_date,
    r.answered_at,
    r.assembled_at,
    r.ended_at,
    r.called_count,
    r.arrived_count,
    epoch(r.answered_at - r.called_at) / 60 AS answer_minutes,
    epoch(coalesce(r.assembled_at, r.ended_at) - r.called_at) / 60 AS minutes
FROM raw_callup AS r
LEFT JOIN mart_force_resource AS s ON s.resource_key = r.resource_key AND s.valid_to_at IS NULL
WHERE r._is_current
