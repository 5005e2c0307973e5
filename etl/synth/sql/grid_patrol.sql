SELECT
    d.win,
    feed_key('XC', d.report) AS 巡查单号,
    said(d.reported, d.cut) AS 发现时间,
    said(d.clean, d.cut) AS 上次巡查正常时间,
    stamped(d.received, d.cut) AS 上传时间,
    d.category_text AS 问题编码,
    p.source_code AS 处置单位,
    (ARRAY['Y', 'D', 'N', 'N', 'N', 'N', 'N'])[1 + if(d.closed <= d.cut, d.outcome, 0)] AS 属实,
    d.grid AS 网格,
    round(d.lon, 6) AS 经度,
    round(d.lat, 6) AS 纬度,
    d.clause AS 情况说明,
    'W' || lpad((105 + d.point // 150 * 2 % 288)::VARCHAR, 4, '0') AS 网格员,
    if(d.is_self_handled, '是', '否') AS 自办,
    CASE WHEN d.handled > d.cut THEN NULL WHEN NOT d.is_self_handled THEN '镇级' WHEN d.report % 7 < 2 THEN '社区' ELSE '网格' END
        AS 解决层级,
    said(d.first_dispatched, d.cut) AS 派遣时间,
    said(d.accepted, d.cut) AS 签收时间,
    said(d.arrived, d.cut) AS 到场时间,
    said(d.handled, d.cut) AS 办结时间,
    said(d.check_sent, d.cut) AS 送核时间,
    said(d.checked, d.cut) AS 核查时间,
    said(d.closed, d.cut) AS 归档时间,
    said(d.version, d.cut) AS 更新时间
FROM delivery AS d
INNER JOIN department AS p ON p.department = d.department
ORDER BY d.win, d.received, d.report
