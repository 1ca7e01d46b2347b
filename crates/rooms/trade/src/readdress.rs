//! The shop corrects where an order goes, before anything has left.

use identity::{Address, AddressParts};
use kernel::{Ctx, OrderId, Permission, Scope};
use store::{Batch, Command, Tx, p};

use crate::{Error, OrderChanged, OrderState, find, order::actor_word, rows, sql};

/// How often it may be done (`docs/wire/orders.md`).
pub(crate) const MOST_CHANGES: i64 = 5;

/// The published number of this change (`docs/wire/events.jsonl`).
const ADDRESS_CHANGED: i64 = 2;

/// What the history calls it.
const DEED: &str = "readdress";

/// Sets the receiver's address; what is `None` stays.
#[derive(Clone)]
pub struct Readdress {
    /// Of which order.
    pub order: OrderId,
    /// Who receives.
    pub user_name: Option<String>,
    /// Their telephone number.
    pub tel_number: Option<String>,
    /// Province.
    pub province_name: Option<String>,
    /// City.
    pub city_name: Option<String>,
    /// County or district.
    pub county_name: Option<String>,
    /// Street, house, door.
    pub detail_info: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Code of the region in the national register.
    pub national_code: Option<String>,
}

/// Nothing personal: a command may pass through a log.
impl std::fmt::Debug for Readdress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Readdress").field("order", &self.order).finish_non_exhaustive()
    }
}

impl Command for Readdress {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "trade.readdress";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        readdress(tx, ctx, self).await
    }
}

/// Sets the address. Refuses with `NotFound`, `State` once a piece has left, `AddressChanges`, `Receiver` or `Changed`.
pub async fn readdress(tx: &mut Tx, ctx: &Ctx, cmd: &Readdress) -> Result<(), Error> {
    let shop = ctx.shop(Permission::OrderWrite)?;
    let order = find::load(tx, Scope::Shop(shop), cmd.order).await?;
    if !matches!(order.state, OrderState::Unpaid | OrderState::ToShip) {
        return Err(Error::State { now: order.state.number() });
    }
    let changes: i64 = tx.one(sql::COUNT_DEEDS, p![shop, order.id, DEED], |r| r.get(0)).await?;
    if changes >= MOST_CHANGES {
        return Err(Error::AddressChanges);
    }
    let receiver = rows::receiver_text(Some(&cmd.over(order.receiver.as_ref())?))?;
    // Nothing below may refuse but for another's change.
    let (version, state) = (order.version + 1, order.state.number());
    let mut batch = Batch::new();
    batch.add(sql::SET_RECEIVER, p![version, receiver, ctx.now, shop, order.id, order.version]);
    batch.add(sql::INSERT_HISTORY, p![shop, order.id, version, state, state, DEED, actor_word(ctx), ctx.now]);
    if tx.exec_all(batch).await?.first() != Some(&1) {
        return Err(Error::Changed);
    }
    let (shopper, change) = (order.shopper, ADDRESS_CHANGED);
    Ok(tx.say(ctx, &OrderChanged { shop, order: order.id, shopper, version, change })?)
}

impl Readdress {
    /// Of this order; nothing changes.
    pub const fn of(order: OrderId) -> Self {
        Self {
            order,
            user_name: None,
            tel_number: None,
            province_name: None,
            city_name: None,
            county_name: None,
            detail_info: None,
            postal_code: None,
            national_code: None,
        }
    }

    /// The old address with what is given put over it.
    fn over(&self, old: Option<&Address>) -> Result<Address, Error> {
        let pick = |new: &Option<String>, old: Option<&str>| {
            new.clone().unwrap_or_else(|| old.unwrap_or_default().to_owned())
        };
        let parts = AddressParts {
            user_name: pick(&self.user_name, old.map(|a| a.user_name.as_str())),
            tel_number: pick(&self.tel_number, old.map(|a| a.tel_number.as_str())),
            province_name: pick(&self.province_name, old.map(|a| a.province_name.as_str())),
            city_name: pick(&self.city_name, old.map(|a| a.city_name.as_str())),
            county_name: pick(&self.county_name, old.map(|a| a.county_name.as_str())),
            detail_info: pick(&self.detail_info, old.map(|a| a.detail_info.as_str())),
            postal_code: pick(&self.postal_code, old.map(|a| a.postal_code.as_str())),
            national_code: pick(&self.national_code, old.map(|a| a.national_code.as_str())),
        };
        Address::new(&parts).map_err(|_| Error::Receiver)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Cancel, Ship, ShipParcel,
        testing::{Fixture, receiver, rooms},
    };

    fn to(order: OrderId, city: &str) -> Readdress {
        Readdress { order, city_name: Some(city.into()), ..Readdress::of(order) }
    }

    store::on_both! {
        rooms = rooms();

        async fn what_is_given_replaces_and_the_rest_stays(kit) {
            let f = Fixture::new(&kit).await;
            for placed in [f.placed(&[1]).await, f.bought(&[1]).await] {
                f.store.write(&f.owner(), to(placed.order, "深圳市")).await.unwrap();
                let now = f.order(placed.order).await;
                let mut expected = receiver();
                expected.city_name = "深圳市".into();
                assert!(now.receiver == Some(expected));
                assert_eq!(now.version, if now.paid_at.is_some() { 3 } else { 2 });
            }
            f.healthy().await;
        }

        async fn five_times_and_no_more(kit) {
            let f = Fixture::new(&kit).await;
            let order = f.bought(&[1]).await.order;
            for n in 0..MOST_CHANGES {
                f.store.write(&f.owner(), to(order, &format!("{n}"))).await.unwrap();
            }
            assert!(matches!(f.store.write(&f.owner(), to(order, "x")).await, Err(Error::AddressChanges)));
            assert_eq!(f.order(order).await.receiver.unwrap().city_name, "4");
        }

        async fn not_once_a_piece_has_left_or_the_order_is_over(kit) {
            let f = Fixture::new(&kit).await;
            let (gone, given_up) = (f.bought(&[2]).await.order, f.placed(&[1]).await.order);
            let parcel = ShipParcel {
                delivery_id: "TEST".into(),
                waybill_id: "W".into(),
                deliver_type: 1,
                items: f.items(&[1]),
            };
            f.store.write(&f.owner(), Ship { order: gone, parcels: vec![parcel] }).await.unwrap();
            f.store.write(&f.buyer(), Cancel { order: given_up }).await.unwrap();
            for (order, state) in [(gone, 21), (given_up, 250)] {
                let refused = f.store.write(&f.owner(), to(order, "x")).await;
                assert!(matches!(refused, Err(Error::State { now }) if now == state));
            }
        }

        async fn a_bad_address_and_a_stranger_are_refused(kit) {
            let f = Fixture::new(&kit).await;
            let order = f.placed(&[1]).await.order;
            let bad = Readdress { order, tel_number: Some("call me".into()), ..Readdress::of(order) };
            assert!(matches!(f.store.write(&f.owner(), bad).await, Err(Error::Receiver)));
            assert!(matches!(f.store.write(&f.owner(), to(OrderId(1), "x")).await, Err(Error::NotFound)));
            assert!(matches!(f.store.write(&f.buyer(), to(order, "x")).await, Err(Error::Denied(_))));
        }
    }
}
