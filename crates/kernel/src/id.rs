//! Ids: 63-bit numbers, unique over all nodes without asking anybody, roughly in order of time.
//!
//! A long id is 42 bits of milliseconds since 2020, 8 bits of node and 13 bits of counter. A short id stays below
//! 2^53, since published samples carry product and sku ids as JSON numbers: 30 bits of seconds, 8 of node, 15 of
//! counter. Both are made from the wall clock, never from the movable business clock. Demo objects take small
//! numbers from a counter ([`IdGen::seeded`]), a range that no clock reaches.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    fmt,
    str::FromStr,
    sync::atomic::{AtomicI64, Ordering},
};

use crate::Timestamp;

/// Short ids lie below this: 2^53, the largest integer range that JSON numbers carry exactly.
pub const SHORT_ID_MAX: i64 = 1 << 53;

/// 2020-01-01T00:00:00Z.
const EPOCH_MS: i64 = 1_577_836_800_000;
const NODE_BITS: u32 = 8;
const LONG_COUNTER_BITS: u32 = 13;
const SHORT_COUNTER_BITS: u32 = 15;

/// Makes ids. One per process; the node number is leased from the database.
#[derive(Debug)]
pub struct IdGen {
    node: i64,
    long: AtomicI64,
    short: AtomicI64,
    seeded: bool,
}

impl IdGen {
    /// A generator for the leased node `node` (0..=255).
    pub const fn for_node(node: u8) -> Self {
        Self { node: node as i64, long: AtomicI64::new(0), short: AtomicI64::new(0), seeded: false }
    }

    /// A generator that counts up from `first`: the same seed gives the same ids. Keep `first` below 2^40.
    pub const fn seeded(first: i64) -> Self {
        Self { node: 0, long: AtomicI64::new(first), short: AtomicI64::new(first), seeded: true }
    }

    /// A new 63-bit id. Never gives the same number twice, also when the wall clock steps back.
    pub fn long<T: From<i64>>(&self, wall: Timestamp) -> T {
        if self.seeded {
            return T::from(self.long.fetch_add(1, Ordering::Relaxed));
        }
        let tick = (wall.ms() - EPOCH_MS).max(0) << LONG_COUNTER_BITS;
        T::from(spread(next(&self.long, tick), LONG_COUNTER_BITS, self.node))
    }

    /// A new id below 2^53.
    pub fn short<T: From<i64>>(&self, wall: Timestamp) -> T {
        if self.seeded {
            return T::from(self.long.fetch_add(1, Ordering::Relaxed));
        }
        let tick = ((wall.ms() - EPOCH_MS) / 1000).max(0) << SHORT_COUNTER_BITS;
        T::from(spread(next(&self.short, tick), SHORT_COUNTER_BITS, self.node))
    }
}

/// The next value of time and counter together: the clock's, or one more than the last when that is later. A
/// full counter thus borrows from the next tick.
fn next(last: &AtomicI64, tick: i64) -> i64 {
    let mut seen = last.load(Ordering::Relaxed);
    loop {
        let new = tick.max(seen + 1);
        match last.compare_exchange_weak(seen, new, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return new,
            Err(now) => seen = now,
        }
    }
}

/// Puts the node between the time and the counter.
const fn spread(tick_and_counter: i64, counter_bits: u32, node: i64) -> i64 {
    let time = tick_and_counter >> counter_bits;
    let counter = tick_and_counter & ((1 << counter_bits) - 1);
    (time << (NODE_BITS + counter_bits)) | (node << counter_bits) | counter
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub i64);

        impl $name {
            /// The bare number, as the database keeps it.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl From<i64> for $name {
            fn from(n: i64) -> Self {
                Self(n)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }

        // The native face carries ids as decimal strings.
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map(Self).map_err(|_| serde::de::Error::custom("an id is a decimal string"))
            }
        }
    )+};
}

ids! {
    /// An account of the ledger.
    AccountId;
    /// An address that a shop or a shopper keeps.
    AddressId;
    /// A mini program or shop application: the row behind an appid.
    AppId;
    /// A brand.
    BrandId;
    /// A category of the tree. Below 2^53.
    CategoryId;
    /// An event of the outbox.
    EventId;
    /// A reservation of stock or of money, named by whoever asked for it.
    HoldId;
    /// A job.
    JobId;
    /// A stored file.
    MediaId;
    /// A message in an inbox.
    NoticeId;
    /// A person who runs the platform.
    OperatorId;
    /// An order of one shop.
    OrderId;
    /// A parcel of an order.
    ParcelId;
    /// A payment: the attempt to collect one sum once.
    PaymentId;
    /// A balanced posting.
    PostingId;
    /// A product (spu). Below 2^53.
    ProductId;
    /// A push to a merchant's URL.
    PushId;
    /// A refund.
    RefundId;
    /// A shop: the tenant.
    ShopId;
    /// A shopper: their own tenant.
    ShopperId;
    /// A stock keeping unit of a product. Below 2^53.
    SkuId;
    /// A member of a shop's staff.
    StaffId;
    /// Money on its way between two scopes: names both halves.
    TransferId;
    /// A warehouse of a shop.
    WarehouseId;
    /// A waybill of the logistics assistant.
    WaybillId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn ids_never_repeat_within_one_millisecond_or_when_the_clock_steps_back() {
        let ids = IdGen::for_node(7);
        let mut seen = HashSet::new();
        for wall in [1_800_000_000_000, 1_800_000_000_000, 1_799_999_999_000] {
            for _ in 0..20_000 {
                assert!(seen.insert(ids.long::<OrderId>(Timestamp::from_ms(wall))));
            }
        }
    }

    #[test]
    fn two_nodes_never_make_the_same_id() {
        let (a, b) = (IdGen::for_node(1), IdGen::for_node(2));
        let wall = Timestamp::from_ms(1_800_000_000_000);
        let of = |g: &IdGen| (0..10_000).map(|_| g.long::<i64>(wall)).collect::<HashSet<_>>();
        assert!(of(&a).is_disjoint(&of(&b)));
    }

    #[test]
    fn short_ids_stay_below_two_to_the_53_for_thirty_years() {
        let ids = IdGen::for_node(255);
        let in_2050 = Timestamp::from_ms(2_524_608_000_000);
        assert!(ids.short::<i64>(in_2050) < SHORT_ID_MAX);
    }

    #[test]
    fn the_same_seed_gives_the_same_ids() {
        let (a, b) = (IdGen::seeded(1000), IdGen::seeded(1000));
        let wall = Timestamp::from_ms(0);
        assert_eq!(a.long::<i64>(wall), b.long::<i64>(Timestamp::from_ms(9)));
        assert_eq!(a.short::<i64>(wall), b.short::<i64>(wall));
        assert_ne!(a.long::<i64>(wall), a.short::<i64>(wall));
    }

    #[test]
    fn an_id_travels_as_a_decimal_string() {
        assert_eq!(serde_json::to_string(&OrderId(37)).ok().as_deref(), Some("\"37\""));
        assert_eq!(serde_json::from_str::<OrderId>("\"37\"").ok(), Some(OrderId(37)));
        assert!(serde_json::from_str::<OrderId>("37").is_err());
    }
}
