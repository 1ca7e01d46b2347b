//! What one shopper has been told.

use serde_json::Value;
use std::collections::BTreeMap;

/// What a keyed request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Place,
    Start,
    Cancel,
}

/// A request under an idempotency key.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    pub(crate) kind: Kind,
    pub(crate) path: String,
    pub(crate) key: String,
    pub(crate) body: Value,
    /// The order that it is about; none for the one that places it.
    pub(crate) order: Option<String>,
}

/// What is known of an order for sure.
#[derive(Debug)]
pub(crate) struct Known {
    total: i64,
    payment: String,
    /// The furthest state that was told: `unpaid`, `to_ship` or `cancelled`.
    state: String,
    /// Whether a request to cancel it was ever sent.
    may_be_cancelled: bool,
    /// Whether the payment service has taken the money.
    pub(crate) approved: bool,
}

/// Everything that one shopper was told.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Answers, in the order in which they came.
    pub(crate) answered: Vec<(Deed, Value)>,
    /// Sent, but the program died before its answer.
    pub(crate) in_doubt: Vec<Deed>,
    /// Orders by their ids.
    pub(crate) orders: BTreeMap<String, Known>,
}

impl Model {
    /// Keeps an answer and what follows from it.
    pub(crate) fn learn(&mut self, deed: Deed, answer: Value) {
        match deed.kind {
            Kind::Place => {
                let total = answer["total"].as_i64().unwrap();
                let payment = answer["payment_id"].as_str().unwrap_or_default().to_owned();
                let (state, may_be_cancelled, approved) = ("unpaid".into(), false, false);
                let known = Known { total, payment, state, may_be_cancelled, approved };
                let order = answer["order_id"].as_str().unwrap().to_owned();
                assert!(self.orders.insert(order, known).is_none(), "an id for two orders: {answer}");
            }
            Kind::Start => assert!(answer["cashier_url"].is_string(), "{answer}"),
            Kind::Cancel => self.order(deed.order.as_deref().unwrap()).state = "cancelled".into(),
        }
        self.answered.push((deed, answer));
    }

    /// An order that was told of.
    pub(crate) fn order(&mut self, id: &str) -> &mut Known {
        self.orders.get_mut(id).unwrap_or_else(|| panic!("order {id} was never told of"))
    }

    /// A cancellation is about to be sent.
    pub(crate) fn may_be_cancelled(&mut self, id: &str) {
        self.order(id).may_be_cancelled = true;
    }

    /// The payment of an order was told to be captured.
    pub(crate) fn paid(&mut self, id: &str) {
        self.order(id).state = "to_ship".into();
    }

    /// Holds all orders that the program shows against what it told before: none is missing, none is there twice or
    /// unasked for, none has gone back.
    pub(crate) fn compare(&mut self, shown: &[Value]) {
        let ids: Vec<&str> = shown.iter().map(|order| order["order_id"].as_str().unwrap()).collect();
        for id in self.orders.keys() {
            assert!(ids.contains(&id.as_str()), "order {id} was acknowledged and is gone");
        }
        assert_eq!(ids.len(), self.orders.len(), "more orders than were asked for: {ids:?}");
        for (id, order) in ids.into_iter().zip(shown) {
            let known = self.order(id);
            assert_eq!(order["total"], known.total, "order {id}");
            let state = order["state"].as_str().unwrap();
            let may_follow = match (known.state.as_str(), state) {
                ("unpaid", "cancelled") => known.may_be_cancelled,
                ("unpaid", "to_ship") => true,
                (before, now) => before == now,
            };
            assert!(may_follow, "order {id} was {} and is {state}", known.state);
            state.clone_into(&mut known.state);
        }
    }

    /// Orders whose money was taken and that don't know it yet.
    pub(crate) fn approved_and_unpaid(&self) -> Vec<String> {
        self.waiting().map(|(id, _)| id.clone()).collect()
    }

    /// Their payments.
    pub(crate) fn payments_of_unpaid(&self) -> Vec<String> {
        self.waiting().map(|(_, known)| known.payment.clone()).collect()
    }

    fn waiting(&self) -> impl Iterator<Item = (&String, &Known)> {
        self.orders.iter().filter(|(_, known)| known.approved && known.state != "to_ship")
    }
}

/// A model that was told of the order 7, which costs 100.
fn told() -> Model {
    let deed =
        Deed { kind: Kind::Place, path: String::new(), key: String::new(), body: Value::Null, order: None };
    let mut model = Model::default();
    model.learn(deed, serde_json::json!({ "order_id": "7", "total": 100 }));
    model
}

fn shown(id: &str, total: i64, state: &str) -> Value {
    serde_json::json!({ "order_id": id, "total": total, "state": state })
}

#[test]
fn the_model_of_a_crash_lets_an_order_go_forwards() {
    let mut model = told();
    model.compare(&[shown("7", 100, "unpaid")]);
    model.compare(&[shown("7", 100, "to_ship")]);
}

#[test]
#[should_panic(expected = "acknowledged and is gone")]
fn the_model_of_a_crash_misses_a_lost_order() {
    told().compare(&[]);
}

#[test]
#[should_panic(expected = "more orders than were asked for")]
fn the_model_of_a_crash_sees_an_order_placed_twice() {
    told().compare(&[shown("7", 100, "unpaid"), shown("8", 100, "unpaid")]);
}

#[test]
#[should_panic(expected = "was to_ship and is unpaid")]
fn the_model_of_a_crash_lets_no_order_go_back() {
    let mut model = told();
    model.paid("7");
    model.compare(&[shown("7", 100, "unpaid")]);
}

#[test]
#[should_panic(expected = "was unpaid and is cancelled")]
fn the_model_of_a_crash_lets_no_order_be_cancelled_unasked() {
    told().compare(&[shown("7", 100, "cancelled")]);
}
