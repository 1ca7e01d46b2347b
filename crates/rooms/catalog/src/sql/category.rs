//! Statements over categories, grants and brands.

pub(crate) const INSERT_CATEGORY: &str = "\
INSERT INTO catalog_category (category_id, parent_id, level, position, name, rules)
VALUES ($1, $2, $3, $4, $5, $6)";

pub(crate) const ANY_CATEGORY: &str = "\
SELECT 1
FROM catalog_category
LIMIT 1";

pub(crate) const CATEGORY: &str = "\
SELECT category_id, parent_id, level, position, name, rules, retired_at
FROM catalog_category
WHERE category_id = $1";

/// The whole tree, level by level; categories that are retired are left out.
pub(crate) const TREE: &str = "\
SELECT category_id, parent_id, level, position, name, rules, retired_at
FROM catalog_category
WHERE retired_at IS NULL
ORDER BY level, position, category_id";

/// A leaf with the two above it.
pub(crate) const CHAIN: &str = "\
SELECT leaf.category_id, leaf.parent_id, leaf.level, leaf.position, leaf.name, leaf.rules, leaf.retired_at,
    top.category_id, top.retired_at, middle.retired_at
FROM catalog_category leaf
JOIN catalog_category middle ON middle.category_id = leaf.parent_id
JOIN catalog_category top ON top.category_id = middle.parent_id
WHERE leaf.category_id = $1";

pub(crate) const UPDATE_CATEGORY: &str = "\
UPDATE catalog_category
SET position = $2, name = $3, rules = $4
WHERE category_id = $1";

pub(crate) const RETIRE_CATEGORY: &str = "\
UPDATE catalog_category
SET retired_at = $2
WHERE category_id = $1 AND retired_at IS NULL";

pub(crate) const INSERT_GRANT: &str = "\
INSERT INTO catalog_grant (shop_id, category_id, granted_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING";

pub(crate) const DELETE_GRANT: &str = "\
DELETE FROM catalog_grant
WHERE shop_id = $1 AND category_id = $2";

pub(crate) const GRANTS: &str = "\
SELECT category_id
FROM catalog_grant
WHERE shop_id = $1
ORDER BY category_id";

pub(crate) const IS_GRANTED: &str = "\
SELECT 1
FROM catalog_grant
WHERE shop_id = $1 AND category_id = $2";

pub(crate) const INSERT_BRAND: &str = "\
INSERT INTO catalog_brand (brand_id, name, name_en, folded, created_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING";

pub(crate) const BRAND: &str = "\
SELECT brand_id, name, name_en, created_at, retired_at
FROM catalog_brand
WHERE brand_id = $1";

/// Brands that are in use, whose folded name holds the text, by id.
pub(crate) const LIST_BRANDS: &str = "\
SELECT brand_id, name, name_en, created_at, retired_at
FROM catalog_brand
WHERE retired_at IS NULL AND folded LIKE $1 ESCAPE '\\' AND brand_id > $2
ORDER BY brand_id
LIMIT $3";

pub(crate) const RETIRE_BRAND: &str = "\
UPDATE catalog_brand
SET retired_at = $2
WHERE brand_id = $1 AND retired_at IS NULL";

/// All of them, for the test that prepares each on both engines.
#[cfg(test)]
pub(crate) const ALL: &[&str] = &[
    INSERT_CATEGORY,
    ANY_CATEGORY,
    CATEGORY,
    TREE,
    CHAIN,
    UPDATE_CATEGORY,
    RETIRE_CATEGORY,
    INSERT_GRANT,
    DELETE_GRANT,
    GRANTS,
    IS_GRANTED,
    INSERT_BRAND,
    BRAND,
    LIST_BRANDS,
    RETIRE_BRAND,
];
