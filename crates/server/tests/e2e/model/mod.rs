//! Random sequences of everything that may happen to a shop's orders, stock and money, partly at the same time and with
//! the clock moved, on both engines: a plain model beside the rooms foretells every answer and every number.
//!
//! `KAIDIAN_MODEL_CASES` sets how many sequences are played, `KAIDIAN_MODEL_SEED` repeats those of a run. A failure
//! prints the shortest sequence that still fails, deed by deed.

#![allow(clippy::print_stdout, reason = "a run tells its seed")]

mod books;
mod deed;
mod house;
mod money;
mod op;
mod resolve;
mod run;
mod scene;
mod shown;
mod till;
mod way;

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use store::testkit::Engine;
use tokio::{runtime::Handle, sync::Mutex, task::block_in_place};

use house::House;
use op::{Load, Much, Off, Op, Tells, ops};

/// Sequences an engine, if nobody says otherwise.
const CASES: u32 = 24;
/// The search for a shorter sequence ends after this time, in ms.
const SHRINK_MS: u32 = 60_000;

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not {text}")))
}

#[expect(clippy::disallowed_methods, reason = "the seed of a run is drawn here and printed")]
fn seed_of_run() -> u64 {
    number("KAIDIAN_MODEL_SEED").unwrap_or_else(rand::random)
}

fn runner(seed: u64) -> TestRunner {
    let cases = number("KAIDIAN_MODEL_CASES").map_or(CASES, |n| u32::try_from(n).unwrap());
    let config = Config {
        cases,
        max_shrink_time: SHRINK_MS,
        max_shrink_iters: u32::MAX,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Sequences are played in one house, each in a shop of its own. A house in which one has failed is left: what is
/// wrong there would be found again and again.
struct Houses {
    engine: Engine,
    house: Mutex<Option<House>>,
}

impl Houses {
    async fn play(&self, ops: &[Op]) -> Result<(), TestCaseError> {
        let mut house = self.house.lock().await;
        let here = match house.take() {
            Some(here) => here,
            None => House::new(self.engine).await,
        };
        run::play(&here, ops).await.map_err(TestCaseError::fail)?;
        *house = Some(here);
        Ok(())
    }
}

fn stock_money_and_states_agree(engine: Engine) {
    let seed = seed_of_run();
    println!("KAIDIAN_MODEL_SEED={seed}");
    let houses = Houses { engine, house: Mutex::default() };
    let handle = Handle::current();
    let result = block_in_place(|| runner(seed).run(&ops(), |ops| handle.block_on(houses.play(&ops))));
    match result {
        Ok(()) => {}
        Err(TestError::Fail(why, _)) => panic!("KAIDIAN_MODEL_SEED={seed}\n{why}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

mod whatever_happens_to_a_shop_its_stock_its_money_and_its_orders_agree_with_the_model {
    use super::{Engine, stock_money_and_states_agree};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        stock_money_and_states_agree(Engine::Sqlite);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        stock_money_and_states_agree(Engine::Postgres);
    }
}

/// An order and its way to the shopper's confirmation.
fn sold() -> Vec<Op> {
    vec![
        Op::Place { shopper: 0, pieces: vec![(0, 1)], off: Off::Nothing, saw_another_price: false },
        Op::Callback { order: 0, tells: Tells::TheSum },
        Op::Ship { order: 0, load: Load::TheRest },
        Op::Confirm { order: 0, owner: true },
    ]
}

/// Found by the sequences above: such money stayed among what was pending.
async fn refunded_between_confirmation_and_settlement(engine: Engine) {
    let refund = vec![Op::Refund { order: 0, much: Much::Percent(10) }];
    let ops = [sold(), vec![Op::Drain], sold(), refund].concat();
    run::play(&House::new(engine).await, &ops).await.unwrap();
}

mod money_given_back_before_its_order_is_settled_comes_out_of_the_balance {
    use super::{Engine, refunded_between_confirmation_and_settlement};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        refunded_between_confirmation_and_settlement(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        refunded_between_confirmation_and_settlement(Engine::Postgres).await;
    }
}
