-- grain: one row per grid of ours and line that had grids before: how many of them meet in it, what is nobody's, what is claimed twice
-- A line that told nothing has no rows: unknown, not nobody's.
WITH piece AS (
    SELECT
        line_code,
        grid_id,
        count(*) FILTER (WHERE is_counted) AS cut_count,
        sum(grid_share_pct) AS covered_pct
    FROM mart_legacy_share
    WHERE grid_id IS NOT NULL
    GROUP BY line_code, grid_id
),
line AS (
    SELECT DISTINCT line_code FROM mart_legacy_share WHERE line_code <> '_unknown'
),
met AS (
    SELECT
        l.line_code,
        a.area_id AS grid_id,
        a.area_km2,
        coalesce(p.cut_count, 0)::INTEGER AS cut_count,
        coalesce(p.covered_pct, 0) AS covered_pct
    FROM line AS l
    CROSS JOIN dim_area AS a
    LEFT JOIN piece AS p ON p.line_code = l.line_code AND p.grid_id = a.area_id
    WHERE a.level_code = 'grid'
)

SELECT
    m.grid_id || ':' || m.line_code AS grid_overlap_id,
    m.grid_id,
    m.line_code,
    m.cut_count,
    round(m.covered_pct, 1) AS covered_pct,
    CASE
        WHEN m.covered_pct > 100 + t.value THEN 'contested'
        WHEN m.covered_pct < 100 - t.value THEN 'orphaned'
        WHEN m.cut_count > 1 THEN 'cut'
        ELSE 'whole'
    END AS overlap_code,
    CASE WHEN m.covered_pct < 100 - t.value THEN m.area_km2 * (100 - m.covered_pct) / 100 ELSE 0 END AS orphaned_km2,
    CASE WHEN m.covered_pct > 100 + t.value THEN m.area_km2 * (m.covered_pct - 100) / 100 ELSE 0 END AS contested_km2
FROM met AS m
CROSS JOIN (
    SELECT value FROM rule_value WHERE rule_id = 'overlap.tolerance_pct' AND valid_to_date IS NULL
) AS t
