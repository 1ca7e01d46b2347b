//! The shop corrects how an order travels: other numbers, other carriers, the same pieces split otherwise.

use kernel::{Ctx, Item, OrderId, ParcelId, Permission, Scope, ShopId, SkuId, Timestamp};
use store::{Batch, Command, Tx, p};

use crate::{
    AutoConfirm, Error, Order, OrderState, Parcel, ShipParcel,
    confirm::AUTO_CONFIRM_AFTER_SHIPPING_MS,
    find,
    order::actor_word,
    ship::{NO_LOGISTICS, check, follow_parcel},
    sql,
};

/// Most parcels in one go.
const PARCELS_MAX: usize = 50;

/// Replaces parcels of an order by others with the same pieces.
#[derive(Debug, Clone)]
pub struct Redeliver {
    /// Of which order.
    pub order: OrderId,
    /// Which parcels, and by what.
    pub change: Redelivery,
}

/// What is replaced.
#[derive(Debug, Clone)]
pub enum Redelivery {
    /// All parcels of the order.
    All(Vec<ShipParcel>),
    /// Parcels one by one: the old one by its carrier code and number, and the new one. A new one without a list takes
    /// the old one's pieces.
    Each(Vec<(OldParcel, ShipParcel)>),
}

/// How a parcel that was wrong is known.
#[derive(Debug, Clone)]
pub struct OldParcel {
    /// Carrier code.
    pub delivery_id: String,
    /// Waybill number.
    pub waybill_id: String,
}

impl Command for Redeliver {
    type Out = Vec<ParcelId>;
    type Err = Error;
    const NAME: &'static str = "trade.redeliver";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Vec<ParcelId>, Error> {
        redeliver(tx, ctx, self).await
    }
}

/// A parcel to come, with its pieces by line.
struct New<'a> {
    id: ParcelId,
    parcel: &'a ShipParcel,
    items: Vec<(i64, i64)>,
    shipped_at: Timestamp,
}

/// Replaces them; the new ones are followed, the old ones no longer. Refuses with `NotFound`, `State` unless something
/// has left and nothing is confirmed, `Parcel`, `TooManyPieces` where the pieces are not the same, or `Changed`.
pub async fn redeliver(tx: &mut Tx, ctx: &Ctx, cmd: &Redeliver) -> Result<Vec<ParcelId>, Error> {
    let shop = ctx.shop(Permission::OrderShip)?;
    let order = find::load(tx, Scope::Shop(shop), cmd.order).await?;
    if !matches!(order.state, OrderState::PartShipped | OrderState::Shipped) {
        return Err(Error::State { now: order.state.number() });
    }
    let parcels = find::parcels(tx, &order).await?;
    let (old, new) = plan(ctx, &order, &parcels, &cmd.change)?;
    same_pieces(&order, &old, &new)?;
    record(tx, ctx, &order, &old, &new).await?;
    let within = ctx.as_system(Scope::Shop(shop));
    for parcel in old.iter().filter(|p| p.deliver_type != NO_LOGISTICS) {
        logistics::unfollow(tx, &within, parcel.id).await.map_err(crate::ship::below)?;
    }
    for one in new.iter().filter(|n| n.parcel.deliver_type != NO_LOGISTICS) {
        follow_parcel(tx, &within, &order, one.id, one.parcel).await?;
    }
    if order.state == OrderState::Shipped {
        // Whatever was signed for is on its way again.
        tx.later(&within, ctx.now + AUTO_CONFIRM_AFTER_SHIPPING_MS, &AutoConfirm { order: order.id })?;
    }
    Ok(new.into_iter().map(|n| n.id).collect())
}

/// The parcels that go and those that come.
fn plan<'a>(
    ctx: &Ctx,
    order: &Order,
    parcels: &'a [Parcel],
    change: &'a Redelivery,
) -> Result<(Vec<&'a Parcel>, Vec<New<'a>>), Error> {
    match change {
        Redelivery::All(news) if (1..=PARCELS_MAX).contains(&news.len()) => {
            let since = parcels.iter().map(|p| p.shipped_at).min().unwrap_or(ctx.now);
            let pieces = |parcel: &ShipParcel| by_line(order, &parcel.items);
            let new = news.iter().map(|parcel| new(ctx, parcel, pieces(parcel)?, since));
            Ok((parcels.iter().collect(), new.collect::<Result<_, _>>()?))
        }
        Redelivery::Each(pairs) if (1..=PARCELS_MAX).contains(&pairs.len()) => {
            let (mut old, mut news): (Vec<&Parcel>, Vec<New<'_>>) = (Vec::new(), Vec::new());
            for (which, parcel) in pairs {
                let is_it =
                    |p: &&Parcel| p.delivery_id == which.delivery_id && p.waybill_id == which.waybill_id;
                let free = |p: &&Parcel| old.iter().all(|taken| taken.id != p.id);
                let found = parcels.iter().find(|p| is_it(p) && free(p)).ok_or(Error::Parcel)?;
                let pieces = match parcel.items.as_slice() {
                    [] => found.items.iter().map(|i| (i.line, i.quantity)).collect(),
                    items => by_line(order, items)?,
                };
                news.push(new(ctx, parcel, pieces, found.shipped_at)?);
                old.push(found);
            }
            Ok((old, news))
        }
        _ => Err(Error::Parcel),
    }
}

fn new<'a>(
    ctx: &Ctx,
    parcel: &'a ShipParcel,
    items: Vec<(i64, i64)>,
    at: Timestamp,
) -> Result<New<'a>, Error> {
    check(parcel)?;
    if items.is_empty() {
        return Err(Error::Parcel);
    }
    Ok(New { id: ctx.id(), parcel, items, shipped_at: at })
}

/// Pieces by the lines of the order.
fn by_line(order: &Order, items: &[Item]) -> Result<Vec<(i64, i64)>, Error> {
    let line = |sku: SkuId| (0_i64..).zip(&order.lines).find(|(_, l)| l.sku == sku).map(|(line, _)| line);
    let piece = |item: &Item| {
        let quantity = (1..=crate::place::QUANTITY_MAX).contains(&item.quantity).then_some(item.quantity);
        line(item.sku).zip(quantity).ok_or(Error::TooManyPieces { sku: item.sku })
    };
    items.iter().map(piece).collect()
}

/// What comes holds exactly what goes.
fn same_pieces(order: &Order, old: &[&Parcel], new: &[New<'_>]) -> Result<(), Error> {
    for (index, line) in (0_i64..).zip(&order.lines) {
        let went: i64 =
            old.iter().flat_map(|p| &p.items).filter(|i| i.line == index).map(|i| i.quantity).sum();
        let comes: i64 = new.iter().flat_map(|n| &n.items).filter(|(l, _)| *l == index).map(|(_, n)| n).sum();
        if went != comes {
            return Err(Error::TooManyPieces { sku: line.sku });
        }
    }
    Ok(())
}

async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    order: &Order,
    old: &[&Parcel],
    new: &[New<'_>],
) -> Result<(), Error> {
    let (shop, id): (ShopId, OrderId) = (order.shop, order.id);
    let (version, state) = (order.version + 1, order.state.number());
    let mut batch = Batch::new();
    batch.add(sql::TOUCH, p![version, ctx.now, shop, id, order.version]);
    batch
        .add(sql::INSERT_HISTORY, p![shop, id, version, state, state, "redeliver", actor_word(ctx), ctx.now]);
    for parcel in old {
        batch.add(sql::DELETE_PARCEL_ITEMS, p![shop, id, parcel.id]);
        batch.add(sql::DELETE_PARCEL, p![shop, id, parcel.id]);
    }
    for one in new {
        let parcel = one.parcel;
        let (delivery, waybill) = (parcel.delivery_id.trim(), parcel.waybill_id.trim());
        let params = p![shop, id, one.id, delivery, waybill, parcel.deliver_type, one.shipped_at];
        batch.add(sql::INSERT_PARCEL, params);
        for (line, quantity) in &one.items {
            batch.add(sql::INSERT_PARCEL_ITEM, p![shop, id, one.id, *line, *quantity]);
        }
    }
    if tx.exec_all(batch).await?.first() == Some(&1) { Ok(()) } else { Err(Error::Changed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Ship,
        testing::{Fixture, rooms},
    };
    use logistics::RecordSteps;

    fn parcel(waybill: &str, items: Vec<Item>) -> ShipParcel {
        ShipParcel { delivery_id: "TEST".into(), waybill_id: waybill.into(), deliver_type: 1, items }
    }

    fn old(waybill: &str) -> OldParcel {
        OldParcel { delivery_id: "TEST".into(), waybill_id: waybill.into() }
    }

    /// Two skus, 2 and 3 pieces, shipped as W1 (2 and 1) and W2 (the rest).
    async fn shipped(f: &Fixture) -> OrderId {
        let order = f.bought(&[2, 3]).await.order;
        let parcels = vec![parcel("W1", f.items(&[2, 1])), parcel("W2", vec![])];
        f.store.write(&f.owner(), Ship { order, parcels }).await.unwrap();
        order
    }

    async fn numbers(f: &Fixture, order: OrderId) -> Vec<String> {
        let order = f.order(order).await;
        let mut tx = f.store.read().await.unwrap();
        let mut numbers: Vec<String> =
            find::parcels(&mut tx, &order).await.unwrap().into_iter().map(|p| p.waybill_id).collect();
        numbers.sort();
        numbers
    }

    async fn change(f: &Fixture, order: OrderId, change: Redelivery) -> Result<Vec<ParcelId>, Error> {
        f.store.write(&f.owner(), Redeliver { order, change }).await
    }

    async fn is_followed(f: &Fixture, waybill: &str) -> bool {
        let told = RecordSteps {
            delivery_id: "TEST".into(),
            waybill_id: waybill.into(),
            steps: vec![logistics::Step::new(f.store.now(), 100_001, "picked up")],
        };
        f.store.write(&f.owner(), told).await.is_ok()
    }

    store::on_both! {
        rooms = rooms();

        async fn one_parcel_gets_another_number_and_the_old_one_is_followed_no_more(kit) {
            let f = Fixture::new(&kit).await;
            let order = shipped(&f).await;
            change(&f, order, Redelivery::Each(vec![(old("W1"), parcel("W9", vec![]))])).await.unwrap();
            assert_eq!(numbers(&f, order).await, ["W2", "W9"]);
            assert_eq!((is_followed(&f, "W1").await, is_followed(&f, "W9").await), (false, true));
            assert_eq!(f.order(order).await.state, OrderState::Shipped);
            f.healthy().await;
        }

        async fn all_parcels_are_packed_anew_with_the_same_pieces(kit) {
            let f = Fixture::new(&kit).await;
            let order = shipped(&f).await;
            let news = vec![parcel("A", f.items(&[1, 1])), parcel("B", f.items(&[1, 0])), parcel("C", f.items(&[0, 2]))];
            change(&f, order, Redelivery::All(news)).await.unwrap();
            assert_eq!(numbers(&f, order).await, ["A", "B", "C"]);
            f.healthy().await;
        }

        async fn other_pieces_and_unknown_parcels_are_refused(kit) {
            let f = Fixture::new(&kit).await;
            let order = shipped(&f).await;
            let fewer = Redelivery::All(vec![parcel("A", f.items(&[2, 2]))]);
            assert!(matches!(change(&f, order, fewer).await, Err(Error::TooManyPieces { .. })));
            let more = Redelivery::Each(vec![(old("W1"), parcel("A", f.items(&[2, 2])))]);
            assert!(matches!(change(&f, order, more).await, Err(Error::TooManyPieces { .. })));
            let strange = vec![Item { sku: SkuId(1), quantity: 1 }];
            let strange = Redelivery::All(vec![parcel("A", strange)]);
            assert!(matches!(change(&f, order, strange).await, Err(Error::TooManyPieces { .. })));
            let nobody = Redelivery::Each(vec![(old("W7"), parcel("A", vec![]))]);
            assert!(matches!(change(&f, order, nobody).await, Err(Error::Parcel)));
            let twice = vec![(old("W1"), parcel("A", vec![])), (old("W1"), parcel("B", vec![]))];
            assert!(matches!(change(&f, order, Redelivery::Each(twice)).await, Err(Error::Parcel)));
            let nameless = Redelivery::Each(vec![(old("W1"), parcel(" ", vec![]))]);
            assert!(matches!(change(&f, order, nameless).await, Err(Error::Parcel)));
            assert!(matches!(change(&f, order, Redelivery::All(vec![])).await, Err(Error::Parcel)));
            assert_eq!(numbers(&f, order).await, ["W1", "W2"]);
        }

        async fn only_what_has_left_and_is_not_confirmed(kit) {
            let f = Fixture::new(&kit).await;
            let order = f.bought(&[1]).await.order;
            let early = change(&f, order, Redelivery::All(vec![parcel("A", f.items(&[1]))])).await;
            assert!(matches!(early, Err(Error::State { now: 20 })));
            let order = shipped(&f).await;
            f.store.write(&f.buyer(), crate::Confirm { order }).await.unwrap();
            let late = change(&f, order, Redelivery::Each(vec![(old("W1"), parcel("A", vec![]))])).await;
            assert!(matches!(late, Err(Error::State { now: 100 })));
            let stranger = Redeliver { order, change: Redelivery::All(vec![]) };
            assert!(matches!(f.store.write(&f.buyer(), stranger).await, Err(Error::Denied(_))));
        }
    }
}
