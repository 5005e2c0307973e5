-- grain: one row per pair of grids between which people were counted
SELECT
    p.flow_pair_id,
    f.name_zh || ' → ' || t.name_zh AS name_zh,
    f.name_en || ' → ' || t.name_en AS name_en
FROM (SELECT DISTINCT flow_pair_id, from_grid_id, to_grid_id FROM mart_flow WHERE flow_pair_id IS NOT NULL) AS p
INNER JOIN dim_area AS f ON f.area_id = p.from_grid_id AND f.level_code = 'grid'
INNER JOIN dim_area AS t ON t.area_id = p.to_grid_id AND t.level_code = 'grid'
