//! Statements on track steps.

/// A step that is there already only gains its place, the greater of two: any order of telling ends alike.
pub(crate) const PUT: &str = "\
INSERT INTO logistics_step (scope, track_id, at, action_type, digest, message, lat, lng, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (scope, track_id, at, action_type, digest) DO UPDATE
SET lat = excluded.lat, lng = excluded.lng
WHERE excluded.lat IS NOT NULL
AND (logistics_step.lat IS NULL OR (logistics_step.lat, logistics_step.lng) < (excluded.lat, excluded.lng))";

pub(crate) const OF_TRACK: &str = "\
SELECT at, action_type, message, lat, lng, version
FROM logistics_step
WHERE scope = $1 AND track_id = $2
ORDER BY at, action_type, message";

/// The codes of all tracks between two, for the check.
pub(crate) const CODES_BETWEEN: &str = "\
SELECT scope, track_id, action_type
FROM logistics_step
WHERE (scope, track_id) >= ($1, $2) AND (scope, track_id) <= ($3, $4)
ORDER BY at, action_type, message";

#[cfg(test)]
pub(crate) const ALL: &[&str] = &[PUT, OF_TRACK, CODES_BETWEEN];
