//! Personas and things of the room's tests.

use identity::{Address, AddressParts};
use kernel::{
    Actor, Caller, Currency, OperatorId, Permission, Permissions, Scope, ShopId, StaffId,
};
use store::Store;

use crate::{AddressDetail, Admission, CreateShop, Step, SubjectType};

pub(crate) fn rooms() -> Vec<store::Room> {
    vec![identity::MIGRATIONS, media::MIGRATIONS, crate::MIGRATIONS]
}

fn caller(scope: Scope, actor: Actor) -> Caller {
    Caller { scope, actor, request: "test".into() }
}

fn of_shop(shop: i64, may: &[Permission]) -> Caller {
    let (shop, may) = (ShopId(shop), Permissions::of(may));
    caller(Scope::Shop(shop), Actor::Staff { shop, staff: StaffId(9), may })
}

pub(crate) fn staff(shop: i64) -> Caller {
    of_shop(shop, &[Permission::ShopRead, Permission::ShopWrite])
}

pub(crate) fn reader(shop: i64) -> Caller {
    of_shop(shop, &[Permission::ShopRead])
}

pub(crate) fn operator() -> Caller {
    let may = Permissions::of(&[Permission::PlatformShops, Permission::PlatformProducts]);
    caller(Scope::Platform, Actor::Operator { operator: OperatorId(8), may })
}

pub(crate) fn new_shop() -> CreateShop {
    CreateShop { name: "山茶".into(), subject_type: SubjectType::Company, currency: Currency::CNY }
}

pub(crate) async fn open_shop(store: &Store) -> ShopId {
    let shop = store.write(&operator(), new_shop()).await.unwrap();
    store.write(&operator(), Admission { shop, step: Step::Admit }).await.unwrap();
    shop
}

pub(crate) fn address() -> AddressDetail {
    let parts = AddressParts {
        user_name: "王小明".into(),
        tel_number: "020-81167888".into(),
        province_name: "广东省".into(),
        city_name: "广州市".into(),
        county_name: "海珠区".into(),
        detail_info: "新港中路397号".into(),
        postal_code: "510000".into(),
        national_code: "440105".into(),
    };
    AddressDetail::of(Address::new(&parts).unwrap())
}

mod sql_tests {
    store::on_both! {
        rooms = crate::testing::rooms();
        async fn both_engines_understand_every_statement(kit) {
            store::testkit::prepare_all(&kit, crate::sql::ALL).await;
        }
    }
}
