-- grain: one row per commercial building: what it is called; the register has no English names
SELECT building_id, building_name AS name_zh, building_name AS name_en
FROM mart_building
