//! How the tree looks on the wire: chains, children, details.

use kernel::CategoryId;
use serde_json::{Value, json};
use std::collections::HashMap;

use crate::{AttrRule, Category, CategoryRules, Licence};

fn number(id: Option<CategoryId>) -> String {
    id.map_or(0, |id| id.0).to_string()
}

fn one(category: &Category) -> Value {
    json!({
        "cat_id": category.id,
        "f_cat_id": number(category.parent),
        "name": category.name,
        "level": category.level,
        "leaf": category.is_leaf(),
    })
}

fn licence(licence: &Licence) -> Value {
    json!({
        "qua_id": licence.id.to_string(),
        "name": licence.name,
        "tips": licence.tips,
        "need_to_apply": licence.mandatory,
        "mandatory": licence.mandatory,
    })
}

/// `category/all`: for each leaf the chain up to the root. Both trees are the same here.
pub(super) fn all(tree: &[Category]) -> Value {
    let by_id: HashMap<CategoryId, &Category> = tree.iter().map(|c| (c.id, c)).collect();
    let chains: Vec<Value> = tree
        .iter()
        .filter(|category| category.is_leaf())
        .map(|leaf| {
            let mut chain = vec![with_licences(leaf)];
            let mut above = leaf.parent;
            while let Some(category) = above.and_then(|id| by_id.get(&id)) {
                chain.push(json!({ "cat": one(category) }));
                above = category.parent;
            }
            json!({ "cat_and_qua": chain })
        })
        .collect();
    json!({ "cats": chains, "cats_v2": chains })
}

fn with_licences(leaf: &Category) -> Value {
    let rules = &leaf.rules;
    let mut out = json!({
        "cat": one(leaf),
        "product_qua_list": rules.licences.iter().map(licence).collect::<Vec<_>>(),
    });
    if let Some(permit) = &rules.permit {
        out["qua"] = licence(permit);
    }
    out
}

/// `category/availablesoncategories/get`: what lies under `parent`; 0 is the top.
pub(super) fn children(tree: &[Category], parent: i64) -> Value {
    let under = tree.iter().filter(|c| c.parent.map_or(0, |id| id.0) == parent);
    let list: Vec<Value> = under.map(one).collect();
    json!({ "cat_list": list, "cat_list_v2": list })
}

/// `category/list/get`: the leaves that the shop may use, with the licence that it needed.
pub(super) fn usable(tree: &[Category]) -> Value {
    let leaf = |category: &Category| match &category.rules.permit {
        Some(permit) => json!({ "cat_id": category.id, "qua_id": permit.id.to_string() }),
        None => json!({ "cat_id": category.id }),
    };
    let list: Vec<Value> = tree.iter().filter(|c| c.is_leaf()).map(leaf).collect();
    json!({ "list": list })
}

/// `category/detail`.
pub(super) fn detail(category: &Category) -> Value {
    let rules = &category.rules;
    json!({
        "info": { "cat_id": category.id, "name": category.name },
        "attr": attributes(rules),
        "product_qua_list": rules.licences.iter().map(licence).collect::<Vec<_>>(),
    })
}

fn attributes(rules: &CategoryRules) -> Value {
    json!({
        "shop_no_shipment": rules.no_shipment,
        "access_permit_required": rules.permit_required,
        "pre_sale": rules.presale,
        "seven_day_return": rules.return_days >= 7,
        "is_limit_brand": !rules.brands.is_empty(),
        "brand_list": rules.brands.iter().map(|id| json!({ "brand_id": id })).collect::<Vec<_>>(),
        "product_attr_list": rules.product_attrs.iter().map(attribute).collect::<Vec<_>>(),
        "sale_attr_list": rules.sale_attrs.iter().map(attribute).collect::<Vec<_>>(),
        "deposit": rules.deposit.to_string(),
    })
}

fn attribute(rule: &AttrRule) -> Value {
    json!({
        "name": rule.name,
        "type": rule.kind.name(),
        "type_v2": rule.kind.name(),
        "value": rule.options.join(";"),
        "is_required": rule.required,
        "hint": rule.hint,
        "append_allowed": rule.open,
    })
}
