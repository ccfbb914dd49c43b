-- A small project as the first version wrote it. Never changed: later versions must open it.
INSERT INTO project ("row", id, name, timezone, currency, replay, site_now)
VALUES (1, 'p1', '泵站', 'Asia/Shanghai', 'CNY', false, 1772352000123456);

INSERT INTO setting VALUES ('mapping', '{"a": [1, null]}');

INSERT INTO model (id, sha256, file_name, size_bytes, schema_name, partial, loaded_at, load_order,
  georeference, warnings, seconds)
VALUES (4, 'a1', 'a.ifc', 7, 'IFC4', false, 5, 1,
  '{"crs": "EPSG:4549"}', '[{"code": "c", "message": "m"}]', '{"open": 0.5}');

INSERT INTO element (model_id, position, global_id, ifc_class, classifications, quantities, content_hash)
VALUES (4, 0, 'g1', 'IfcWall', '["21.21"]', '{"Q.V": 1.5}', 'h');

INSERT INTO schedule (id, content_digest, name, source_format, sha256, default_calendar,
  skipped, converted, calendars, loaded_at, load_order)
VALUES (2, 'd', 'Plan', 'csv', 's', 'c', '[]', '[]', '[]', 5, 1);

INSERT INTO task (schedule_id, position, id, source_id, name, kind, duration_elapsed, manual, start, element_ids)
VALUES (2, 0, 'T1', '1', '开挖', 'task', false, false, '2026-03-02 08:00:00', '[]');

INSERT INTO element_task VALUES ('g1', 'T1', 'table');

INSERT INTO fact (id, source, reporter, kind, subject_type, subject, event_time, received_time,
  value_number, unit, quality, authenticated, payload)
VALUES ('f1', 'csv', 'r', 'quantity_reported', 'task', 'T1', 1772352000000000, 1772352000000001,
  2.5, 'm3', 'good', true, '{}');

INSERT INTO series (id, device, kind) VALUES (3, 'N-01', 'noise_level');

INSERT INTO source (id, name) VALUES (1, 'mqtt');

INSERT INTO reading VALUES (3, 1772000000000, 684, 1000, 0, 1772000000000, 1);

INSERT INTO user_account VALUES ('li', '李娜', 'hash', 'zh', 5);

INSERT INTO appointment (id, "user", capacity, first_day) VALUES (6, 'li', 'observer', '2026-01-01');
