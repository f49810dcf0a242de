-- SPDX-License-Identifier: GPL-2.0-or-later
-- What version-1.db holds. It was made once, by the daemon's schema of that version, and is never made again:
--   (echo 'PRAGMA journal_mode = WAL;'; cat ../../../daemon/store/schema/1.sql version-1.sql) | sqlite3 version-1.db
PRAGMA user_version = 1;
INSERT INTO meta VALUES (1, '11111111-1111-4111-8111-111111111111');
INSERT INTO switch VALUES ('00000001-0000-4000-8000-000000000000', 'lab', 'the lab''s switch', 'persistent', NULL, 0, 1700000000000000,
  'vsw-lab', x'020000000001', 9000, 60, 1000, 1, 0, 1);
INSERT INTO nic VALUES ('00000002-0000-4000-8000-000000000002', 'lab-host', '', 'persistent', NULL, 1000, 1700000000000001,
  'internal', 'vswp-lab-host', 'vswi-lab-host', '', x'020000000002', 1, 0, 1);
INSERT INTO nic VALUES ('00000003-0000-4000-8000-000000000002', 'guest', 'é', 'caller', '0123456789abcdef :1.5', 1000, 1700000000000002,
  'synthetic', 'vswp-guest', 'vswg-guest', 'eth0', x'020000000003', 0, 1400, 4);
INSERT INTO port VALUES ('00000004-0000-4000-8000-000000000001', 'lab-host', '', 'persistent', NULL, 1000, 1700000000000003,
  '00000001-0000-4000-8000-000000000000', '00000002-0000-4000-8000-000000000002', '00000002-0000-4000-8000-000000000002', 1700000000000004);
INSERT INTO port VALUES ('00000005-0000-4000-8000-000000000001', 'spare', 'free', 'runtime', NULL, 0, 1700000000000005,
  '00000001-0000-4000-8000-000000000000', NULL, NULL, 0);
INSERT INTO static_address VALUES ('00000005-0000-4000-8000-000000000001', x'020000000010');
INSERT INTO static_address VALUES ('00000005-0000-4000-8000-000000000001', x'020000000011');
