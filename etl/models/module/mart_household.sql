-- grain: one row per block, day of the last update and version: how many households were last updated that day, and while that held
SELECT
    r.household_block_id,
    r.block_key,
    r.block_name,
    r.updated_date,
    r.household_count,
    p.grid_id,
    r.version_at AS valid_from_at,
    lead(r.version_at) OVER (PARTITION BY r.household_block_id ORDER BY r.version_at) AS valid_to_at
FROM raw_household_block AS r
LEFT JOIN place_household_block AS p ON p.household_block_id = r.household_block_id
