//! What the program executes for orders, written down, to be executed again with other ids by a bare connection.

use anyhow::{Context, Result, ensure};
use kernel::{ShopId, SkuId};
use std::{borrow::Cow, ops::Range};
use store::{Executed, Recorder, Store, Val};

use super::{
    goods::{Goods, settle_down, system},
    ground::Ground,
    orders,
};

/// A statement with parameters that may be moved.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) sql: &'static str,
    /// A set for each row.
    params: Vec<Vec<Slot>>,
    /// How many rows it touched when it was written down.
    pub(super) rows: Option<u64>,
    pub(super) writes: bool,
}

/// The statements of one transaction.
pub(super) type Steps = Vec<Step>;

/// Orders that were placed, then paid, and what followed from all of them.
#[derive(Debug)]
pub(super) struct Round {
    /// Each order's two transactions.
    pub(super) orders: Vec<[Steps; 2]>,
    /// The transactions that carried the events.
    pub(super) after: Vec<Steps>,
}

/// Rounds that may be executed again and again, each time with all ids moved by `span`.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) rounds: Vec<Round>,
    pub(super) span: i64,
}

/// A parameter.
#[derive(Debug)]
enum Slot {
    Fixed(Val<'static>),
    Id(i64),
    /// A text with ids in it, such as JSON.
    Text(Vec<Piece>),
}

#[derive(Debug)]
enum Piece {
    Plain(String),
    Id(i64),
}

impl Step {
    fn of(executed: Executed, ids: &Range<i64>) -> Self {
        let writes = executed.writes();
        let Executed { sql, params, rows } = executed;
        let params = params.into_iter().map(|set| set.into_iter().map(|v| slot(v, ids)).collect()).collect();
        Self { sql, params, rows, writes }
    }

    /// The sets of parameters, with ids moved by `by`.
    pub(super) fn moved(&self, by: i64) -> impl Iterator<Item = Vec<Val<'_>>> {
        self.params.iter().map(move |set| set.iter().map(|slot| slot.moved(by)).collect())
    }
}

/// Ids of what was made while the script was written lie between those made before and after.
fn slot(value: Val<'static>, ids: &Range<i64>) -> Slot {
    match value {
        Val::Int(n) if ids.contains(&n) => Slot::Id(n),
        Val::Text(text) => {
            let pieces = pieces(&text, ids);
            let has_ids = pieces.iter().any(|piece| matches!(piece, Piece::Id(_)));
            if has_ids { Slot::Text(pieces) } else { Slot::Fixed(Val::Text(text)) }
        }
        other => Slot::Fixed(other),
    }
}

fn pieces(text: &str, ids: &Range<i64>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (run, after) = if digits == 0 { split_char(rest) } else { rest.split_at(digits) };
        match run.parse::<i64>() {
            Ok(id) if ids.contains(&id) => {
                pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                pieces.push(Piece::Id(id));
            }
            _ => plain.push_str(run),
        }
        rest = after;
    }
    pieces.push(Piece::Plain(plain));
    pieces
}

fn split_char(text: &str) -> (&str, &str) {
    text.split_at(text.chars().next().map_or(0, char::len_utf8))
}

impl Slot {
    fn moved(&self, by: i64) -> Val<'_> {
        match self {
            Self::Fixed(Val::Null) => Val::Null,
            Self::Fixed(Val::Int(n)) => Val::Int(*n),
            Self::Fixed(Val::Real(x)) => Val::Real(*x),
            Self::Fixed(Val::Text(text)) => Val::Text(Cow::Borrowed(text)),
            Self::Fixed(Val::Bytes(bytes)) => Val::Bytes(Cow::Borrowed(bytes)),
            Self::Id(n) => Val::Int(n + by),
            Self::Text(pieces) => {
                Val::Text(Cow::Owned(pieces.iter().fold(String::new(), |text, piece| match piece {
                    Piece::Plain(plain) => text + plain,
                    Piece::Id(id) => text + &(id + by).to_string(),
                })))
            }
        }
    }
}

/// Where a script is being written.
struct Desk<'a> {
    store: Store,
    goods: &'a Goods,
    recorder: Recorder,
}

impl<'a> Desk<'a> {
    async fn open(ground: &'a Ground) -> Result<Self> {
        let recorder = Recorder::new();
        let store = ground.open(Some(&recorder)).await?;
        orders::order(&store, &ground.goods, 0, 1).await?;
        settle_down(&store).await?;
        recorder.take();
        Ok(Self { store, goods: &ground.goods, recorder })
    }

    async fn id(&self) -> Result<i64> {
        Ok(self.store.ctx(&system()).await?.id())
    }

    /// Transactions since the last call that came to something.
    fn taken(&self) -> Vec<Vec<Executed>> {
        let touched = |one: &Executed| one.writes() && one.rows != Some(0);
        self.recorder.take().into_iter().filter(|command| command.iter().any(touched)).collect()
    }

    fn one(&self) -> Result<Vec<Executed>> {
        let mut taken = self.taken();
        ensure!(taken.len() == 1, "a command was {} transactions", taken.len());
        taken.pop().context("a command is a transaction")
    }
}

struct Drafted {
    orders: Vec<[Vec<Executed>; 2]>,
    after: Vec<Vec<Executed>>,
}

/// Where orders are written down.
#[derive(Clone, Copy)]
pub(super) enum At {
    /// Each at the next shop.
    EveryShop,
    /// All of a round at one of so many shops.
    OneShopOf(usize),
}

/// Writes down `rounds` rounds of `orders` orders each. They stay in the database, beside which the script is to be
/// executed.
pub(super) async fn write_down(ground: &Ground, rounds: usize, orders: usize, at: At) -> Result<Script> {
    let desk = Desk::open(ground).await?;
    let first = desk.id().await?;
    let mut drafted = Vec::new();
    for round in 0..rounds {
        let mut wanted = Vec::new();
        for turn in round * orders..(round + 1) * orders {
            wanted.push(match at {
                At::EveryShop => desk.goods.pick(turn, desk.goods.shelves.len())?,
                At::OneShopOf(shops) => desk.goods.of_shop(round % shops, turn)?,
            });
        }
        drafted.push(draft(&desk, wanted).await?);
    }
    let ids = first..desk.id().await? + 1;
    desk.store.close().await;
    let steps =
        |command: Vec<Executed>| command.into_iter().map(|one| Step::of(one, &ids)).collect::<Steps>();
    let finished = |drafted: Drafted| Round {
        orders: drafted.orders.into_iter().map(|[place, pay]| [steps(place), steps(pay)]).collect(),
        after: drafted.after.into_iter().map(steps).collect(),
    };
    let rounds = drafted.into_iter().map(finished).collect();
    Ok(Script { rounds, span: ids.end - ids.start })
}

async fn draft(desk: &Desk<'_>, wanted: Vec<(ShopId, SkuId)>) -> Result<Drafted> {
    let (store, goods) = (&desk.store, desk.goods);
    let (mut placed, mut orders) = (Vec::new(), Vec::new());
    for (turn, (shop, sku)) in wanted.into_iter().enumerate() {
        placed.push((shop, orders::place(store, goods, shop, sku, turn).await??, desk.one()?));
    }
    for (shop, order, placing) in placed {
        orders::pay(store, shop, &order).await?;
        orders.push([placing, desk.one()?]);
    }
    settle_down(store).await?;
    Ok(Drafted { orders, after: desk.taken() })
}

/// The most pieces that a line of an order takes.
const MOST_OF_A_LINE: i64 = 9_999;

/// Writes down one order of the scarce sku, and one that is refused.
pub(super) async fn write_down_scarce(ground: &Ground, pieces: i64) -> Result<([Steps; 2], i64)> {
    let desk = Desk::open(ground).await?;
    let (shop, sku) = desk.goods.scarce()?;
    let first = desk.id().await?;
    orders::place(&desk.store, desk.goods, shop, sku, 0).await??;
    let placed = desk.one()?;
    let ids = first..desk.id().await? + 1;
    // One more, so that what an order may ask for at most is more than there is.
    orders::place(&desk.store, desk.goods, shop, sku, 1).await??;
    desk.one()?;
    orders::refused(&desk.store, desk.goods, pieces.min(MOST_OF_A_LINE)).await?;
    let refused = desk.recorder.take().into_iter().flatten().collect::<Vec<_>>();
    desk.store.close().await;
    let steps =
        |command: Vec<Executed>| command.into_iter().map(|one| Step::of(one, &ids)).collect::<Steps>();
    Ok(([steps(placed), steps(refused)], ids.end - ids.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_move_wherever_they_stand_and_nothing_else_does() {
        let ids = 1_000..2_000;
        let moves = |from: Val<'static>, to: Val<'static>| assert_eq!(slot(from, &ids).moved(5_000), to);
        let text = |text: &'static str| Val::Text(Cow::Borrowed(text));
        moves(Val::Int(1_000), Val::Int(6_000));
        moves(Val::Int(2_000), Val::Int(2_000));
        moves(text(r#"{"a":"1001","b":1002,"c":99}"#), text(r#"{"a":"6001","b":6002,"c":99}"#));
        moves(text("1500"), text("6500"));
        moves(text("订1500单 15000x"), text("订6500单 15000x"));
        moves(text("没有"), text("没有"));
        moves(Val::Null, Val::Null);
    }
}
