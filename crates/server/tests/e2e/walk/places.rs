//! Real ids of the demo, taken together so that they fit: an order with its sku, its payment, its parcel.

use std::collections::BTreeMap;

use super::{api::Operation, audience::Credential, furnish::PHONE, house::House, tables::Tables};

/// What the id at the end of a path names, by the longest end that fits. What is not here fails the test.
const NAMED: [(&str, &str); 25] = [
    ("/staff/{}", "staff"),
    ("/combined-payments/{}", "combined"),
    ("/apps/{}", "app"),
    ("/apps/{}/shops/{}", "shop"),
    ("/carriers/{}", "carrier"),
    ("/categories/{}", "category"),
    ("/brands/{}", "brand"),
    ("/endpoints/{}", "app"),
    ("/pushes/{}", "push"),
    ("/me/addresses/{}", "my_address"),
    ("/shop/addresses/{}", "address"),
    ("/notices/{}", "notice"),
    ("/me/orders/{}", "shop"),
    ("/me/orders/{}/{}", "order"),
    ("/orders/{}", "order"),
    ("/parcels/{}", "parcel"),
    ("/api/v1/media/{}", "media"),
    ("/media/{}", "key"),
    ("/operators/{}", "operator"),
    ("/payments/{}", "payment"),
    ("/payment-anomalies/{}", "shop"),
    ("/payment-anomalies/{}/{}", "anomaly"),
    ("/shops/{}", "shop"),
    ("/products/{}", "product"),
    ("/refunds/{}", "refund"),
];

/// Ids that belong to one shop or one shopper: for everybody else there is no such thing.
pub(super) const OWNED: [&str; 15] = [
    "combined",
    "app",
    "push",
    "my_address",
    "address",
    "notice",
    "order",
    "parcel",
    "media",
    "payment",
    "product",
    "refund",
    "staff",
    "sku",
    "appid",
];

/// What the parameter of this name stands for. How parameters are called makes no difference.
pub(super) fn thing(operation: &Operation, name: &str) -> &'static str {
    let marked = format!("{{{name}}}");
    let before = operation.path.split_once(&marked).unwrap().0;
    let parts = before.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    let place = format!("{}{{}}", parts.collect::<Vec<_>>().join("/"));
    let fits = NAMED.iter().filter(|(end, _)| place.ends_with(end)).max_by_key(|(end, _)| end.len());
    fits.unwrap_or_else(|| panic!("{operation}: what is {name}? Say so in places.rs")).1
}

/// Ids that belong together, of one shop and one shopper.
#[derive(Debug, Clone)]
pub(super) struct Context {
    /// Their places in the demo.
    pub(super) shop: usize,
    pub(super) shopper: usize,
    pub(super) ids: BTreeMap<&'static str, String>,
}

/// Each order with what hangs on it. The first line of an order stands for all.
const ORDERS: (&str, [&str; 9]) = (
    "SELECT o.shop_id, o.shopper_id, o.order_id, l.sku_id, l.product_id, o.payment_id, p.parcel_id, r.refund_id, \
     a.anomaly_id, l.payable - 1 \
     FROM trade_order o JOIN trade_line l ON l.shop_id = o.shop_id AND l.order_id = o.order_id AND l.line = \
     (SELECT min(line) FROM trade_line WHERE shop_id = o.shop_id AND order_id = o.order_id) \
     LEFT JOIN logistics_parcel p ON p.shop_id = o.shop_id AND p.order_id = o.order_id \
     LEFT JOIN pay_refund r ON r.shop_id = o.shop_id AND r.order_id = o.order_id \
     LEFT JOIN pay_anomaly a ON a.shop_id = o.shop_id AND a.payment_id = o.payment_id \
     ORDER BY o.order_id DESC",
    ["shopper", "order", "sku", "product", "payment", "parcel", "refund", "anomaly", "cheap"],
);

/// Each product, with a sku and what an audit asks about it.
const PRODUCTS: (&str, [&str; 4]) = (
    "SELECT p.shop_id, p.product_id, min(s.sku_id), p.round, p.category_id FROM catalog_product p \
     JOIN catalog_sku s ON s.shop_id = p.shop_id AND s.product_id = p.product_id \
     GROUP BY p.shop_id, p.product_id, p.round, p.category_id, p.edit_status, p.status \
     ORDER BY p.edit_status, p.status",
    ["product", "sku", "round", "leaf"],
);

/// What a shop has besides.
const OF_SHOP: [(&str, &str); 8] = [
    ("app", "SELECT app_id FROM identity_app WHERE shop_id = ? ORDER BY app_id"),
    ("appid", "SELECT appid FROM identity_app WHERE shop_id = ?"),
    ("original", "SELECT original_id FROM identity_app WHERE shop_id = ?"),
    ("address", "SELECT address_id FROM shop_address WHERE shop_id = ?"),
    ("media", "SELECT media_id FROM media_file WHERE shop_id = ?"),
    ("key", "SELECT key FROM media_file WHERE shop_id = ?"),
    (
        "staff",
        "SELECT staff_id FROM identity_staff WHERE shop_id = ? AND role <> 'owner' AND removed_at IS NULL",
    ),
    ("push", "SELECT push_id FROM push_message WHERE shop_id = ?"),
];

/// What a shopper has.
const OF_SHOPPER: [(&str, &str); 3] = [
    ("combined", "SELECT combined_id FROM pay_combined WHERE shopper_id = ?"),
    ("my_address", "SELECT address_id FROM identity_shopper_address WHERE shopper_id = ?"),
    ("notice", "SELECT notice_id FROM push_notice WHERE shopper_id = ?"),
];

/// What belongs to nobody in particular.
const OF_ALL: [(&str, &str); 7] = [
    (
        "chain",
        "SELECT a.category_id || ' ' || b.category_id || ' ' || c.category_id FROM catalog_category c \
         JOIN catalog_category b ON b.category_id = c.parent_id JOIN catalog_category a ON a.category_id = b.parent_id \
         WHERE c.level = 3 ORDER BY c.category_id",
    ),
    ("category", "SELECT category_id FROM catalog_category WHERE level = 3 ORDER BY category_id"),
    ("leaf", "SELECT category_id FROM catalog_category WHERE level = 3 ORDER BY category_id"),
    ("brand", "SELECT brand_id FROM catalog_brand"),
    ("operator", "SELECT operator_id FROM identity_operator WHERE role <> 'admin'"),
    ("carrier", "SELECT delivery_id FROM logistics_account"),
    ("biz", "SELECT biz_id FROM logistics_account"),
];

/// All of them, those of orders before those of products.
pub(super) async fn contexts(house: &mut House) -> Vec<Context> {
    let code = house.code().await;
    let tables = &house.tables;
    let shops: Vec<String> = house.credentials.shops.iter().map(|shop| shop.shop_id.to_string()).collect();
    let shoppers: Vec<String> =
        tables.rows("SELECT shopper_id FROM identity_shopper ORDER BY shopper_id").concat();
    let place = |all: &[String], one: &String| all.iter().position(|each| each == one);
    let mut found: Vec<Context> = Vec::new();
    for row in tables.rows(ORDERS.0) {
        let Some(shop) = place(&shops, &row[0]) else { continue };
        let Some(shopper) = place(&shoppers, &row[1]) else { continue };
        let ids = ORDERS.1.into_iter().zip(row[1..].iter().cloned());
        let mut ids: BTreeMap<_, _> = ids.filter(|(_, id)| !id.is_empty()).collect();
        complete(tables, &shops[shop], &shoppers[shopper], &mut ids);
        found.push(Context { shop, shopper, ids });
    }
    for row in tables.rows(PRODUCTS.0) {
        let Some(shop) = place(&shops, &row[0]) else { continue };
        let Some(mut context) = found.iter().find(|context| context.shop == shop).cloned() else { continue };
        context.ids.extend(PRODUCTS.1.into_iter().zip(row[1..].iter().cloned()));
        found.push(context);
    }
    for shop in tables.rows("SELECT shop_id FROM shop_shop ORDER BY shop_id").concat() {
        if place(&shops, &shop).is_none() {
            let mut context = found[0].clone();
            context.ids.insert("shop", shop);
            found.push(context);
        }
    }
    for mini in tables.rows("SELECT app_id FROM identity_app WHERE kind = 2 ORDER BY app_id").concat() {
        let mut context = found[0].clone();
        context.ids.insert("app", mini);
        found.push(context);
    }
    for context in &mut found {
        let mini = house.credentials.miniprograms[0].appid.clone();
        let login = house.credentials.staff[0].login.clone();
        let known = [("mini", mini), ("login", login), ("phone", PHONE.to_owned()), ("code", code.clone())];
        context.ids.extend(known);
        let now = house.now();
        let times = [("now", now.to_string()), ("week_ago", (now - 6 * 86_400).to_string())];
        context.ids.extend(times);
        let keys = &house.credentials.shops[context.shop];
        context.ids.insert("secret", keys.secret.clone());
        let appid = &keys.appid;
        let openid = house.credentials.shoppers[context.shopper].openids[appid].clone();
        context.ids.insert("openid", openid);
    }
    found
}

fn complete(tables: &Tables, shop: &str, shopper: &str, ids: &mut BTreeMap<&'static str, String>) {
    ids.insert("shop", shop.to_owned());
    let each = OF_SHOP.iter().map(|one| (one, shop)).chain(OF_SHOPPER.iter().map(|one| (one, shopper)));
    for ((name, sql), owner) in each.chain(OF_ALL.iter().map(|one| (one, ""))) {
        if let Some(row) = tables.rows(&sql.replace('?', owner)).into_iter().next() {
            ids.entry(name).or_insert(row[0].clone());
        }
    }
}

impl Context {
    /// The path of an operation with these ids, or nothing if one is missing.
    pub(super) fn path(&self, operation: &Operation) -> Option<String> {
        let mut path = operation.path.clone();
        for name in &operation.ids {
            let id = self.ids.get(thing(operation, name))?;
            path = path.replacen(&format!("{{{name}}}"), id, 1);
        }
        Some(path)
    }

    /// The same with an id that nobody has in the place of one.
    pub(super) fn without(&self, thing: &'static str) -> Self {
        let mut context = self.clone();
        if let Some(id) = context.ids.get_mut(thing) {
            *id = nobodys(id);
        }
        context
    }

    /// Who asks, the most likely first.
    pub(super) fn callers(&self) -> [Credential; 4] {
        [
            Credential::Shopper(self.shopper),
            Credential::Owner(self.shop),
            Credential::Admin,
            Credential::Nobody,
        ]
    }
}

/// An id of the same length that nobody has: the demo counts its own from one million.
pub(super) fn nobodys(theirs: &str) -> String {
    let first = if theirs.starts_with('8') { '7' } else { '8' };
    format!("{first}{}", &theirs[1..])
}
