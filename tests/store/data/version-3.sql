-- SPDX-License-Identifier: GPL-2.0-or-later
-- What version-3.db holds besides what version-2.db does. It was made once, by the daemon's schema of that version, and is never made again:
--   cp version-2.db version-3.db; cat ../../../daemon/store/schema/3.sql version-3.sql | sqlite3 version-3.db
PRAGMA user_version = 3;
INSERT INTO nic VALUES ('0000000f-0000-4000-8000-000000000002', 'eth0', '', 'persistent', NULL, 0, 1700000000000016,
  'external', 'hardware', 0, NULL, 'vswx-0000000f', '', '', x'001b21000001', 1, 0, 1, x'001b21000002', CAST('0000:00:03.0' AS BLOB),
  CAST('eth0' AS BLOB), 1, 9000, x'0100ff', '192.0.2.5/24', 'address 192.0.2.5/24' || char(10) || 'route default via 192.0.2.1',
  '00000002-0000-4000-8000-000000000002', 1);
INSERT INTO port VALUES ('00000010-0000-4000-8000-000000000001', 'eth0', '', 'persistent', NULL, 0, 1700000000000017,
  '00000001-0000-4000-8000-000000000000', '0000000f-0000-4000-8000-000000000002', '0000000f-0000-4000-8000-000000000002', 1700000000000018);
INSERT INTO rescue SELECT * FROM nic WHERE kind = 'external';
