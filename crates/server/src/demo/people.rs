//! Who there is in the demo: the shops with their staff, those who run the platform, and the shoppers.

use anyhow::Result;
use identity::{Address, AddressParts, OperatorRole, Role};

use super::goods::{BOOKS, Goods, HOME, TEA};

/// The password of everybody who has one. The demo is for trying things on; its credentials lie open.
pub(crate) const PASSWORD: &str = "kaidian-demo";

/// Everybody who has a password: login, role, and whom they work for.
pub(crate) fn logins() -> Vec<(String, &'static str, &'static str)> {
    let of_platform =
        OPERATORS.iter().map(|(role, login, _)| ((*login).to_owned(), role.as_str(), "the platform"));
    let of_shop = |shop: &'static Shop| {
        Role::ALL.iter().map(|role| (format!("{}.{}", shop.login, role.as_str()), role.as_str(), shop.name))
    };
    of_platform.chain(SHOPS.iter().flat_map(of_shop)).collect()
}

/// A shop of the demo.
pub(super) struct Shop {
    /// Its name, which is its brand as well.
    pub(super) name: &'static str,
    /// What the logins of its staff begin with.
    pub(super) login: &'static str,
    /// What it says of itself.
    pub(super) intro: &'static str,
    /// Its products pass the audit by themselves.
    pub(super) auto_audit: bool,
    /// Where its parcels leave and returns come.
    pub(super) place: Place,
    /// The names of its staff, in the order of [`Role::ALL`].
    pub(super) staff: [&'static str; Role::ALL.len()],
    /// What it sells.
    pub(super) goods: &'static [Goods],
}

/// A person at an address.
pub(super) struct Place {
    name: &'static str,
    phone: &'static str,
    province: &'static str,
    city: &'static str,
    county: &'static str,
    detail: &'static str,
    postal_code: &'static str,
    national_code: &'static str,
}

impl Place {
    /// The address, well-formed.
    pub(super) fn address(&self) -> Result<Address> {
        Ok(Address::new(&AddressParts {
            user_name: self.name.into(),
            tel_number: self.phone.into(),
            province_name: self.province.into(),
            city_name: self.city.into(),
            county_name: self.county.into(),
            detail_info: self.detail.into(),
            postal_code: self.postal_code.into(),
            national_code: self.national_code.into(),
        })?)
    }

    /// The city.
    pub(super) const fn city(&self) -> &'static str {
        self.city
    }

    /// The phone that a shopper logs in with.
    pub(super) const fn phone(&self) -> &'static str {
        self.phone
    }
}

/// The shops. The products of the last wait for an operator, so that there is something to audit.
pub(super) static SHOPS: [Shop; 3] = [
    Shop {
        name: "云岭茶事",
        login: "yunling",
        intro: "一座山一味茶。产地直采，当季新茶，现配现发。",
        auto_audit: true,
        place: Place {
            name: "云岭茶事仓库",
            phone: "0571-86990001",
            province: "浙江省",
            city: "杭州市",
            county: "西湖区",
            detail: "龙井路 88 号 3 号仓",
            postal_code: "310013",
            national_code: "330106",
        },
        staff: ["陆云山", "方小竹", "陈大山", "吴静", "苏晚晴"],
        goods: TEA,
    },
    Shop {
        name: "小满家居",
        login: "xiaoman",
        intro: "小得盈满，日子正好。床品、餐具与收纳。",
        auto_audit: true,
        place: Place {
            name: "小满家居发货部",
            phone: "0513-80660002",
            province: "江苏省",
            city: "南通市",
            county: "海门区",
            detail: "叠石桥家纺城 12 幢 506",
            postal_code: "226100",
            national_code: "320614",
        },
        staff: ["夏禾", "顾北辰", "李长贵", "钱多思", "温可"],
        goods: HOME,
    },
    Shop {
        name: "拾光童书",
        login: "shiguang",
        intro: "陪孩子读一本好书，玩一件好玩具。",
        auto_audit: false,
        place: Place {
            name: "拾光童书物流中心",
            phone: "010-58330003",
            province: "北京市",
            city: "北京市",
            county: "通州区",
            detail: "宋庄镇小堡北街 21 号院",
            postal_code: "101118",
            national_code: "110112",
        },
        staff: ["时光", "叶知秋", "赵铁柱", "孙敏", "童心"],
        goods: BOOKS,
    },
];

/// Those who run the platform: role, login, name.
pub(super) const OPERATORS: [(OperatorRole, &str, &str); 3] = [
    (OperatorRole::Admin, "platform.admin", "管理员"),
    (OperatorRole::Auditor, "platform.auditor", "审核员"),
    (OperatorRole::Finance, "platform.finance", "结算员"),
];

/// The shoppers, each with the address where the parcels go. The phone of the address is the one they log in with.
pub(super) const SHOPPERS: [Place; 5] = [
    Place {
        name: "王小明",
        phone: "13800000001",
        province: "广东省",
        city: "广州市",
        county: "海珠区",
        detail: "新港中路 397 号 2 栋 1203",
        postal_code: "510310",
        national_code: "440105",
    },
    Place {
        name: "李思雨",
        phone: "13800000002",
        province: "上海市",
        city: "上海市",
        county: "徐汇区",
        detail: "淮海中路 1298 弄 6 号 402",
        postal_code: "200031",
        national_code: "310104",
    },
    Place {
        name: "张海涛",
        phone: "13800000003",
        province: "四川省",
        city: "成都市",
        county: "武侯区",
        detail: "人民南路四段 19 号 1 单元 801",
        postal_code: "610041",
        national_code: "510107",
    },
    Place {
        name: "陈雨桐",
        phone: "13800000004",
        province: "湖北省",
        city: "武汉市",
        county: "武昌区",
        detail: "中北路 109 号 5 栋 2306",
        postal_code: "430071",
        national_code: "420106",
    },
    Place {
        name: "刘一诺",
        phone: "13800000005",
        province: "陕西省",
        city: "西安市",
        county: "雁塔区",
        detail: "小寨东路 11 号 3 单元 502",
        postal_code: "710061",
        national_code: "610113",
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use identity::Phone;

    #[test]
    fn addresses_and_phones_are_well_formed() {
        assert!(SHOPS.iter().all(|shop| shop.place.address().is_ok()));
        for shopper in &SHOPPERS {
            assert!(shopper.address().is_ok());
            assert_eq!(Phone::new(shopper.phone()).unwrap().as_str(), shopper.phone());
        }
    }
}
