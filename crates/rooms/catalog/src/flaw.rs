//! What is wrong with what a merchant wrote, with the published code of each.

/// A flaw of a product's content, its `errcode` (`docs/wire/errcodes.md`), its native code, the field, the text.
macro_rules! flaws {
    ($($(#[$doc:meta])* $name:ident = $errcode:literal, $code:literal, $field:literal, $text:literal;)+) => {
        /// What is wrong with a product's content.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        pub enum Flaw {
            $($(#[$doc])* #[error($text)] $name,)+
            /// Another field is not as expected.
            #[error("the field {0} is not as expected")]
            Argument(&'static str),
            /// A field that is needed here is missing.
            #[error("the field {0} is needed")]
            Missing(&'static str),
        }

        impl Flaw {
            /// The `errcode` of the wire.
            pub const fn errcode(self) -> i64 {
                match self {
                    $(Self::$name => $errcode,)+
                    Self::Argument(_) => 10_020_051,
                    Self::Missing(_) => 10_020_097,
                }
            }

            /// The code of the native face.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                    Self::Argument(_) => "catalog.field",
                    Self::Missing(_) => "catalog.field_missing",
                }
            }

            /// The field that is flawed.
            pub const fn field(self) -> &'static str {
                match self {
                    $(Self::$name => $field,)+
                    Self::Argument(field) | Self::Missing(field) => field,
                }
            }
        }
    };
}

flaws! {
    /// No title.
    TitleEmpty = 10_020_020, "catalog.title_empty", "title", "a product has a title";
    /// More than 60 characters.
    TitleTooLong = 10_020_021, "catalog.title_too_long", "title", "a title has at most 60 characters";
    /// Fewer than 5 letters and digits.
    TitleTooShort = 10_020_042, "catalog.title_too_short", "title", "a title has at least 5 letters";
    /// Digits, Latin letters and signs alone; refused on the wire only.
    TitleNoWords = 10_020_045, "catalog.title_no_words", "title",
        "a title is not of digits, letters and signs alone";
    /// The merchant's id is longer than 128 characters.
    OutProductIdTooLong = 10_020_036, "catalog.out_product_id_too_long", "out_product_id",
        "out_product_id has at most 128 characters";
    /// Fewer head pictures than the category asks for.
    HeadPictureMissing = 10_020_022, "catalog.head_picture_missing", "head_imgs",
        "a product has at least 3 head pictures, and 4 in some categories";
    /// More than 9 head pictures.
    HeadPictureTooMany = 10_020_023, "catalog.head_picture_too_many", "head_imgs",
        "a product has at most 9 head pictures";
    /// More than 2000 characters.
    DescTooLong = 10_020_024, "catalog.desc_too_long", "desc", "a description has at most 2000 characters";
    /// More than 50 pictures in the description.
    DescPictureTooMany = 10_020_025, "catalog.desc_picture_too_many", "desc_imgs",
        "a description has at most 50 pictures";
    /// More than 5 pictures of licences, or of certificates of one kind.
    LicenceTooMany = 10_020_027, "catalog.licence_too_many", "qualifications",
        "there are at most 5 pictures of licences";
    /// The chain of categories does not have three levels.
    CategoryChain = 10_020_011, "catalog.category_chain", "category", "a product lies in the third level of the tree";
    /// No such category, or not under the one above.
    CategoryUnknown = 10_020_017, "catalog.category_unknown", "category", "there is no such category";
    /// The shop has no grant for the category.
    CategoryNotGranted = 10_020_018, "catalog.category_not_granted", "category",
        "the shop has no grant for this category";
    /// The category takes no products any more.
    CategoryUnusable = 10_020_043, "catalog.category_unusable", "category", "this category takes no products";
    /// A key of an attribute is longer than 40 characters, or empty.
    AttrKey = 10_020_032, "catalog.attr_key", "attrs", "the key of an attribute has 1 to 40 characters";
    /// A value of an attribute is longer than 40 characters, or empty.
    AttrValue = 10_020_033, "catalog.attr_value", "attrs", "the value of an attribute has 1 to 40 characters";
    /// A sale attribute that the category does not know.
    SaleAttr = 10_020_012, "catalog.sale_attr", "skus.attrs", "the category has no such sale attribute";
    /// More than 100 values of one sale attribute.
    SaleAttrValues = 10_020_031, "catalog.sale_attr_values", "skus.attrs",
        "a sale attribute has at most 100 values";
    /// No sku at all.
    NoSku = 10_020_038, "catalog.no_sku", "skus", "a product has skus";
    /// More than 500 skus.
    SkuCount = 10_020_013, "catalog.sku_count", "skus", "a product has 1 to 500 skus";
    /// The merchant's code of a sku is longer than 20 characters.
    SkuCodeTooLong = 10_020_029, "catalog.sku_code_too_long", "skus.sku_code", "sku_code has at most 20 characters";
    /// The merchant's id of a sku is longer than 128 characters.
    OutSkuIdTooLong = 10_020_037, "catalog.out_sku_id_too_long", "skus.out_sku_id",
        "out_sku_id has at most 128 characters";
    /// A price of nothing or less.
    PriceZero = 10_020_039, "catalog.price_zero", "skus.sale_price", "a price is above 0";
    /// Above ten million yuan.
    PriceTooHigh = 10_020_028, "catalog.price_too_high", "skus.sale_price", "a price is at most 1000000000";
    /// The sale price is above the market price.
    SaleAboveMarket = 10_020_040, "catalog.sale_above_market", "skus.sale_price",
        "the sale price is not above the market price";
    /// A picture that the shop has not stored here.
    Picture = 10_020_035, "catalog.picture", "head_imgs", "a picture is not one that this shop has stored here";
}
