-- Words every feed's SELECT uses. An event not yet in sight at `cut` (the end of the file's window) is NULL.
CREATE OR REPLACE MACRO seen(x, cut) AS CASE WHEN x <= cut THEN x END;
CREATE OR REPLACE MACRO said(x, cut) AS strftime(make_timestamp((seen(x, cut) + 28800 + skew(x)) * 1000000), '%Y-%m-%d %H:%M:%S');
CREATE OR REPLACE MACRO stamped(x, cut) AS strftime(make_timestamp((seen(x, cut) + 28800) * 1000000), '%Y-%m-%d %H:%M:%S');
CREATE OR REPLACE MACRO planned(x) AS strftime(make_timestamp((x + 28800) * 1000000), '%Y-%m-%d %H:%M:%S');
CREATE OR REPLACE MACRO feed_key(prefix, report) AS prefix || (report // 1000000) || lpad((report % 1000000)::VARCHAR, 6, '0');
CREATE OR REPLACE MACRO last_close(closed, reopened, again, cut) AS
    CASE WHEN again <= cut THEN again WHEN reopened <= cut THEN NULL WHEN closed <= cut THEN closed END;
CREATE OR REPLACE MACRO phone(n) AS '1' || (ARRAY['38', '39', '50', '58', '87', '57'])[1 + n % 6] || lpad((n * 48271 % 99999989)::VARCHAR, 8, '0');
CREATE OR REPLACE MACRO caller(n) AS
    (ARRAY['王', '李', '张', '刘', '陈', '杨', '黄', '赵', '周', '吴', '徐', '孙', '沈', '俞', '章'])[1 + n % 15]
    || (ARRAY['先生', '女士'])[1 + n // 15 % 2];
CREATE OR REPLACE MACRO tail(n) AS
    (ARRAY['', '，请尽快派人处理', '，已经持续好几天', '，多次反映没有解决', '，存在安全隐患', '，希望有关部门管一管', '，影响通行',
        '，今天早上开始的'])[1 + n % 8];
CREATE OR REPLACE MACRO stage(dispatched, handled, closed, cut) AS
    CASE WHEN closed <= cut THEN '已结案' WHEN handled <= cut THEN '待核查' WHEN dispatched <= cut THEN '处置中' ELSE '待派遣' END;
