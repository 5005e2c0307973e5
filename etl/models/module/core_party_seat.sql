-- grain: one row per community: the grid its office stands in (else its first grid), which places what is told by community only
WITH community AS (
    SELECT
        parent_id AS area_id,
        min(area_id) AS first_grid_id,
        CASE WHEN count(*) = count(household_count) THEN sum(household_count) END AS household_count
    FROM dim_area
    WHERE level_code = 'grid' AND parent_id IS NOT NULL
    GROUP BY parent_id
),
office AS (
    SELECT
        r.source_key AS area_id,
        min(p.grid_id) AS grid_id
    FROM raw_community_profile AS r
    INNER JOIN place_community_profile AS p ON p.community_profile_id = r.community_profile_id
    INNER JOIN dim_area AS g ON g.area_id = p.grid_id AND g.parent_id = r.source_key
    WHERE r._is_current
    GROUP BY r.source_key
)

SELECT
    c.area_id,
    coalesce(o.grid_id, c.first_grid_id) AS grid_id,
    c.household_count
FROM community AS c
LEFT JOIN office AS o ON o.area_id = c.area_id
