//! The tree that a new platform begins with.

use super::{AttrKind, AttrRule, CategoryRules, Licence};

/// A category to be made, with what lies under it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seed {
    /// Its name.
    pub name: String,
    /// Its rules; those of a leaf count.
    pub rules: CategoryRules,
    /// What lies under it; empty for a leaf.
    pub children: Vec<Seed>,
}

/// What the products of a leaf are like.
#[derive(Clone, Copy)]
enum Goods {
    Clothes,
    Shoes,
    Bags,
    Beauty,
    Food,
    Fresh,
    Drink,
    Spirits,
    Phone,
    Device,
    Home,
    Baby,
    Sports,
    Books,
    Music,
    Jewels,
    Gold,
    Flowers,
    Pets,
    Voucher,
}

type Leaves = &'static [(&'static str, Goods)];
type Middles = &'static [(&'static str, Leaves)];

use Goods::{
    Baby, Bags, Beauty, Books, Clothes, Device, Drink, Flowers, Food, Fresh, Gold, Home, Jewels, Music, Pets,
    Phone, Shoes, Spirits, Sports, Voucher,
};

const TREE: &[(&str, Middles)] = &[
    (
        "服饰内衣",
        &[
            ("女装", &[("连衣裙", Clothes), ("女式T恤", Clothes), ("女式外套", Clothes)]),
            ("男装", &[("男式衬衫", Clothes), ("男式T恤", Clothes), ("男式裤子", Clothes)]),
            ("内衣家居", &[("家居服", Clothes), ("袜子", Clothes)]),
        ],
    ),
    (
        "鞋靴箱包",
        &[
            ("鞋靴", &[("女鞋", Shoes), ("男鞋", Shoes), ("运动鞋", Shoes)]),
            ("箱包", &[("双肩包", Bags), ("旅行箱", Bags)]),
        ],
    ),
    (
        "美妆个护",
        &[
            ("护肤", &[("面霜", Beauty), ("面膜", Beauty)]),
            ("彩妆", &[("口红", Beauty)]),
            ("个人护理", &[("洗发护发", Beauty), ("口腔护理", Beauty)]),
        ],
    ),
    (
        "食品饮料",
        &[
            ("休闲零食", &[("坚果炒货", Food), ("糕点饼干", Food), ("糖果巧克力", Food)]),
            ("茶", &[("绿茶", Drink), ("红茶", Drink), ("普洱", Drink)]),
            ("酒水饮料", &[("白酒", Spirits), ("葡萄酒", Spirits), ("咖啡", Drink)]),
        ],
    ),
    (
        "生鲜",
        &[
            ("水果", &[("苹果", Fresh), ("柑橘", Fresh), ("热带水果", Fresh)]),
            ("肉禽蛋", &[("鸡蛋", Fresh), ("牛羊肉", Fresh)]),
        ],
    ),
    (
        "手机数码",
        &[
            ("手机通讯", &[("手机", Phone), ("手机配件", Device)]),
            ("影音数码", &[("耳机", Device), ("数码相机", Phone)]),
        ],
    ),
    (
        "家用电器",
        &[
            ("厨房电器", &[("电饭煲", Device), ("电热水壶", Device)]),
            ("生活电器", &[("吸尘器", Device), ("加湿器", Device)]),
        ],
    ),
    (
        "家居家纺",
        &[
            ("餐具水具", &[("杯子", Home), ("碗盘", Home)]),
            ("床上用品", &[("四件套", Home), ("被子", Home)]),
            ("收纳清洁", &[("收纳盒", Home)]),
        ],
    ),
    (
        "母婴玩具",
        &[
            ("童装", &[("儿童外套", Clothes), ("婴儿连体衣", Clothes)]),
            ("玩具", &[("积木", Baby), ("毛绒玩具", Baby)]),
            ("喂养", &[("奶瓶", Baby)]),
        ],
    ),
    (
        "运动户外",
        &[("健身", &[("瑜伽垫", Sports), ("哑铃", Sports)]), ("户外", &[("帐篷", Sports), ("登山包", Bags)])],
    ),
    (
        "图书音像",
        &[
            ("图书", &[("文学小说", Books), ("少儿读物", Books), ("经济管理", Books)]),
            ("音像", &[("音乐唱片", Music)]),
        ],
    ),
    (
        "珠宝礼品",
        &[
            ("饰品", &[("项链", Jewels), ("黄金饰品", Gold)]),
            ("鲜花绿植", &[("鲜花", Flowers), ("多肉绿植", Flowers)]),
            ("宠物生活", &[("猫粮狗粮", Pets)]),
            ("礼品卡券", &[("兑换券", Voucher)]),
        ],
    ),
];

/// The tree that a new platform begins with: twelve categories at the top, three levels.
pub fn default_categories() -> Vec<Seed> {
    let branch =
        |name: &str, children| Seed { name: name.to_owned(), rules: CategoryRules::default(), children };
    let leaf = |(name, goods): &(&str, Goods)| Seed {
        name: (*name).to_owned(),
        rules: rules_of(*goods),
        children: Vec::new(),
    };
    let middle = |(name, leaves): &(&str, Leaves)| branch(name, leaves.iter().map(leaf).collect());
    TREE.iter().map(|(name, middles)| branch(name, middles.iter().map(middle).collect())).collect()
}

fn rules_of(goods: Goods) -> CategoryRules {
    let base = CategoryRules {
        sale_attrs: sale_attrs_of(goods),
        product_attrs: attrs_of(goods),
        ..CategoryRules::default()
    };
    match goods {
        Food | Drink => CategoryRules { min_head_imgs: 4, return_days: 0, ..base },
        Fresh | Flowers => CategoryRules { min_head_imgs: 4, return_days: 0, presale: true, ..base },
        Spirits => CategoryRules {
            permit: Some(licence(1, "酒类经营许可")),
            permit_required: true,
            return_days: 0,
            ..base
        },
        Gold => CategoryRules { gift_allowed: false, return_days: 0, deposit: 2_000_000, ..base },
        Phone => CategoryRules { brand_required: true, return_days: 7, ..base },
        Books | Music => CategoryRules {
            licences: vec![Licence { mandatory: false, ..licence(2, "出版物经营许可证") }],
            ..base
        },
        Beauty => CategoryRules {
            licences: vec![Licence { mandatory: false, ..licence(3, "化妆品备案凭证") }],
            ..base
        },
        Baby => CategoryRules { return_days: 15, ..base },
        Voucher => {
            CategoryRules { no_shipment: true, return_days: 0, presale: false, gift_allowed: false, ..base }
        }
        _ => base,
    }
}

fn attrs_of(goods: Goods) -> Vec<AttrRule> {
    match goods {
        Clothes => vec![open("材质", &["棉", "麻", "羊毛", "真丝", "聚酯纤维"])],
        Shoes | Bags => vec![open("材质", &["头层牛皮", "帆布", "合成革"])],
        Food | Fresh | Drink => vec![text("产地"), text("保质期")],
        Books => vec![text("作者"), text("出版社")],
        Music => vec![text("艺人")],
        Home | Sports | Baby => vec![text("材质")],
        Phone | Device => vec![text("型号")],
        _ => Vec::new(),
    }
}

fn sale_attrs_of(goods: Goods) -> Vec<AttrRule> {
    let colour = || open("颜色", &["黑色", "白色", "红色", "蓝色", "绿色"]);
    match goods {
        Clothes => vec![colour(), open("尺码", &["S", "M", "L", "XL", "XXL"])],
        Shoes => vec![colour(), open("鞋码", &["36", "37", "38", "39", "40", "41", "42", "43"])],
        Phone => vec![colour(), open("容量", &["128GB", "256GB", "512GB"])],
        Bags | Device | Home | Sports | Baby => vec![colour()],
        Food | Fresh | Drink | Spirits | Pets => vec![text("规格")],
        _ => Vec::new(),
    }
}

fn licence(id: i64, name: &str) -> Licence {
    Licence { id, name: name.to_owned(), tips: String::new(), mandatory: true }
}

fn text(name: &str) -> AttrRule {
    AttrRule {
        name: name.to_owned(),
        kind: AttrKind::String,
        options: Vec::new(),
        required: false,
        open: true,
        hint: String::new(),
    }
}

fn open(name: &str, options: &[&str]) -> AttrRule {
    let options = options.iter().map(|o| (*o).to_owned()).collect();
    AttrRule { kind: AttrKind::SelectOne, options, ..text(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tree_has_twelve_tops_three_levels_and_sound_rules() {
        let tops = default_categories();
        assert_eq!(tops.len(), 12);
        let middles: Vec<&Seed> = tops.iter().flat_map(|top| &top.children).collect();
        let leaves: Vec<&Seed> = middles.iter().flat_map(|middle| &middle.children).collect();
        assert!(leaves.len() >= 40, "{}", leaves.len());
        assert!(middles.iter().all(|m| !m.children.is_empty()));
        for leaf in leaves {
            assert!(leaf.children.is_empty() && leaf.rules.check().is_ok(), "{}", leaf.name);
        }
    }

    #[test]
    fn no_two_siblings_share_a_name() {
        fn unique(seeds: &[Seed]) -> bool {
            let names: std::collections::HashSet<&str> = seeds.iter().map(|s| s.name.as_str()).collect();
            names.len() == seeds.len() && seeds.iter().all(|s| unique(&s.children))
        }
        assert!(unique(&default_categories()));
    }
}
