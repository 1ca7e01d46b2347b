//! What the shops of the demo sell.

use anyhow::{Context, Result};
use catalog::{AddProduct, Attr, Content, Express, Service, SkuContent, SkuInput};
use kernel::{BrandId, CategoryId};

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

/// The tea shop.
pub(super) const TEA: &[Goods] = &[
    Goods {
        title: "云岭茶事 明前龙井 2026 新茶",
        line: "核心产区 手工炒制",
        category: "绿茶",
        attrs: &["产地:浙江杭州", "保质期:18个月"],
        differ_in: "规格",
        skus: &[("50g 罐装", 6_800, 320), ("125g 罐装", 15_800, 180), ("250g 礼盒", 29_800, 90)],
    },
    Goods {
        title: "云岭茶事 高山云雾绿茶",
        line: "海拔一千二百米",
        category: "绿茶",
        attrs: &["产地:江西庐山", "保质期:18个月"],
        differ_in: "规格",
        skus: &[("100g 袋装", 3_900, 500), ("250g 袋装", 8_800, 260)],
    },
    Goods {
        title: "云岭茶事 洞庭碧螺春",
        line: "一芽一叶 清香回甘",
        category: "绿茶",
        attrs: &["产地:江苏苏州", "保质期:18个月"],
        differ_in: "规格",
        skus: &[("50g 罐装", 7_900, 200), ("100g 罐装", 14_900, 150), ("200g 礼盒", 27_900, 60)],
    },
    Goods {
        title: "云岭茶事 茉莉花茶 七窨一提",
        line: "花香入骨 不见花",
        category: "绿茶",
        attrs: &["产地:广西横州", "保质期:24个月"],
        differ_in: "规格",
        skus: &[("75g 罐装", 4_500, 410), ("150g 罐装", 8_200, 230)],
    },
    Goods {
        title: "云岭茶事 滇红金针红茶",
        line: "金毫满披 蜜香浓郁",
        category: "红茶",
        attrs: &["产地:云南凤庆", "保质期:36个月"],
        differ_in: "规格",
        skus: &[("60g 罐装", 5_800, 300), ("120g 罐装", 10_800, 220), ("250g 礼盒", 20_800, 80)],
    },
    Goods {
        title: "云岭茶事 正山小种 传统烟熏",
        line: "桂圆汤 松烟香",
        category: "红茶",
        attrs: &["产地:福建武夷山", "保质期:36个月"],
        differ_in: "规格",
        skus: &[("50g 罐装", 4_900, 260), ("250g 袋装", 19_900, 120)],
    },
    Goods {
        title: "云岭茶事 祁门红茶 特级",
        line: "祁门香 细长紧实",
        category: "红茶",
        attrs: &["产地:安徽祁门", "保质期:36个月"],
        differ_in: "规格",
        skus: &[("50g 罐装", 6_600, 240), ("100g 罐装", 12_600, 160)],
    },
    Goods {
        title: "云岭茶事 古树普洱生茶饼",
        line: "三百年古树 春茶",
        category: "普洱",
        attrs: &["产地:云南临沧", "保质期:适宜长期存放"],
        differ_in: "规格",
        skus: &[
            ("100g 小饼", 9_800, 140),
            ("200g 饼", 18_800, 100),
            ("357g 饼", 32_800, 70),
            ("357g 七饼整提", 219_800, 8),
        ],
    },
    Goods {
        title: "云岭茶事 勐海熟普小金砖",
        line: "一颗一泡 出门方便",
        category: "普洱",
        attrs: &["产地:云南勐海", "保质期:适宜长期存放"],
        differ_in: "规格",
        skus: &[("10 颗装", 2_900, 600), ("40 颗罐装", 9_900, 280), ("100 颗袋装", 21_900, 110)],
    },
    Goods {
        title: "云岭茶事 小青柑普洱 新会生晒",
        line: "柑皮与熟普 同陈",
        category: "普洱",
        attrs: &["产地:广东新会", "保质期:适宜长期存放"],
        differ_in: "规格",
        skus: &[("8 颗尝鲜", 3_200, 380), ("24 颗罐装", 8_900, 210)],
    },
    Goods {
        title: "云岭茶事 手作桂花糕",
        line: "现做现发 不加防腐剂",
        category: "糕点饼干",
        attrs: &["产地:浙江杭州", "保质期:15天"],
        differ_in: "规格",
        skus: &[("6 块装", 2_600, 120), ("12 块礼盒", 4_800, 80)],
    },
    Goods {
        title: "云岭茶事 抹茶黄油曲奇",
        line: "宇治抹茶 酥松不腻",
        category: "糕点饼干",
        attrs: &["产地:上海", "保质期:90天"],
        differ_in: "规格",
        skus: &[("180g 罐装", 3_500, 200), ("360g 双罐", 6_500, 120)],
    },
    Goods {
        title: "云岭茶事 每日坚果 混合果仁",
        line: "七种果仁 独立小包",
        category: "坚果炒货",
        attrs: &["产地:浙江临安", "保质期:180天"],
        differ_in: "规格",
        skus: &[("7 包一周装", 3_990, 300), ("30 包一月装", 13_900, 180)],
    },
    Goods {
        title: "云岭茶事 汝窑开片品茗杯",
        line: "茶养杯 越用越美",
        category: "杯子",
        attrs: &["材质:陶瓷"],
        differ_in: "颜色",
        skus: &[("天青", 5_900, 160), ("月白", 5_900, 160), ("豆绿", 5_900, 140), ("粉青", 6_900, 90)],
    },
];

/// The shop for the house.
pub(super) const HOME: &[Goods] = &[
    Goods {
        title: "小满家居 新疆长绒棉四件套",
        line: "六十支 贡缎",
        category: "四件套",
        attrs: &["材质:长绒棉"],
        differ_in: "颜色/尺寸",
        skus: &[
            ("米白/1.5m", 39_900, 90),
            ("米白/1.8m", 45_900, 110),
            ("雾蓝/1.5m", 39_900, 80),
            ("雾蓝/1.8m", 45_900, 95),
        ],
    },
    Goods {
        title: "小满家居 水洗棉四件套 素色",
        line: "亲肤 免熨烫",
        category: "四件套",
        attrs: &["材质:水洗棉"],
        differ_in: "颜色",
        skus: &[("燕麦色", 19_900, 150), ("浅灰", 19_900, 150), ("豆沙粉", 19_900, 120)],
    },
    Goods {
        title: "小满家居 全棉夏凉被",
        line: "可机洗 空调房适用",
        category: "被子",
        attrs: &["材质:全棉"],
        differ_in: "尺寸",
        skus: &[("150×200cm", 12_900, 200), ("200×230cm", 16_900, 180)],
    },
    Goods {
        title: "小满家居 桑蚕丝冬被",
        line: "一级桑蚕长丝",
        category: "被子",
        attrs: &["材质:桑蚕丝"],
        differ_in: "重量",
        skus: &[("1.5kg", 59_900, 60), ("2.0kg", 75_900, 50), ("2.5kg", 89_900, 30)],
    },
    Goods {
        title: "小满家居 日式手绘陶瓷餐碗",
        line: "釉下彩 可进微波炉",
        category: "碗盘",
        attrs: &["材质:陶瓷"],
        differ_in: "颜色",
        skus: &[("青花", 2_200, 600), ("蓝绘", 2_200, 520), ("樱花", 2_400, 300)],
    },
    Goods {
        title: "小满家居 哑光釉餐盘套装",
        line: "四人食 十二件",
        category: "碗盘",
        attrs: &["材质:炻瓷"],
        differ_in: "颜色",
        skus: &[("雾黑", 16_800, 75), ("奶白", 16_800, 90)],
    },
    Goods {
        title: "小满家居 双层玻璃杯 耐热",
        line: "高硼硅 不烫手",
        category: "杯子",
        attrs: &["材质:高硼硅玻璃"],
        differ_in: "容量",
        skus: &[("250ml", 2_900, 400), ("350ml", 3_500, 380), ("450ml", 3_900, 260)],
    },
    Goods {
        title: "小满家居 棉麻收纳盒 可折叠",
        line: "带盖 衣物防尘",
        category: "收纳盒",
        attrs: &["材质:棉麻"],
        differ_in: "颜色/尺寸",
        skus: &[
            ("米色/小号", 2_500, 350),
            ("米色/中号", 3_500, 320),
            ("米色/大号", 4_500, 240),
            ("灰色/小号", 2_500, 300),
            ("灰色/中号", 3_500, 280),
            ("灰色/大号", 4_500, 210),
        ],
    },
    Goods {
        title: "小满家居 双层纱布家居服",
        line: "四季可穿 越洗越软",
        category: "家居服",
        attrs: &["材质:棉"],
        differ_in: "颜色/尺码",
        skus: &[
            ("白色/M", 15_900, 80),
            ("白色/L", 15_900, 95),
            ("蓝色/M", 15_900, 70),
            ("蓝色/L", 15_900, 85),
            ("蓝色/XL", 15_900, 40),
        ],
    },
    Goods {
        title: "小满家居 精梳棉中筒袜 五双装",
        line: "不勒脚 不掉跟",
        category: "袜子",
        attrs: &["材质:棉"],
        differ_in: "颜色",
        skus: &[("黑色", 3_990, 500), ("白色", 3_990, 500), ("混色", 3_990, 460)],
    },
    Goods {
        title: "小满家居 静音加湿器 上加水",
        line: "四升水箱 夜间静音",
        category: "加湿器",
        attrs: &["型号:XM-H04"],
        differ_in: "颜色",
        skus: &[("白色", 17_900, 130), ("绿色", 17_900, 90)],
    },
    Goods {
        title: "小满家居 细口手冲电热水壶",
        line: "五段控温 手冲适用",
        category: "电热水壶",
        attrs: &["型号:XM-K12"],
        differ_in: "颜色",
        skus: &[("白色", 23_900, 85), ("黑色", 23_900, 100)],
    },
    Goods {
        title: "小满家居 天然橡胶瑜伽垫",
        line: "防滑 五毫米",
        category: "瑜伽垫",
        attrs: &["材质:天然橡胶"],
        differ_in: "颜色",
        skus: &[("墨绿", 19_800, 110), ("藕粉", 19_800, 95), ("深灰", 19_800, 120)],
    },
];

/// The shop for children.
pub(super) const BOOKS: &[Goods] = &[
    Goods {
        title: "拾光童书 二十四节气绘本",
        line: "四季二十四册",
        category: "少儿读物",
        attrs: &["作者:拾光编辑部", "出版社:拾光童书"],
        differ_in: "装帧",
        skus: &[("平装单册", 1_980, 500), ("春夏合辑", 19_800, 120), ("全套礼盒", 38_800, 70)],
    },
    Goods {
        title: "拾光童书 小狐狸的一百个为什么",
        line: "会翻页的科学启蒙",
        category: "少儿读物",
        attrs: &["作者:林晓禾", "出版社:拾光童书"],
        differ_in: "装帧",
        skus: &[("平装", 4_500, 320), ("精装", 6_800, 180)],
    },
    Goods {
        title: "拾光童书 写给孩子的山海经",
        line: "手绘异兽 附音频",
        category: "少儿读物",
        attrs: &["作者:周砚", "出版社:拾光童书"],
        differ_in: "装帧",
        skus: &[("平装", 5_800, 260), ("精装", 8_800, 150)],
    },
    Goods {
        title: "拾光童书 晚安故事三百六十五夜",
        line: "每晚三分钟",
        category: "少儿读物",
        attrs: &["作者:拾光编辑部", "出版社:拾光童书"],
        differ_in: "册数",
        skus: &[("上册", 3_900, 300), ("下册", 3_900, 300), ("全两册", 7_200, 220)],
    },
    Goods {
        title: "拾光童书 古诗词里的春夏秋冬",
        line: "七十五首 名家朗诵",
        category: "少儿读物",
        attrs: &["作者:沈知微", "出版社:拾光童书"],
        differ_in: "装帧",
        skus: &[("平装", 4_200, 280), ("精装", 6_600, 130)],
    },
    Goods {
        title: "拾光童书 数学在哪里 低年级",
        line: "从生活里学数学",
        category: "少儿读物",
        attrs: &["作者:何以舟", "出版社:拾光童书"],
        differ_in: "年级",
        skus: &[("一年级", 3_600, 240), ("二年级", 3_600, 240), ("三年级", 3_600, 210)],
    },
    Goods {
        title: "拾光童书 恐龙立体翻翻书",
        line: "十六个立体场景",
        category: "少儿读物",
        attrs: &["作者:拾光编辑部", "出版社:拾光童书"],
        differ_in: "装帧",
        skus: &[("单册", 7_900, 160), ("恐龙与海洋两册", 14_800, 90)],
    },
    Goods {
        title: "拾光童书 城南旧事 插图本",
        line: "四十幅水彩插图",
        category: "文学小说",
        attrs: &["作者:林海音", "出版社:拾光童书"],
        differ_in: "装帧",
        skus: &[("平装", 3_200, 330), ("精装", 5_200, 140)],
    },
    Goods {
        title: "拾光童书 榉木积木 启蒙款",
        line: "水性漆 圆角打磨",
        category: "积木",
        attrs: &["材质:榉木"],
        differ_in: "颗数",
        skus: &[("50 颗", 9_900, 140), ("100 颗", 16_900, 110), ("200 颗", 28_900, 45)],
    },
    Goods {
        title: "拾光童书 磁力片积木 彩窗款",
        line: "强磁 透光",
        category: "积木",
        attrs: &["材质:ABS"],
        differ_in: "片数",
        skus: &[("48 片", 13_900, 120), ("96 片", 24_900, 70)],
    },
    Goods {
        title: "拾光童书 小狐狸毛绒玩偶",
        line: "绘本主角 可机洗",
        category: "毛绒玩具",
        attrs: &["材质:短毛绒"],
        differ_in: "尺寸",
        skus: &[("25cm", 5_900, 260), ("40cm", 9_900, 130), ("60cm", 16_900, 40)],
    },
    Goods {
        title: "拾光童书 云朵兔安抚玩偶",
        line: "婴儿可入口面料",
        category: "毛绒玩具",
        attrs: &["材质:有机棉"],
        differ_in: "颜色",
        skus: &[("米白", 6_900, 180), ("浅粉", 6_900, 170)],
    },
    Goods {
        title: "拾光童书 宽口径玻璃奶瓶",
        line: "防胀气 耐冷热",
        category: "奶瓶",
        attrs: &["材质:高硼硅玻璃"],
        differ_in: "容量",
        skus: &[("120ml", 5_500, 150), ("160ml", 6_200, 150), ("240ml", 6_900, 140)],
    },
];

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
