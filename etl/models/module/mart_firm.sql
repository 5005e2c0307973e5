-- grain: one row per registered enterprise: its building, its tier and how often it is to be visited
WITH tier AS (
    SELECT
        max(value) FILTER (WHERE item_code = 'key') AS key_from,
        max(value) FILTER (WHERE item_code = 'regular') AS regular_from,
        max(value) FILTER (WHERE item_code = 'general') AS general_from
    FROM rule_value
    WHERE rule_id = 'economy.tier_employees' AND valid_to_date IS NULL
),
interval_of AS (
    SELECT item_code, value
    FROM rule_value
    WHERE rule_id = 'economy.visit_days' AND valid_to_date IS NULL
),
firm AS (
    SELECT
        f.place_id,
        f.place_name,
        f.industry_code,
        f.grid_id,
        b.building_id,
        f.employee_count,
        f.opened_at,
        f.closed_at,
        CASE
            WHEN f.employee_count IS NULL THEN '_unknown'
            WHEN f.employee_count >= t.key_from THEN 'key'
            WHEN f.employee_count >= t.regular_from THEN 'regular'
            WHEN f.employee_count >= t.general_from THEN 'general'
            ELSE 'small'
        END AS tier_code
    FROM core_firm AS f
    LEFT JOIN mart_building AS b ON b.building_id = f.building_key
    CROSS JOIN tier AS t
)

SELECT
    f.place_id,
    f.place_name,
    f.industry_code,
    f.grid_id,
    f.building_id,
    f.employee_count,
    f.opened_at,
    f.closed_at,
    f.tier_code,
    i.value AS interval_days,
    CASE
        WHEN f.opened_at IS NULL THEN 'no_start'
        WHEN f.tier_code = '_unknown' THEN 'no_size'
        WHEN i.value IS NULL THEN 'no_duty'
    END AS excluded_code
FROM firm AS f
LEFT JOIN interval_of AS i ON i.item_code = f.tier_code
