//! What the shops of the demo sell.

mod books;
mod home;
mod tea;

use anyhow::{Context, Result};
use catalog::{AddProduct, Attr, Content, Express, Service, SkuContent, SkuInput};
use kernel::{BrandId, CategoryId};

pub(super) use books::BOOKS;
pub(super) use home::HOME;
pub(super) use tea::TEA;

/// A product as the demo describes it.
pub(super) struct Goods {
    /// The title.
    pub(super) title: &'static str,
    /// A line under the title, at most 18 characters.
    line: &'static str,
    /// The leaf of the default tree that it lies in.
    pub(super) category: &'static str,
    /// Attributes of the product, each as `name:value`.
    attrs: &'static [&'static str],
    /// What its skus differ in; several names with slashes between.
    differ_in: &'static str,
    /// Each sku: its values, with slashes between as well; its price in fen; its pieces.
    skus: &'static [(&'static str, i64, i64)],
}

/// The pictures of a product: its own, and some of its neighbours on the shelf. A category of food asks for four.
pub(super) const PICTURES: usize = 4;
/// What a parcel weighs where nothing else is said, in grams.
const WEIGHT_G: i64 = 500;

impl Goods {
    /// The product to be added; `number` is its place in the shop, from 1.
    pub(super) fn product(
        &self,
        number: usize,
        category: CategoryId,
        brand: BrandId,
        pictures: Vec<String>,
    ) -> Result<AddProduct> {
        let attrs = self.attrs.iter().map(|text| attr(text)).collect::<Result<_>>()?;
        let thumb = pictures.first().cloned().unwrap_or_default();
        let skus =
            (1..).zip(self.skus).map(|(place, sku)| self.sku(&format!("P{number:02}-{place}"), &thumb, sku));
        let content = Content {
            sub_title: self.line.into(),
            out_product_id: format!("P{number:02}"),
            desc: format!("{}。{}。下单后四十八小时内发货。", self.title, self.line),
            desc_imgs: pictures.clone(),
            head_imgs: pictures,
            attrs,
            brand: Some(brand),
            express: Some(Express { template_id: "1".into(), weight_g: Some(WEIGHT_G) }),
            service: Service { seven_day_return: 1, fake_one_pay_three: true, ..Service::default() },
            ..Content::new(self.title, category)
        };
        Ok(AddProduct { content, skus: skus.collect(), chain: None, list_now: true })
    }

    fn sku(&self, code: &str, thumb: &str, (values, price, stock): &(&str, i64, i64)) -> SkuInput {
        let attrs =
            self.differ_in.split('/').zip(values.split('/')).map(|(key, value)| Attr::new(key, value));
        SkuInput {
            id: None,
            content: SkuContent {
                sale_price: *price,
                market_price: market_price(*price),
                thumb_img: thumb.into(),
                attrs: attrs.collect(),
                sku_code: code.into(),
                out_sku_id: code.into(),
                ..SkuContent::default()
            },
            stock: Some(*stock),
        }
    }
}

fn attr(text: &str) -> Result<Attr> {
    let (key, value) = text.split_once(':').with_context(|| format!("{text} is no attribute"))?;
    Ok(Attr::new(key, value))
}

/// A fifth more than the price, in whole yuan.
const fn market_price(price: i64) -> i64 {
    (price * 6 / 5 + 99) / 100 * 100
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_products_have_two_to_six_skus_and_titles_of_their_own() {
        let all: Vec<&Goods> = [TEA, HOME, BOOKS].into_iter().flatten().collect();
        assert_eq!(all.len(), 40);
        assert!(all.iter().all(|goods| (2..=6).contains(&goods.skus.len())));
        let titles: std::collections::HashSet<&str> = all.iter().map(|goods| goods.title).collect();
        assert_eq!(titles.len(), all.len());
    }

    #[test]
    fn each_sku_has_a_value_for_each_thing_that_it_differs_in() {
        for goods in [TEA, HOME, BOOKS].into_iter().flatten() {
            let names = goods.differ_in.split('/').count();
            assert!(
                goods.skus.iter().all(|(values, ..)| values.split('/').count() == names),
                "{}",
                goods.title
            );
        }
    }

    #[test]
    fn the_market_price_is_in_whole_yuan_and_not_below_the_price() {
        for price in [1, 2_200, 3_990, 219_800] {
            assert!(market_price(price) >= price && market_price(price) % 100 == 0, "{price}");
        }
    }
}
