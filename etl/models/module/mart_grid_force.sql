-- grain: one row per grid: its people on the register on the local day of the build, its households against the standard, its load
WITH staff AS (
    SELECT s.* FROM dim_staff AS s CROSS JOIN day_input AS d WHERE d.as_of_date BETWEEN s.valid_from AND s.valid_to
),
force AS (
    SELECT
        area_id AS grid_id,
        coalesce(sum(worker_count) FILTER (WHERE role_code = 'grid_lead'), 0)::INTEGER AS lead_count,
        coalesce(sum(shared_count) FILTER (WHERE role_code = 'grid_lead'), 0)::INTEGER AS shared_lead_count,
        coalesce(sum(person_count) FILTER (WHERE role_code = 'grid_lead'), 0)::INTEGER AS lead_person_count,
        coalesce(sum(worker_count) FILTER (WHERE role_code = 'full_time'), 0)::INTEGER AS full_time_count,
        coalesce(sum(worker_count) FILTER (WHERE role_code = 'part_time'), 0)::INTEGER AS part_time_count
    FROM staff GROUP BY area_id
),
load AS (
    SELECT
        i.grid_id,
        count(*) FILTER (WHERE i.first_signal_at > d.as_of_at - INTERVAL 28 DAY) AS incident_28d_count,
        count(*) FILTER (WHERE i.is_open) AS open_count
    FROM mart_incident AS i CROSS JOIN day_input AS d
    WHERE i.cancelled_code IS NULL AND i.grid_id IS NOT NULL
    GROUP BY i.grid_id
)

SELECT
    a.area_id AS grid_id,
    a.population_count,
    a.household_count,
    coalesce(f.lead_count, 0) AS lead_count,
    coalesce(f.shared_lead_count, 0) AS shared_lead_count,
    coalesce(f.lead_person_count, 0) AS lead_person_count,
    coalesce(f.full_time_count, 0) AS full_time_count,
    coalesce(f.part_time_count, 0) AS part_time_count,
    coalesce(l.incident_28d_count, 0) AS incident_28d_count,
    coalesce(l.open_count, 0) AS open_count,
    CASE
        WHEN NOT EXISTS (SELECT 1 FROM staff) THEN 'unknown'
        WHEN coalesce(f.lead_count, 0) = 0 THEN 'vacant'
        WHEN f.shared_lead_count > 0 THEN 'shared'
        ELSE 'own'
    END AS lead_code,
    CASE
        WHEN a.household_count IS NULL THEN 'unknown'
        WHEN a.household_count < low.value THEN 'below'
        WHEN a.household_count > high.value THEN 'above'
        ELSE 'within'
    END AS standard_code,
    d.as_of_date AS counted_date
FROM dim_area AS a
CROSS JOIN day_input AS d
CROSS JOIN (
    SELECT value FROM rule_value WHERE rule_id = 'force.household_low' AND valid_to_date IS NULL
) AS low
CROSS JOIN (
    SELECT value FROM rule_value WHERE rule_id = 'force.household_high' AND valid_to_date IS NULL
) AS high
LEFT JOIN force AS f ON f.grid_id = a.area_id
LEFT JOIN load AS l ON l.grid_id = a.area_id
WHERE a.level_code = 'grid'
