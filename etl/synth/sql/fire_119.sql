SELECT
    d.win,
    feed_key('H', d.report) AS 警情编号,
    replace(said(d.reported, d.cut), '-', '/') AS 接警时间,
    replace(stamped(d.received, d.cut), '-', '/') AS 推送时间,
    d.category_text AS 类型,
    p.source_code AS 主管队站,
    (ARRAY['1', '6', '2', '3', '5', '4', '2'])[1 + if(d.closed <= d.cut, d.outcome, 0)] AS 结果码,
    round(d.lon, 6) AS LNG,
    round(d.lat, 6) AS LAT,
    d.address AS 地点,
    '接报：' || d.address || d.clause AS 情况,
    phone(d.reporter) AS 主叫号码,
    CASE WHEN d.from_report > 0 THEN feed_key('JQ', d.from_report) END AS 关联110单号,
    replace(said(d.first_dispatched, d.cut), '-', '/') AS 出动时间,
    replace(said(d.accepted, d.cut), '-', '/') AS 接令时间,
    replace(said(d.arrived, d.cut), '-', '/') AS 到场时间,
    replace(said(d.handled, d.cut), '-', '/') AS 扑灭时间,
    replace(said(d.closed, d.cut), '-', '/') AS 归队时间,
    replace(said(d.version, d.cut), '-', '/') AS 修改时间
FROM delivery AS d
INNER JOIN department AS p ON p.department = d.department
ORDER BY d.win, d.received, d.report
