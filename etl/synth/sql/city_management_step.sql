SELECT
    d.win,
    feed_key('LC', d.report) || d.step || d.seq AS 流水号,
    feed_key('CG', d.report) AS 案件编号,
    d.step AS 环节,
    said(d.at, d.cut) AS 时间,
    p.source_code AS 单位,
    d.result AS 结果,
    d.reason AS 原因,
    CASE WHEN d.deadline IS NOT NULL THEN planned(d.deadline) END AS 截止时间,
    stamped(d.at + 5, d.cut + 5) AS 接收时间
FROM delivery AS d
INNER JOIN department AS p ON p.department = d.department
ORDER BY d.win, d.at, d.report, d.seq
