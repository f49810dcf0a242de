-- SPDX-License-Identifier: GPL-2.0-or-later
-- What version-2.db holds besides what version-1.db does. It was made once, by the daemon's schema of that version, and is never made again:
--   cp version-1.db version-2.db; cat ../../../daemon/store/schema/2.sql version-2.sql | sqlite3 version-2.db
PRAGMA user_version = 2;
INSERT INTO system VALUES ('00000006-0000-4000-8000-000000000003', 'web', 'serves', 'persistent', NULL, 1000, 1700000000000006,
  'enabled', 'qemu-1-web', 1);
INSERT INTO system VALUES ('00000007-0000-4000-8000-000000000003', 'old', '', 'caller', '0123456789abcdef :1.5', 0, 1700000000000007,
  'saved', '', 0);
INSERT INTO setting VALUES ('00000008-0000-4000-8000-000000000004', 'lan', 'inside', 'persistent', NULL, 1000, 1700000000000008,
  '00000006-0000-4000-8000-000000000003', 'synthetic', 'tap', x'020000000004', 1, 1400, 4, 1, '00000001-0000-4000-8000-000000000000');
INSERT INTO setting VALUES ('00000009-0000-4000-8000-000000000004', 'dmz', '', 'persistent', NULL, 1000, 1700000000000009,
  '00000006-0000-4000-8000-000000000003', 'emulated', 'tap', x'020000000005', 0, 0, 1, 0, NULL);
INSERT INTO nic VALUES ('0000000a-0000-4000-8000-000000000002', 'web-lan', 'inside', 'descriptor', NULL, 1000, 1700000000000010,
  'synthetic', 'tap', 1, '00000008-0000-4000-8000-000000000004', 'vswp-web-lan', '', '', x'020000000004', 1, 1400, 4);
INSERT INTO nic VALUES ('0000000b-0000-4000-8000-000000000002', 'tap', '', 'persistent', NULL, 0, 1700000000000011,
  'emulated', 'tap', 0, NULL, 'vswp-tap', '', '', x'020000000006', 0, 0, 1);
INSERT INTO port VALUES ('0000000c-0000-4000-8000-000000000001', 'web-lan', '', 'descriptor', NULL, 1000, 1700000000000012,
  '00000001-0000-4000-8000-000000000000', '0000000a-0000-4000-8000-000000000002', '0000000a-0000-4000-8000-000000000002', 1700000000000013);
