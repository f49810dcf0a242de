-- SPDX-License-Identifier: GPL-2.0-or-later
-- What version-3.db holds besides what version-2.db does: nothing. It was made once and is never made again:
--   cp version-2.db version-3.db; cat ../../../daemon/store/schema/3.sql version-3.sql | sqlite3 version-3.db
PRAGMA user_version = 3;
