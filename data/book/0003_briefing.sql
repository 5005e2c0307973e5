CREATE TABLE briefing (
    briefing_id INTEGER PRIMARY KEY AUTOINCREMENT, edition_code TEXT NOT NULL, language_code TEXT NOT NULL,
    area_id TEXT NOT NULL, department_id TEXT NOT NULL, since_date TEXT NOT NULL, until_date TEXT NOT NULL,
    as_of_at TEXT NOT NULL, version_no INTEGER NOT NULL, previous_id INTEGER, title_text TEXT NOT NULL,
    generation_no INTEGER NOT NULL, definitions_digest TEXT NOT NULL, content_sha256 TEXT NOT NULL,
    document_sha256 TEXT NOT NULL, folder_name TEXT NOT NULL UNIQUE, made_at TEXT NOT NULL, made_by_name TEXT NOT NULL,
    UNIQUE (edition_code, language_code, area_id, department_id, since_date, until_date, as_of_at, version_no));
CREATE TABLE briefing_file (
    briefing_id INTEGER NOT NULL, stage_code TEXT NOT NULL, format_code TEXT NOT NULL, file_name TEXT NOT NULL,
    byte_count INTEGER NOT NULL, sha256 TEXT NOT NULL, PRIMARY KEY (briefing_id, stage_code, format_code));
CREATE TABLE briefing_note (
    note_id INTEGER PRIMARY KEY AUTOINCREMENT, briefing_id INTEGER NOT NULL, part_code TEXT NOT NULL,
    sentence_no INTEGER NOT NULL, note_text TEXT NOT NULL, is_struck INTEGER NOT NULL, actor_name TEXT NOT NULL,
    noted_at TEXT NOT NULL);
CREATE INDEX briefing_note_by_briefing ON briefing_note (briefing_id);
CREATE TABLE briefing_note_withdrawn (
    note_id INTEGER PRIMARY KEY, actor_name TEXT NOT NULL, withdrawn_at TEXT NOT NULL);
CREATE TABLE briefing_release (
    briefing_id INTEGER PRIMARY KEY, actor_name TEXT NOT NULL, role_code TEXT NOT NULL, released_at TEXT NOT NULL,
    folder_name TEXT NOT NULL, note_ids TEXT NOT NULL);
CREATE TABLE briefing_run (
    run_id INTEGER PRIMARY KEY AUTOINCREMENT, order_key TEXT NOT NULL, due_at TEXT NOT NULL, attempt_no INTEGER NOT NULL,
    status_code TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT, next_at TEXT, error_text TEXT,
    briefing_id INTEGER, UNIQUE (order_key, due_at, attempt_no));
CREATE TABLE briefing_delivery (
    delivery_id INTEGER PRIMARY KEY AUTOINCREMENT, briefing_id INTEGER NOT NULL, stage_code TEXT NOT NULL,
    channel_code TEXT NOT NULL, target_text TEXT NOT NULL, status_code TEXT NOT NULL, attempt_no INTEGER NOT NULL,
    tried_at TEXT NOT NULL, next_at TEXT, detail_text TEXT NOT NULL);
CREATE INDEX briefing_delivery_by_briefing ON briefing_delivery (briefing_id);
