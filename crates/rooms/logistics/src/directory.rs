//! The carriers of the logistics assistant, as published (`docs/wire/express.md`, Carriers).

use crate::test_carrier;

/// A carrier of the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CarrierInfo {
    /// The id of this family.
    pub id: &'static str,
    /// The name.
    pub name: &'static str,
    /// The ids that shipping of shop orders has for it, where they differ.
    pub also: &'static [&'static str],
    /// Number and name of each service.
    pub services: &'static [(i64, &'static str)],
    /// Sold through branches: waybill numbers are a quota.
    pub has_quota: bool,
    /// The account for cash waybills; empty for a carrier without.
    pub cash_biz_id: &'static str,
    /// The service numbers up to which the cash account goes.
    pub cash_services_to: i64,
    /// Wants to know when to collect.
    pub needs_expect_time: bool,
}

impl CarrierInfo {
    const fn direct(id: &'static str, name: &'static str, services: &'static [(i64, &'static str)]) -> Self {
        Self {
            id,
            name,
            also: &[],
            services,
            has_quota: false,
            cash_biz_id: "",
            cash_services_to: 0,
            needs_expect_time: false,
        }
    }

    const fn branches(
        id: &'static str,
        name: &'static str,
        services: &'static [(i64, &'static str)],
    ) -> Self {
        Self { has_quota: true, ..Self::direct(id, name, services) }
    }

    const fn cash(self, biz_id: &'static str, services_to: i64) -> Self {
        Self { cash_biz_id: biz_id, cash_services_to: services_to, ..self }
    }

    const fn also(self, also: &'static [&'static str]) -> Self {
        Self { also, ..self }
    }

    /// True for an account that needs no binding: the carrier's cash account, and the sandbox's.
    pub fn is_open_account(&self, biz_id: &str) -> bool {
        let cash = !self.cash_biz_id.is_empty() && biz_id == self.cash_biz_id;
        cash || (self.id == test_carrier::ID && biz_id == test_carrier::BIZ_ID)
    }

    /// The name of a service that this account may use. Names have changed over the years, so the number decides.
    pub fn service(&self, biz_id: &str, number: i64) -> Option<&'static str> {
        let is_cash = !self.cash_biz_id.is_empty() && biz_id == self.cash_biz_id;
        let (number, name) = self.services.iter().find(|(n, _)| *n == number)?;
        (!is_cash || *number <= self.cash_services_to).then_some(name)
    }
}

/// All of them.
pub const CARRIERS: [CarrierInfo; 16] = [
    CarrierInfo {
        needs_expect_time: true,
        ..CarrierInfo::direct(
            "SF",
            "顺丰速运",
            &[(0, "标准快递"), (1, "顺丰即日"), (2, "顺丰特快"), (3, "顺丰标快"), (4, "顺丰标快（协议）")],
        )
        .cash("SF_CASH", 3)
    },
    CarrierInfo::branches("ZTO", "中通快递", &[(0, "标准快件")]),
    CarrierInfo::branches("BEST", "百世快递", &[(1, "普通快递")]),
    CarrierInfo::branches("YUNDA", "韵达快递", &[(0, "标准快件")]).also(&["YD"]),
    CarrierInfo::branches("YTO", "圆通速递", &[(0, "普通快递"), (1, "圆准达")]),
    CarrierInfo::branches("STO", "申通快递", &[(1, "标准快递")]),
    CarrierInfo::direct("JDL", "京东快递", &[(0, "特惠送")]).also(&["JD"]),
    CarrierInfo::direct("EMS", "中国邮政速递物流", &[(6, "标准快递"), (9, "快递包裹")]),
    CarrierInfo::direct("DB", "德邦快递", &[(1, "大件快递3.60"), (2, "特准快件")])
        .cash("DB_CASH", 2)
        .also(&["DBKD"]),
    CarrierInfo::direct("PJ", "品骏快递", &[(1, "普通快递")]),
    CarrierInfo::branches("ANE", "安能物流", &[(95, "MINI小包"), (22, "特准快运")]),
    CarrierInfo::branches("UCE", "优速快递", &[(0, "大包裹")]),
    CarrierInfo::branches("HHTT", "天天快递", &[(0, "标准快递")]),
    CarrierInfo::branches("JTSD", "极兔快递", &[(0, "标准快递")]),
    CarrierInfo::direct("OTP", "承诺达", &[(1, "标准快递")]).cash("OTP_CASH", 1),
    CarrierInfo::direct(
        test_carrier::ID,
        "沙箱快递",
        &[(test_carrier::SERVICE_TYPE, test_carrier::SERVICE_NAME)],
    ),
];

/// The carrier with this id of this family.
pub fn find(id: &str) -> Option<&'static CarrierInfo> {
    CARRIERS.iter().find(|carrier| carrier.id == id)
}

/// The id of this family for an id that an order was shipped with; an id of another carrier is its own.
pub(crate) fn canonical(id: &str) -> &str {
    CARRIERS.iter().find(|carrier| carrier.also.contains(&id)).map_or(id, |carrier| carrier.id)
}

/// The name of the carrier that an order was shipped with; of a carrier outside the directory, its id.
pub fn name_of(id: &str) -> &str {
    find(canonical(id)).map_or(id, |carrier| carrier.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_are_unique_in_both_families() {
        let mut seen = HashSet::new();
        for carrier in &CARRIERS {
            assert!(
                seen.insert(carrier.id) && carrier.also.iter().all(|id| seen.insert(id)),
                "{}",
                carrier.id
            );
            assert!(!carrier.services.is_empty());
        }
    }

    #[test]
    fn a_cash_account_is_open_and_takes_fewer_services() {
        let sf = find("SF").unwrap();
        assert!(sf.is_open_account("SF_CASH") && !sf.is_open_account("xyz") && !sf.is_open_account(""));
        assert_eq!(sf.service("SF_CASH", 3), Some("顺丰标快"));
        assert_eq!(sf.service("SF_CASH", 4), None);
        assert_eq!(sf.service("xyz", 4), Some("顺丰标快（协议）"));
        assert_eq!(sf.service("xyz", 9), None);
        assert!(!find("ZTO").unwrap().is_open_account(""));
    }

    #[test]
    fn shipped_orders_name_some_carriers_otherwise() {
        assert_eq!((canonical("YD"), name_of("YD")), ("YUNDA", "韵达快递"));
        assert_eq!((canonical("DHL"), name_of("DHL")), ("DHL", "DHL"));
        assert!(find("YD").is_none());
    }
}
