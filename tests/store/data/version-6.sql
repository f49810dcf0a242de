-- SPDX-License-Identifier: GPL-2.0-or-later
-- What version-6.db holds besides what version-5.db does. It was made once, by the daemon's schema of that version, and is never made again:
--   cp version-5.db version-6.db; cat ../../../daemon/store/schema/6.sql version-6.sql | sqlite3 version-6.db
PRAGMA user_version = 6;
UPDATE nic SET was_promiscuous = 1 WHERE kind = 'external';
UPDATE loan SET was_promiscuous = 1;
