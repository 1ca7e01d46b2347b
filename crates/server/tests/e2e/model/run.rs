//! Plays a sequence in a shop and in the model, and holds them against each other after each deed.

use futures::future::join_all;
use std::{fmt::Write, time::Duration};

use super::{
    books::{Books, Going},
    deed::{Deed, Heard, NOT_TAKEN},
    house::{House, Scene},
    op::{Mood, Op, Span},
    resolve::{Fresh, resolve},
    shown::Shown,
};

/// What may be heard besides, when several things happen at once: somebody else came first, or the money is about to
/// come. Nothing was changed then.
const CAME_SECOND: [&str; 4] = ["trade.changed", "pay.changed", "ledger.overdraft", NOT_TAKEN];
/// A job or an event that met another change is tried again after a second: so often the shop is looked at again.
const LOOKS: u32 = 20;
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// A sequence that is being played.
pub(super) struct Run<'a> {
    scene: Scene<'a>,
    books: Books,
    fresh: Fresh,
    /// What was done and heard, a line each.
    told: String,
}

/// Plays the sequence to its end; the error tells what was done and where it went wrong.
pub(super) async fn play(house: &House, ops: &[Op]) -> Result<(), String> {
    let (books, fresh) = (Books::new(), Fresh::default());
    let mut run = Run { scene: house.scene().await, books, fresh, told: String::new() };
    let played = async {
        for op in ops {
            match op {
                Op::AtOnce(ops) => run.at_once(ops).await?,
                op => run.one(op).await?,
            }
        }
        run.finish().await
    };
    let played = played.await;
    played.map_err(|wrong| format!("{}\n{wrong}", run.told))
}

impl Run<'_> {
    async fn one(&mut self, op: &Op) -> Result<(), String> {
        match resolve(&self.books, &mut self.fresh, op) {
            None => Ok(()),
            Some(deed) => self.deed(deed).await,
        }
    }

    async fn deed(&mut self, deed: Deed) -> Result<(), String> {
        let heard = self.scene.act(&deed).await;
        let _ = writeln!(self.told, "{deed:?}\n  -> {heard:?}");
        let expected = expect(&mut self.books, &deed, &heard);
        if expected != heard {
            return Err(format!("heard {heard:?}, the model expects {expected:?}"));
        }
        let seen = self.scene.look().await;
        self.books.learn(&seen);
        agree(&self.books.shown(), &seen)
    }

    /// All of it at the same time: whatever is heard and seen must come of one order in which it could have happened.
    async fn at_once(&mut self, ops: &[Op]) -> Result<(), String> {
        let deeds: Vec<Deed> =
            ops.iter().filter_map(|op| resolve(&self.books, &mut self.fresh, op)).collect();
        let heard = join_all(deeds.iter().map(|deed| self.scene.act(deed))).await;
        let done: Vec<(Deed, Heard)> = deeds.into_iter().zip(heard).collect();
        let _ = writeln!(self.told, "at once:");
        for (deed, heard) in &done {
            let _ = writeln!(self.told, "  {deed:?}\n    -> {heard:?}");
        }
        // Whatever the draining met half-way is brought to its end.
        let drains = done.iter().any(|(deed, _)| matches!(deed, Deed::Drain));
        let mut wrong = String::new();
        for _ in 0..LOOKS {
            if drains {
                self.scene.house.drain().await;
            }
            let seen = self.scene.look().await;
            match some_order(&self.books, &done, drains, &seen) {
                Ok(books) => {
                    self.books = books;
                    return Ok(());
                }
                Err(nearest) => wrong = nearest,
            }
            if !drains {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Err(format!("no order in which this could have happened explains it; the last one tried: {wrong}"))
    }

    /// Brings everything to an end, so that no later sequence meets what is left of this one: then nothing is owed,
    /// nothing is left to do, and `doctor` is content.
    async fn finish(&mut self) -> Result<(), String> {
        self.deed(Deed::Till(Mood::Pays)).await?;
        self.deed(Deed::Wait { ms: Span::AMonth.ms() }).await?;
        self.deed(Deed::Drain).await?;
        for deed in self.ends_of_refunds() {
            self.deed(deed).await?;
        }
        self.deed(Deed::Drain).await?;
        self.scene.resolve_anomalies().await;
        let diagnosis = server::doctor::examine(&self.scene.house.store).await.unwrap();
        if diagnosis.exit_code() == 0 { Ok(()) } else { Err(diagnosis.lines().join("\n")) }
    }

    /// The till tells of the refunds that it owes an answer to; those that it refused are tried again.
    fn ends_of_refunds(&self) -> Vec<Deed> {
        let mut deeds = Vec::new();
        for (order, of) in self.books.orders.iter().enumerate() {
            for refund in of.iter().filter_map(|o| o.payment.as_ref()).flat_map(|p| &p.refunds) {
                let Some(id) = refund.id else { continue };
                match refund.going {
                    Going::Requested | Going::Done => {}
                    Going::Failed => deeds.push(Deed::Retry { order, refund: id }),
                    Going::Sent => {
                        let attempt = refund.attempt;
                        deeds.push(Deed::RefundNews { order, refund: id, attempt, well: true });
                    }
                }
            }
        }
        deeds
    }
}

/// Does the deed in the model; what should have been heard.
fn expect(books: &mut Books, deed: &Deed, heard: &Heard) -> Heard {
    let refund = if let Heard::Refund(id) = heard { Some(*id) } else { None };
    books.act(deed, refund).unwrap_or_else(Heard::Refused)
}

fn agree(expected: &Shown, seen: &Shown) -> Result<(), String> {
    let differences = expected.differences(seen);
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
}

/// The model after the first order of these deeds that explains what was heard and seen.
fn some_order(books: &Books, done: &[(Deed, Heard)], drains: bool, seen: &Shown) -> Result<Books, String> {
    let mut wrong = String::new();
    for order in orders(done.len()) {
        match in_this_order(books, order.iter().map(|n| &done[*n]), drains, seen) {
            Ok(after) => return Ok(after),
            Err(why) => wrong = why,
        }
    }
    Err(wrong)
}

fn in_this_order<'a>(
    books: &Books,
    done: impl Iterator<Item = &'a (Deed, Heard)>,
    drains: bool,
    seen: &Shown,
) -> Result<Books, String> {
    let mut books = books.clone();
    for (deed, heard) in done {
        let mut after = books.clone();
        let expected = expect(&mut after, deed, heard);
        match (&expected, heard) {
            (expected, heard) if expected == heard => books = after,
            (_, Heard::Refused(code)) if CAME_SECOND.contains(code) => books.make_room(deed),
            // Of two reasons to refuse, the one that was met first is told.
            (Heard::Refused(_), Heard::Refused(_)) => books = after,
            _ => return Err(format!("{deed:?} was answered by {heard:?} and should be by {expected:?}")),
        }
    }
    if drains {
        let _ = books.act(&Deed::Drain, None);
    }
    books.learn(seen);
    agree(&books.shown(), seen).map(|()| books)
}

/// Every order of `n` things.
fn orders(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![Vec::new()];
    }
    let insert = |shorter: &Vec<usize>, at: usize| {
        let mut longer = shorter.clone();
        longer.insert(at, n - 1);
        longer
    };
    orders(n - 1).iter().flat_map(|shorter| (0..n).map(move |at| insert(shorter, at))).collect()
}

#[test]
fn the_model_tries_every_order_of_what_happens_at_once() {
    let mut all = orders(4);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 24);
    assert!(all.iter().all(|order| (0..4).all(|n| order.contains(&n))));
}
