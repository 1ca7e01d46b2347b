//! Every statement of the room.

pub(crate) const INSERT_FILE: &str = "\
INSERT INTO media_file (shop_id, media_id, key, purpose, content_type, bytes, width, height, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING";

pub(crate) const FILE_BY_KEY: &str = "\
SELECT media_id, key, purpose, content_type, bytes, width, height, created_at
FROM media_file
WHERE shop_id = $1 AND key = $2";

pub(crate) const FILE_BY_ID: &str = "\
SELECT media_id, key, purpose, content_type, bytes, width, height, created_at
FROM media_file
WHERE shop_id = $1 AND media_id = $2";

/// Files of a shop, the newest first.
pub(crate) const LIST_FILES: &str = "\
SELECT media_id, key, purpose, content_type, bytes, width, height, created_at
FROM media_file
WHERE shop_id = $1 AND media_id < $2
ORDER BY media_id DESC
LIMIT $3";

/// A file that the shop or the platform has stored.
pub(crate) const MAY_SHOW: &str = "\
SELECT 1
FROM media_file
WHERE shop_id IN ($1, 0) AND key = $2
LIMIT 1";

/// All of them, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[INSERT_FILE, FILE_BY_KEY, FILE_BY_ID, LIST_FILES, MAY_SHOW];
