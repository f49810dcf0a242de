-- SPDX-License-Identifier: GPL-2.0-or-later
-- What version-5.db holds besides what version-4.db does. It was made once, by the daemon's schema of that version, and is never made again:
--   cp version-4.db version-5.db; cat ../../../daemon/store/schema/5.sql version-5.sql | sqlite3 version-5.db
PRAGMA user_version = 5;
UPDATE system SET machine_since = 86400000007 WHERE machine = 'qemu-1-web';
