//! One case a rule, in the order of refusal.

use super::*;
use crate::{AttrKind, BuyLimit, Certificates, Express, Licence, SizeChart, SizeColumn, Sku, SkuStatus};
use kernel::{BrandId, CategoryId, SkuId};
use proptest::prelude::*;

/// Writes something badly.
type Write<T> = fn(&mut T);

const NOW: Timestamp = Timestamp::from_secs(1_700_000_000);

fn sku(id: i64, colour: &str) -> Sku {
    let content = SkuContent {
        sale_price: 100,
        market_price: 200,
        attrs: vec![Attr::new("颜色", colour)],
        ..SkuContent::default()
    };
    Sku { id: SkuId(id), status: SkuStatus::On, content }
}

fn good() -> Edition {
    let mut content = Content::new("手工陶瓷杯", CategoryId(3));
    content.head_imgs = vec!["/media/x".into(); 3];
    Edition {
        content,
        chain: [CategoryId(1), CategoryId(2), CategoryId(3)],
        skus: vec![sku(1, "红"), sku(2, "蓝")],
    }
}

fn strict() -> CategoryRules {
    let rule = |name: &str, kind, required| AttrRule {
        name: name.into(),
        kind,
        options: vec!["红".into(), "蓝".into()],
        required,
        open: false,
        hint: String::new(),
    };
    CategoryRules {
        min_head_imgs: 4,
        presale: false,
        brand_required: true,
        brands: vec![BrandId(5)],
        product_attrs: vec![rule("容量", AttrKind::Integer, true)],
        sale_attrs: vec![rule("颜色", AttrKind::SelectOne, false)],
        sale_attrs_only: true,
        licences: vec![Licence { id: 7, name: "检验".into(), tips: String::new(), mandatory: true }],
        ..CategoryRules::default()
    }
}

/// What meets the strict rules too.
fn best() -> Edition {
    let mut edition = good();
    edition.content.head_imgs.push("/media/y".into());
    edition.content.brand = Some(BrandId(5));
    edition.content.attrs = vec![Attr::new("容量", "300")];
    edition.content.certificates = vec![Certificates { licence_id: 7, pictures: vec!["/media/z".into()] }];
    edition
}

fn flaw_of(change: impl Fn(&mut Edition)) -> Option<Flaw> {
    let mut edition = good();
    change(&mut edition);
    check(&edition, &CategoryRules::default(), NOW).err()
}

fn strict_flaw_of(change: impl Fn(&mut Edition)) -> Option<Flaw> {
    let mut edition = best();
    change(&mut edition);
    check(&edition, &strict(), NOW).err()
}

#[test]
fn what_is_well_written_passes() {
    assert_eq!(flaw_of(|_| ()), None);
    assert_eq!(strict_flaw_of(|_| ()), None);
}

#[test]
fn texts_have_their_lengths() {
    let cases: [(Flaw, Write<Content>); 10] = [
        (Flaw::TitleEmpty, |c| c.title = "  ".into()),
        (Flaw::TitleTooLong, |c| c.title = "长".repeat(61)),
        (Flaw::TitleTooShort, |c| c.title = "杯子!!!!".into()),
        (Flaw::Argument("title"), |c| c.title = "手工陶瓷\u{202e}杯".into()),
        (Flaw::Argument("short_title"), |c| c.short_title = "长".repeat(21)),
        (Flaw::Argument("sub_title"), |c| c.sub_title = "长".repeat(19)),
        (Flaw::OutProductIdTooLong, |c| c.out_product_id = "x".repeat(129)),
        (Flaw::Argument("spu_code"), |c| c.spu_code = "x".repeat(65)),
        (Flaw::DescTooLong, |c| c.desc = "长".repeat(2001)),
        (Flaw::Argument("aftersale_desc"), |c| c.aftersale_desc = "长".repeat(2001)),
    ];
    for (flaw, change) in cases {
        assert_eq!(flaw_of(|e| change(&mut e.content)), Some(flaw));
    }
    assert_eq!(flaw_of(|e| e.content.title = "长".repeat(60)), None);
}

#[test]
fn pictures_have_their_numbers() {
    let path = || "/media/x".to_owned();
    assert_eq!(flaw_of(|e| e.content.head_imgs.truncate(2)), Some(Flaw::HeadPictureMissing));
    assert_eq!(flaw_of(|e| e.content.head_imgs = vec![path(); 10]), Some(Flaw::HeadPictureTooMany));
    assert_eq!(flaw_of(|e| e.content.desc_imgs = vec![path(); 51]), Some(Flaw::DescPictureTooMany));
    assert_eq!(flaw_of(|e| e.content.qualifications = vec![path(); 6]), Some(Flaw::LicenceTooMany));
    assert_eq!(strict_flaw_of(|e| e.content.head_imgs.truncate(3)), Some(Flaw::HeadPictureMissing));
    assert_eq!(strict_flaw_of(|e| e.content.certificates.clear()), Some(Flaw::Missing("certificates")));
}

#[test]
fn attributes_and_brands_are_those_of_the_category() {
    let attr = |key: &str, value: &str| vec![Attr::new(key, value)];
    assert_eq!(flaw_of(|e| e.content.attrs = attr("", "x")), Some(Flaw::AttrKey));
    assert_eq!(flaw_of(|e| e.content.attrs = attr(&"长".repeat(41), "x")), Some(Flaw::AttrKey));
    assert_eq!(flaw_of(|e| e.content.attrs = attr("x", &"长".repeat(41))), Some(Flaw::AttrValue));
    assert_eq!(flaw_of(|e| e.content.attrs = vec![Attr::new("x", "y"); 51]), Some(Flaw::Argument("attrs")));
    assert_eq!(strict_flaw_of(|e| e.content.attrs.clear()), Some(Flaw::Missing("attrs")));
    assert_eq!(strict_flaw_of(|e| e.content.attrs = attr("容量", "大")), Some(Flaw::Argument("attrs")));
    assert_eq!(strict_flaw_of(|e| e.content.brand = None), Some(Flaw::Missing("brand")));
    assert_eq!(strict_flaw_of(|e| e.content.brand = Some(BrandId(6))), Some(Flaw::Argument("brand")));
}

#[test]
fn delivery_and_terms_are_within_their_ranges() {
    let virtual_allowed = CategoryRules { no_shipment: true, ..CategoryRules::default() };
    let mut account = good();
    account.content.deliver_method = DeliverMethod::Account;
    assert_eq!(check(&account, &virtual_allowed, NOW), Err(Flaw::Missing("deliver_acct_type")));
    account.content.deliver_acct_type = vec![3];
    assert_eq!(check(&account, &virtual_allowed, NOW), Ok(()));
    let cases: [(&str, Write<Content>); 7] = [
        ("deliver_method", |c| c.deliver_method = DeliverMethod::Phone),
        ("deliver_acct_type", |c| c.deliver_acct_type = vec![5]),
        ("express", |c| c.express = Some(Express { template_id: "1".into(), weight_g: Some(0) })),
        ("limit", |c| c.limit = Some(BuyLimit { period: 4, most: 1 })),
        ("service", |c| c.service.seven_day_return = 3),
        ("release_mode", |c| c.release_mode = 2),
        ("size_chart", |c| {
            let column = SizeColumn {
                name: "长".repeat(41),
                unit: "cm".into(),
                is_range: false,
                value_list: Vec::new(),
            };
            c.size_chart = Some(SizeChart { enable: true, specification_list: vec![column] });
        }),
    ];
    for (field, change) in cases {
        assert_eq!(flaw_of(|e| change(&mut e.content)), Some(Flaw::Argument(field)));
    }
}

#[test]
fn a_presale_has_a_window_of_half_a_month() {
    let days = |n| Some(NOW + day_ms(n));
    let window =
        Presale { begins_at: days(0), ends_at: days(15), counts_from: 1, days: 4, then_in_stock: false };
    let wrong = Some(Flaw::Argument("presale"));
    assert_eq!(flaw_of(|e| e.content.presale = Some(window)), None);
    for bad in [
        Presale { ends_at: days(16), ..window },
        Presale { begins_at: days(20), ends_at: days(31), ..window },
        Presale { begins_at: days(2), ends_at: days(1), ..window },
        Presale { begins_at: None, ..window },
        Presale { days: 2, ..window },
        Presale { counts_from: 3, ..window },
    ] {
        assert_eq!(flaw_of(|e| e.content.presale = Some(bad)), wrong, "{bad:?}");
        assert_eq!(flaw_of(|e| e.skus[1].content.presale = Some(bad)), wrong, "{bad:?}");
    }
    let from_payment = Presale { begins_at: None, ends_at: None, counts_from: 0, ..window };
    assert_eq!(flaw_of(|e| e.content.presale = Some(from_payment)), None);
    assert_eq!(strict_flaw_of(|e| e.content.presale = Some(from_payment)), wrong);
}

#[test]
fn skus_have_prices_codes_and_differ() {
    let cases: [(Flaw, Write<SkuContent>); 9] = [
        (Flaw::PriceZero, |s| s.sale_price = 0),
        (Flaw::PriceZero, |s| s.market_price = -1),
        (Flaw::PriceTooHigh, |s| (s.sale_price, s.market_price) = (1, MOST_PRICE + 1)),
        (Flaw::SaleAboveMarket, |s| s.sale_price = 201),
        (Flaw::SkuCodeTooLong, |s| s.sku_code = "x".repeat(21)),
        (Flaw::OutSkuIdTooLong, |s| s.out_sku_id = "x".repeat(129)),
        (Flaw::Argument("skus.bar_code"), |s| s.bar_code = "x".repeat(65)),
        (Flaw::Argument("skus.attrs"), |s| s.attrs[0].attr_value = "红".into()),
        (Flaw::Argument("skus.attrs"), |s| s.attrs.push(Attr::new("尺码", "M"))),
    ];
    for (flaw, change) in cases {
        assert_eq!(flaw_of(|e| change(&mut e.skus[1].content)), Some(flaw));
    }
    assert_eq!(flaw_of(|e| e.skus.clear()), Some(Flaw::NoSku));
    assert_eq!(
        flaw_of(|e| e.skus = (0..501).map(|i| sku(i, &i.to_string())).collect()),
        Some(Flaw::SkuCount)
    );
    assert_eq!(
        flaw_of(|e| e.skus = (0..101).map(|i| sku(i, &i.to_string())).collect()),
        Some(Flaw::SaleAttrValues)
    );
    assert_eq!(
        strict_flaw_of(|e| e.skus[0].content.attrs = vec![Attr::new("颜色", "绿")]),
        Some(Flaw::SaleAttr)
    );
    let twice = |e: &mut Edition| {
        for sku in &mut e.skus {
            let first = sku.content.attrs[0].clone();
            sku.content.attrs.push(first);
        }
    };
    assert_eq!(flaw_of(twice), Some(Flaw::Argument("skus.attrs")));
    let other_key = |e: &mut Edition| {
        for sku in &mut e.skus {
            sku.content.attrs[0].attr_key = "味道".into();
        }
    };
    assert_eq!(strict_flaw_of(other_key), Some(Flaw::SaleAttr));
}

#[test]
fn a_title_for_the_wire_has_words() {
    assert!(title_has_words("iPhone 15 手机"));
    assert!(!title_has_words("iPhone 15 Pro Max!"));
}

proptest! {
    #[test]
    fn a_price_that_passes_is_positive_and_not_above_the_market(sale in any::<i64>(), market in any::<i64>()) {
        if price(sale, market).is_ok() {
            prop_assert!(0 < sale && sale <= market && market <= MOST_PRICE);
        }
    }
}
