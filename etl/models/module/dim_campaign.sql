-- grain: one row per campaign and its names; the register knows no English ones
SELECT
    source_key AS campaign_id,
    campaign_name AS name_zh,
    campaign_name AS name_en
FROM raw_campaign
WHERE _is_current
