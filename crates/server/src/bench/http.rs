//! Orders and pages over HTTP: a server of its own, clients with a connection each, on the same cores.

use anyhow::{Context, Result, ensure};
use kernel::{OrderId, PaymentId, Scope, ShopId};
use sandbox::{Key, NONCE, SIGNATURE, TIMESTAMP};
use serde::Deserialize;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::{Store, Vault};
use tokio::task::JoinSet;

use super::{
    Plan,
    child::Served,
    connection::{Connection, get, post},
    goods::{Goods, settle_down},
    ground::Ground,
    orders::healthy,
    times::{Times, per_second},
};
use crate::{demo, master_key};

/// How requests went.
pub(super) struct Pace {
    /// Orders placed, begun to be paid and paid by callback, a second.
    pub(super) orders: f64,
    /// Each order's three requests together.
    pub(super) order_times: Times,
    /// Each request.
    pub(super) request_times: Times,
    pub(super) products: Pages,
    pub(super) order_pages: Pages,
}

/// How a page was read.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) per_second: f64,
    pub(super) times: Times,
}

/// A client and what it has bought.
struct Buyer {
    n: usize,
    /// What its idempotency keys begin with: other loads of the same database have others.
    visit: i64,
    connection: Connection,
    goods: Arc<Goods>,
    bearer: String,
    key: Key,
    bought: Vec<(ShopId, OrderId)>,
    order_times: Times,
    request_times: Times,
}

/// Orders for the time of a run, then product pages, then order pages; afterwards the server is killed, and what it
/// acknowledged must be there.
pub(super) async fn run(ground: &Ground, plan: &Plan) -> Result<Pace> {
    let served = Served::start(ground, true).await?;
    let pace = load(ground, &served, plan).await?;
    served.kill().await?;
    nothing_is_lost(ground, pace.order_times.len(), plan.clients).await?;
    Ok(pace)
}

/// The same on a server that is there and stays.
pub(super) async fn load(ground: &Ground, served: &Served, plan: &Plan) -> Result<Pace> {
    let key = Key::new(demo::notice_key(&Vault::new(&*master_key::load(&ground.config)?)));
    let (mut buyers, visit) = (Vec::new(), now().as_millisecond());
    for (n, token) in ground.goods.tokens.iter().enumerate() {
        let connection = Connection::open(served.address).await?;
        let (goods, bearer, key) = (Arc::clone(&ground.goods), format!("Bearer {token}"), key.clone());
        let (bought, order_times, request_times) = Default::default();
        buyers.push(Buyer { n, visit, connection, goods, bearer, key, bought, order_times, request_times });
    }
    let started = Instant::now();
    let until = started + plan.time();
    let buyers = together(buyers, move |mut buyer| async move {
        buyer.buy_until(until).await?;
        Ok(buyer)
    })
    .await?;
    let took = started.elapsed();
    let (mut order_times, mut request_times) = (Times::default(), Times::default());
    for buyer in &buyers {
        order_times.extend(buyer.order_times.clone());
        request_times.extend(buyer.request_times.clone());
    }
    let (buyers, products) = read(buyers, plan.time(), Buyer::products).await?;
    let (_, order_pages) = read(buyers, plan.time(), Buyer::orders).await?;
    let orders = per_second(order_times.len(), took);
    Ok(Pace { orders, order_times, request_times, products, order_pages })
}

/// Reads the same requests of each client again and again.
async fn read(
    buyers: Vec<Buyer>,
    time: Duration,
    requests: fn(&Buyer) -> Vec<Vec<u8>>,
) -> Result<(Vec<Buyer>, Pages)> {
    let started = Instant::now();
    let read = together(buyers, move |mut buyer| async move {
        let mut times = Times::default();
        let mut requests = requests(&buyer).into_iter().cycle();
        while started.elapsed() < time {
            let request = requests.next().context("a client has something to read")?;
            let asked = Instant::now();
            buyer.connection.ask(&request).await?;
            times.add(asked.elapsed());
        }
        Ok((buyer, times))
    })
    .await?;
    let took = started.elapsed();
    let (mut buyers, mut times) = (Vec::new(), Times::default());
    for (buyer, own) in read {
        buyers.push(buyer);
        times.extend(own);
    }
    Ok((buyers, Pages { per_second: per_second(times.len(), took), times }))
}

/// Lets all clients work at once, until the last has ended.
async fn together<T, F>(buyers: Vec<Buyer>, work: impl Fn(Buyer) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<T>> + Send + 'static,
    T: Send + 'static,
{
    let mut working: JoinSet<Result<T>> = buyers.into_iter().map(work).collect();
    let mut ended = Vec::new();
    while let Some(one) = working.join_next().await {
        ended.push(one??);
    }
    Ok(ended)
}

#[derive(Deserialize)]
struct PlacedOut {
    order_id: OrderId,
    payment_id: PaymentId,
    total: i64,
}

impl Buyer {
    async fn buy_until(&mut self, until: Instant) -> Result<()> {
        // One at least, so that there is something to read.
        loop {
            let started = Instant::now();
            let (shop, placed) = self.place().await?;
            self.start(placed.payment_id).await?;
            self.call_back(shop, &placed).await?;
            self.order_times.add(started.elapsed());
            self.bought.push((shop, placed.order_id));
            if Instant::now() >= until {
                return Ok(());
            }
        }
    }

    async fn place(&mut self) -> Result<(ShopId, PlacedOut)> {
        let turn = self.n + self.bought.len() * self.goods.tokens.len();
        let (shop, sku) = self.goods.pick(turn, self.goods.shelves.len())?;
        let items = json!([{ "sku_id": sku, "quantity": 1 }]);
        let body = json!({ "shop_id": shop, "items": items, "receiver": self.goods.receiver }).to_string();
        let request = self.keyed("/api/v1/orders", "place", &body);
        Ok((shop, serde_json::from_slice(self.timed(&request).await?)?))
    }

    async fn start(&mut self, payment: PaymentId) -> Result<()> {
        let path = format!("/api/v1/payments/{payment}/start");
        let request = self.keyed(&path, "start", r#"{"channel":"sandbox"}"#);
        self.timed(&request).await.map(drop)
    }

    /// What the payment service sends when the shopper has paid.
    async fn call_back(&mut self, shop: ShopId, placed: &PlacedOut) -> Result<()> {
        let now = now();
        let bill = pay::BillNo { scope: Scope::Shop(shop), payment: placed.payment_id, attempt: 1 };
        let data = json!({
            "out_no": bill.to_string(), "bill": placed.order_id, "txn": format!("bench{}", placed.payment_id),
            "amount": placed.total, "currency": "CNY", "paid_at": now.as_millisecond(),
        });
        let (second, nonce) = (now.as_second().to_string(), placed.order_id.to_string());
        let body = json!({ "id": nonce, "type": "bill.paid", "created": now.as_second(), "data": data });
        let body = body.to_string();
        let signature = self.key.sign(&second, &nonce, body.as_bytes());
        let headers = [(TIMESTAMP, second.as_str()), (NONCE, &nonce), (SIGNATURE, &signature)];
        let request = post("/callbacks/pay/sandbox", &headers, &body);
        self.timed(&request).await.map(drop)
    }

    fn keyed(&self, path: &str, what: &str, body: &str) -> Vec<u8> {
        let key = format!("{what}-{}-{}-{}", self.visit, self.n, self.bought.len());
        post(path, &[("authorization", &self.bearer), ("idempotency-key", &key)], body)
    }

    async fn timed(&mut self, request: &[u8]) -> Result<&[u8]> {
        let started = Instant::now();
        let answer = self.connection.ask(request).await?;
        self.request_times.add(started.elapsed());
        Ok(answer)
    }

    /// Every shop's product.
    fn products(&self) -> Vec<Vec<u8>> {
        let paths = self.goods.shelves.iter().map(|shelf| format!("/api/v1/products/{}", shelf.product));
        paths.map(|path| get(&path, &[])).collect()
    }

    /// Their own orders.
    fn orders(&self) -> Vec<Vec<u8>> {
        let own = [("authorization", self.bearer.as_str())];
        let paths = self.bought.iter().map(|(shop, order)| format!("/api/v1/me/orders/{shop}/{order}"));
        paths.map(|path| get(&path, &own)).collect()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the payment service is a world of its own, with a clock of its own"
)]
fn now() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Every order that was acknowledged is there and paid, at most one more of each client, and `doctor` is content.
async fn nothing_is_lost(ground: &Ground, acknowledged: usize, clients: usize) -> Result<()> {
    let store = ground.open(None).await?;
    healthy(&store).await?;
    let paid = paid_orders(&store).await?;
    ensure!(
        (acknowledged..=acknowledged + clients).contains(&paid),
        "{acknowledged} orders were acknowledged, {paid} are paid"
    );
    settle_down(&store).await?;
    store.close().await;
    Ok(())
}

const PAGE: i64 = 1_000;

async fn paid_orders(store: &Store) -> Result<usize> {
    let mut tx = store.read().await?;
    let (mut paid, mut after) = (0, (ShopId(i64::MIN), OrderId(i64::MIN)));
    loop {
        let page = trade::audit_page(&mut tx, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(paid) };
        after = (last.shop, last.order);
        paid += page.iter().filter(|order| order.state.is_paid()).count();
    }
}
