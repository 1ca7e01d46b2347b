//! What a merchant writes about a product. Stored as JSON, once for the draft and once for what is online.
//!
//! Amounts are minor units of the shop's currency; pictures are paths `/media/{key}`; texts that were left out are
//! empty.

use kernel::{AddressId, BrandId, CategoryId, SkuId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::SkuStatus;

/// An attribute of a product or a sku, in the form that the wire and stored orders carry.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::Attr)]
pub struct Attr {
    /// Its name.
    pub attr_key: String,
    /// Its value.
    pub attr_value: String,
}

impl Attr {
    /// An attribute.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self { attr_key: key.into(), attr_value: value.into() }
    }
}

/// How a product reaches its buyer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = catalog::DeliverMethod)]
pub enum DeliverMethod {
    /// By express.
    #[default]
    Express = 0,
    /// Nothing is shipped; the buyer leaves a telephone number.
    Phone = 1,
    /// Nothing is shipped; the buyer names an account.
    Account = 3,
}

impl DeliverMethod {
    /// The number on the wire.
    pub const fn number(self) -> i64 {
        self as i64
    }

    /// The one with this number.
    pub fn of(number: i64) -> Option<Self> {
        [Self::Express, Self::Phone, Self::Account].into_iter().find(|m| m.number() == number)
    }
}

/// The terms of delivery by express.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::Express)]
pub struct Express {
    /// The freight template, as a decimal string; kept as given.
    pub template_id: String,
    /// Weight of a piece in grams.
    pub weight_g: Option<i64>,
}

/// How much one buyer may buy in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::BuyLimit)]
pub struct BuyLimit {
    /// The period: 1 a day, 2 a week, 3 a month.
    pub period: i64,
    /// The most pieces, of all skus together.
    pub most: i64,
}

/// What the shop promises beside the goods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = catalog::Service)]
#[expect(clippy::struct_excessive_bools, reason = "each is a promise by itself")]
pub struct Service {
    /// Return within seven days: 0 no, 1 yes, 2 yes except what was made to order.
    pub seven_day_return: i64,
    /// First use, then pay.
    pub pay_after_use: bool,
    /// The freight of a return is insured.
    pub freight_insurance: bool,
    /// Three times the price for a fake.
    pub fake_one_pay_three: bool,
    /// What arrives broken is made good.
    pub damage_guarantee: bool,
    /// May be exchanged.
    pub exchange_support: bool,
}

/// When a sku leaves the warehouse, where it is sold before it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::Presale)]
pub struct Presale {
    /// When the presale begins, ms; `None` where the time counts from the payment.
    #[schema(value_type = Option<i64>)]
    pub begins_at: Option<Timestamp>,
    /// When it ends, ms.
    #[schema(value_type = Option<i64>)]
    pub ends_at: Option<Timestamp>,
    /// What the days count from: 0 the payment, 1 or 2 the end of the presale.
    pub counts_from: i64,
    /// Days until it leaves.
    pub days: i64,
    /// After the presale it is sold from stock.
    pub then_in_stock: bool,
}

/// Certificates of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::Certificates)]
pub struct Certificates {
    /// The licence of the category that they prove.
    pub licence_id: i64,
    /// Pictures.
    pub pictures: Vec<String>,
}

/// When the product goes on sale by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::Timing)]
pub struct Timing {
    /// The moment, ms of business time.
    #[schema(value_type = i64)]
    pub onsale_at: Timestamp,
    /// Pages hide the price until then.
    pub hide_price: bool,
}

/// A table of sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::SizeChart)]
pub struct SizeChart {
    /// Shown.
    pub enable: bool,
    /// The columns.
    #[serde(default)]
    pub specification_list: Vec<SizeColumn>,
}

/// A column of a table of sizes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::SizeColumn)]
pub struct SizeColumn {
    /// What is measured.
    pub name: String,
    /// In which unit.
    pub unit: String,
    /// Each value is a range.
    pub is_range: bool,
    /// A value for each size.
    pub value_list: Vec<SizeValue>,
}

/// A value in a table of sizes: one, or a range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::SizeValue)]
pub struct SizeValue {
    /// The size.
    pub key: String,
    /// The value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The lower end of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<String>,
    /// The upper end of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<String>,
}

/// What a merchant writes about a product as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = catalog::Content)]
pub struct Content {
    /// The title, 5 to 60 characters.
    pub title: String,
    /// The leaf of the tree that it lies in.
    #[schema(value_type = String)]
    pub category: CategoryId,
    /// Pictures at the head of its page.
    #[serde(default)]
    pub head_imgs: Vec<String>,
    /// A shorter title, at most 20 characters.
    #[serde(default)]
    pub short_title: String,
    /// A line under the title, at most 18 characters.
    #[serde(default)]
    pub sub_title: String,
    /// The merchant's own id, at most 128 characters.
    #[serde(default)]
    pub out_product_id: String,
    /// The merchant's own code.
    #[serde(default)]
    pub spu_code: String,
    /// The description, at most 2000 characters.
    #[serde(default)]
    pub desc: String,
    /// Pictures of the description, at most 50.
    #[serde(default)]
    pub desc_imgs: Vec<String>,
    /// Attributes, as the category asks for them.
    #[serde(default)]
    pub attrs: Vec<Attr>,
    /// The brand, if it has one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub brand: Option<BrandId>,
    /// Pictures of licences, the older form: at most 5.
    #[serde(default)]
    pub qualifications: Vec<String>,
    /// Certificates for the category's licences.
    #[serde(default)]
    pub certificates: Vec<Certificates>,
    /// How it reaches its buyer.
    #[serde(default)]
    pub deliver_method: DeliverMethod,
    /// For delivery to an account: 1 openid, 2 QQ, 3 telephone, 4 mail.
    #[serde(default)]
    pub deliver_acct_type: Vec<i64>,
    /// The terms of delivery by express.
    #[serde(default)]
    pub express: Option<Express>,
    /// What the shop says about after-sales.
    #[serde(default)]
    pub aftersale_desc: String,
    /// The shop's address for returns.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub after_sale_address: Option<AddressId>,
    /// How much one buyer may buy.
    #[serde(default)]
    pub limit: Option<BuyLimit>,
    /// What the shop promises.
    #[serde(default)]
    pub service: Service,
    /// A table of sizes.
    #[serde(default)]
    pub size_chart: Option<SizeChart>,
    /// When it goes on sale by itself.
    #[serde(default)]
    pub timing: Option<Timing>,
    /// A presale of the product as a whole, which replaces those of its skus.
    #[serde(default)]
    pub presale: Option<Presale>,
    /// 0 normal, 1 simple.
    #[serde(default)]
    pub release_mode: i64,
}

impl Content {
    /// A product of which nothing else is said.
    pub fn new(title: impl Into<String>, category: CategoryId) -> Self {
        Self {
            title: title.into(),
            category,
            head_imgs: Vec::new(),
            short_title: String::new(),
            sub_title: String::new(),
            out_product_id: String::new(),
            spu_code: String::new(),
            desc: String::new(),
            desc_imgs: Vec::new(),
            attrs: Vec::new(),
            brand: None,
            qualifications: Vec::new(),
            certificates: Vec::new(),
            deliver_method: DeliverMethod::Express,
            deliver_acct_type: Vec::new(),
            express: None,
            aftersale_desc: String::new(),
            after_sale_address: None,
            limit: None,
            service: Service::default(),
            size_chart: None,
            timing: None,
            presale: None,
            release_mode: 0,
        }
    }
}

/// What a merchant writes about a sku.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = catalog::SkuContent)]
pub struct SkuContent {
    /// What it is sold for, minor units.
    pub sale_price: i64,
    /// What it is worth, minor units; not below the sale price.
    pub market_price: i64,
    /// Its picture.
    pub thumb_img: String,
    /// What sets it apart from the product's other skus.
    pub attrs: Vec<Attr>,
    /// The merchant's own code, at most 20 characters.
    pub sku_code: String,
    /// The merchant's own id, at most 128 characters.
    pub out_sku_id: String,
    /// The code on its package.
    pub bar_code: String,
    /// A presale of this sku.
    pub presale: Option<Presale>,
}

/// A sku of one copy of a product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = catalog::Sku)]
pub struct Sku {
    /// Its id, below 2^53; it stays when the content changes.
    #[schema(value_type = String)]
    pub id: SkuId,
    /// Where it stands.
    pub status: SkuStatus,
    /// What the merchant wrote.
    pub content: SkuContent,
}

/// One copy of a product: the draft, or what is online.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = catalog::Edition)]
pub struct Edition {
    /// The product as a whole.
    pub content: Content,
    /// Its categories, from the top of the tree to the leaf.
    #[schema(value_type = Vec<String>)]
    pub chain: [CategoryId; 3],
    /// Its skus, in the merchant's order.
    pub skus: Vec<Sku>,
}

impl Edition {
    /// The lowest price among the skus that are sold, or among all where none is; minor units.
    pub fn min_price(&self) -> i64 {
        let price = |sku: &Sku| sku.content.sale_price;
        let sold = self.skus.iter().filter(|s| s.status != SkuStatus::Off).map(price).min();
        sold.or_else(|| self.skus.iter().map(price).min()).unwrap_or(0)
    }

    /// What the cheapest sku is worth; minor units.
    pub fn market_price(&self) -> i64 {
        let cheapest = self.skus.iter().filter(|s| s.status != SkuStatus::Off);
        cheapest.min_by_key(|s| s.content.sale_price).map_or(0, |s| s.content.market_price)
    }

    /// The picture that lists show.
    pub fn thumb(&self) -> &str {
        self.content.head_imgs.first().map_or("", String::as_str)
    }

    /// Every picture that it shows, each once.
    pub fn pictures(&self) -> Vec<String> {
        let content = &self.content;
        let certificates = content.certificates.iter().flat_map(|c| &c.pictures);
        let skus = self.skus.iter().map(|s| &s.content.thumb_img).filter(|path| !path.is_empty());
        let all = content.head_imgs.iter().chain(&content.desc_imgs).chain(&content.qualifications);
        let mut pictures: Vec<String> = all.chain(certificates).chain(skus).cloned().collect();
        pictures.sort_unstable();
        pictures.dedup();
        pictures
    }
}
