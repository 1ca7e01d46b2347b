//! What may happen to a shop, as it is drawn at random: orders, lines and refunds are named by small numbers that are
//! taken round, so that whatever a shrinking leaves out, the rest still means something.

use kernel::{day_ms, minute_ms};
use proptest::prelude::*;

/// One draw.
#[derive(Debug, Clone)]
pub(super) enum Op {
    /// A shopper orders pieces of skus.
    Place { shopper: u8, pieces: Vec<(u8, u8)>, off: Off, saw_another_price: bool },
    /// The shop sets a line's total, in percent of what it costs.
    Reprice { order: u8, line: u8, percent: u8 },
    /// The shopper goes to the till.
    Begin { order: u8 },
    /// The till tells of money.
    Callback { order: u8, tells: Tells },
    /// The shopper pays at the till, which tells nobody.
    PayUntold { order: u8 },
    /// The shopper comes back from the till, which is asked.
    Return { order: u8 },
    /// Somebody gives the order up.
    Cancel { order: u8, by_shopper: bool },
    /// The shop gives money back.
    Refund { order: u8, much: Much },
    /// How the till answers refunds from now on.
    Till(Mood),
    /// The till tells how a refund ended.
    RefundNews { order: u8, refund: u8, well: bool },
    /// The shop tries a refund again.
    Retry { order: u8, refund: u8 },
    /// The shop ships.
    Ship { order: u8, load: Load },
    /// The carrier tells of a parcel.
    Carrier { order: u8, parcel: u8, steps: Vec<u8> },
    /// A shopper has the goods.
    Confirm { order: u8, owner: bool },
    /// Pieces come in.
    Receive { sku: u8, pieces: u8 },
    /// Pieces are counted, and are more or fewer.
    Count { sku: u8, by: i8 },
    /// Business time passes.
    Wait(Span),
    /// Events are carried and jobs done.
    Drain,
    /// All of it at the same time.
    AtOnce(Vec<Op>),
}

/// A discount on the whole order.
#[derive(Debug, Clone, Copy)]
pub(super) enum Off {
    Nothing,
    Half,
    /// The order costs nothing then.
    All,
    TooMuch,
}

/// What a callback says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tells {
    /// The sum that was asked for; the same transaction each time.
    TheSum,
    /// One fen more.
    AnotherSum,
    /// The sum, by a transaction of another number.
    AnotherTransaction,
}

/// How much money goes back.
#[derive(Debug, Clone, Copy)]
pub(super) enum Much {
    Percent(u8),
    TheRest,
    Above,
}

/// How the till answers when it is asked for a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Pays,
    Promises,
    Refuses,
    /// It gives no answer.
    Sleeps,
}

/// What goes into parcels.
#[derive(Debug, Clone, Copy)]
pub(super) enum Load {
    TheRest,
    Some {
        line: u8,
        pieces: u8,
    },
    TooMuch {
        line: u8,
    },
    /// The rest, and nobody carries it.
    WithoutCarrier,
}

/// Steps of business time. All are multiples of the first: what is due is so by minutes, and never by the
/// milliseconds that the test itself takes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Span {
    TenMinutes,
    HalfAnHour,
    ADay,
    TenDays,
    AMonth,
}

impl Span {
    pub(super) const fn ms(self) -> i64 {
        match self {
            Self::TenMinutes => minute_ms(10),
            Self::HalfAnHour => minute_ms(30),
            Self::ADay => day_ms(1),
            Self::TenDays => day_ms(10),
            Self::AMonth => day_ms(30),
        }
    }
}

/// Orders, counted from the latest: below [`ANY_ORDER`] of those to which it may be done, if there are any; from there
/// on of all.
fn order() -> impl Strategy<Value = u8> {
    prop_oneof![6 => 0..3_u8, 1 => ANY_ORDER..ANY_ORDER + 4]
}

/// See [`order`].
pub(super) const ANY_ORDER: u8 = 8;

fn place() -> impl Strategy<Value = Op> {
    let off = prop_oneof![6 => Just(Off::Nothing), 2 => Just(Off::Half), 1 => Just(Off::All), 1 => Just(Off::TooMuch)];
    let pieces = proptest::collection::vec((0..3_u8, 1..4_u8), 1..4);
    (0..2_u8, pieces, off, prop::bool::weighted(0.05)).prop_map(
        |(shopper, pieces, off, saw_another_price)| Op::Place { shopper, pieces, off, saw_another_price },
    )
}

fn paying() -> impl Strategy<Value = Op> {
    let tells = prop_oneof![6 => Just(Tells::TheSum), 1 => Just(Tells::AnotherSum), 1 => Just(Tells::AnotherTransaction)];
    prop_oneof![
        6 => (order(), tells).prop_map(|(order, tells)| Op::Callback { order, tells }),
        2 => order().prop_map(|order| Op::Begin { order }),
        1 => order().prop_map(|order| Op::PayUntold { order }),
        1 => order().prop_map(|order| Op::Return { order }),
        1 => (order(), 0..3_u8, 1..120_u8).prop_map(|(order, line, percent)| Op::Reprice { order, line, percent }),
        2 => (order(), any::<bool>()).prop_map(|(order, by_shopper)| Op::Cancel { order, by_shopper }),
    ]
}

fn giving_back() -> impl Strategy<Value = Op> {
    let much = prop_oneof![4 => (1..100_u8).prop_map(Much::Percent), 3 => Just(Much::TheRest), 1 => Just(Much::Above)];
    let mood = prop_oneof![Just(Mood::Pays), Just(Mood::Promises), Just(Mood::Refuses), Just(Mood::Sleeps)];
    prop_oneof![
        8 => (order(), much).prop_map(|(order, much)| Op::Refund { order, much }),
        1 => mood.prop_map(Op::Till),
        2 => (order(), 0..3_u8, any::<bool>())
            .prop_map(|(order, refund, well)| Op::RefundNews { order, refund, well }),
        1 => (order(), 0..3_u8).prop_map(|(order, refund)| Op::Retry { order, refund }),
    ]
}

fn shipping() -> impl Strategy<Value = Op> {
    let load = prop_oneof![
        4 => Just(Load::TheRest),
        3 => (0..3_u8, 1..3_u8).prop_map(|(line, pieces)| Load::Some { line, pieces }),
        1 => (0..3_u8).prop_map(|line| Load::TooMuch { line }),
        1 => Just(Load::WithoutCarrier),
    ];
    let steps = proptest::collection::vec(0..6_u8, 1..4);
    prop_oneof![
        5 => (order(), load).prop_map(|(order, load)| Op::Ship { order, load }),
        4 => (order(), 0..3_u8, steps).prop_map(|(order, parcel, steps)| Op::Carrier { order, parcel, steps }),
        3 => (order(), prop::bool::weighted(0.9)).prop_map(|(order, owner)| Op::Confirm { order, owner }),
    ]
}

fn around() -> impl Strategy<Value = Op> {
    let span = prop_oneof![
        2 => Just(Span::TenMinutes),
        3 => Just(Span::HalfAnHour),
        1 => Just(Span::ADay),
        2 => Just(Span::TenDays),
        1 => Just(Span::AMonth),
    ];
    prop_oneof![
        4 => Just(Op::Drain),
        3 => span.prop_map(Op::Wait),
        1 => (0..3_u8, 1..9_u8).prop_map(|(sku, pieces)| Op::Receive { sku, pieces }),
        1 => (0..3_u8, -6..6_i8).prop_map(|(sku, by)| Op::Count { sku, by }),
    ]
}

fn single() -> impl Strategy<Value = Op> {
    prop_oneof![4 => place(), 6 => paying(), 6 => giving_back(), 5 => shipping(), 5 => around()]
}

/// What can happen in any order with others; the clock and the till are moved alone.
fn concurrent() -> impl Strategy<Value = Op> {
    let drain = Just(Op::Drain).boxed();
    prop_oneof![3 => place().boxed(), 6 => paying().boxed(), 2 => giving_back().boxed(), 3 => shipping().boxed(), 2 => drain]
        .prop_filter("alone", |op| !matches!(op, Op::Till(_)))
}

/// The usual way of an order, up to some point, with the work done here and there: left to chance alone, few orders
/// would come far.
fn sale() -> impl Strategy<Value = Vec<Op>> {
    let placed = place().prop_map(|op| match op {
        Op::Place { shopper, pieces, .. } => {
            Op::Place { shopper, pieces, off: Off::Nothing, saw_another_price: false }
        }
        other => other,
    });
    (placed, 2..6_usize, any::<[bool; 5]>()).prop_map(|(placed, far, drained)| {
        let way = [
            placed,
            Op::Callback { order: 0, tells: Tells::TheSum },
            Op::Ship { order: 0, load: Load::TheRest },
            Op::Carrier { order: 0, parcel: 0, steps: vec![0, 4] },
            Op::Confirm { order: 0, owner: true },
        ];
        let steps = way.into_iter().zip(drained).take(far);
        steps.flat_map(|(op, drained)| [Some(op), drained.then_some(Op::Drain)]).flatten().collect()
    })
}

/// A sequence.
pub(super) fn ops() -> impl Strategy<Value = Vec<Op>> {
    let at_once = proptest::collection::vec(concurrent(), 2..5).prop_map(|ops| vec![Op::AtOnce(ops)]);
    let some = prop_oneof![
        2 => sale().boxed(),
        10 => single().prop_map(|op| vec![op]).boxed(),
        2 => at_once.boxed(),
    ];
    proptest::collection::vec(some, 1..30).prop_map(|parts| parts.concat())
}
