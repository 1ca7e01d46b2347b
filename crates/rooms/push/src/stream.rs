//! The inbox as a stream of server-sent events: the page is told when something was told or read.
//!
//! Each stream looks at the store once a second, so it hears of what any process does, and of what commits out of
//! order. It ends after ten minutes, whereupon the browser connects again with a credential that is checked anew,
//! and at once when the program stops.

use axum::response::sse::Event;
use futures::{Stream, stream};
use kernel::ShopperId;
use std::{
    convert::Infallible,
    time::{Duration, Instant},
};
use store::Store;
use tokio::sync::watch;

use crate::{Glance, inbox};

const LOOK_EVERY: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_mins(10);

/// The open streams, which a stopping program must end: otherwise it would wait for its clients.
#[derive(Debug)]
pub struct Streams {
    closed: watch::Sender<bool>,
}

impl Default for Streams {
    fn default() -> Self {
        Self::new()
    }
}

impl Streams {
    /// None yet.
    pub fn new() -> Self {
        Self { closed: watch::Sender::new(false) }
    }

    /// Ends them all, and every later one at once.
    pub fn close(&self) {
        self.closed.send_replace(true);
    }

    /// The changes of a shopper's inbox, beginning with how it looks now.
    pub(crate) fn of(
        &self,
        store: Store,
        shopper: ShopperId,
    ) -> impl Stream<Item = Result<Event, Infallible>> + use<> {
        let follower = Follower::new(self, store, shopper);
        stream::unfold(follower, |mut follower| async move {
            let glance = follower.change().await?;
            let event = Event::default().event("inbox").json_data(glance).ok()?;
            Some((Ok(event), follower))
        })
    }
}

struct Follower {
    store: Store,
    shopper: ShopperId,
    closed: watch::Receiver<bool>,
    shown: Option<Glance>,
    until: Instant,
}

impl Follower {
    fn new(streams: &Streams, store: Store, shopper: ShopperId) -> Self {
        let closed = streams.closed.subscribe();
        Self { store, shopper, closed, shown: None, until: Instant::now() + LONGEST }
    }

    /// Waits until the inbox looks otherwise than shown; `None` when the stream is over.
    async fn change(&mut self) -> Option<Glance> {
        while !*self.closed.borrow() && Instant::now() < self.until {
            let glance = self.look().await?;
            if self.shown != Some(glance) {
                self.shown = Some(glance);
                return Some(glance);
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = self.closed.changed() => {}
            }
        }
        None
    }

    /// `None` if the database can't be asked: the stream ends, and the browser comes again.
    async fn look(&self) -> Option<Glance> {
        let looked = async {
            let mut tx = self.store.read().await?;
            inbox::glance_of(&mut tx, self.shopper).await
        };
        looked
            .await
            .inspect_err(|e| tracing::warn!(error = %e.for_log(), "an inbox stream can't read the store"))
            .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        MarkRead, NewNotice,
        testing::{SHOPPER, Tell, open},
    };
    use kernel::{Caller, NoticeId};

    fn notice(subject: i64) -> NewNotice {
        NewNotice {
            kind: "order.paid",
            subject,
            dedupe: 0,
            title: "Paid".into(),
            body: String::new(),
            link: None,
        }
    }

    fn follower(streams: &Streams, store: &Store) -> Follower {
        Follower::new(streams, store.clone(), SHOPPER)
    }

    async fn told(store: &Store, shopper: ShopperId, subject: i64) -> NoticeId {
        store.write(&Caller::shopper(shopper), Tell(notice(subject))).await.unwrap()
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn a_stream_tells_how_the_inbox_looks_and_every_change(kit) {
            let store = open(&kit).await;
            let streams = Streams::new();
            let mut follower = follower(&streams, &store);
            assert_eq!(follower.change().await, Some(Glance { unread: 0, newest: None }));
            told(&store, ShopperId(99), 1).await;
            let id = told(&store, SHOPPER, 1).await;
            assert_eq!(follower.change().await, Some(Glance { unread: 1, newest: Some(id) }));
            store.write(&Caller::shopper(SHOPPER), MarkRead::All).await.unwrap();
            assert_eq!(follower.change().await, Some(Glance { unread: 0, newest: Some(id) }));
        }

        async fn streams_end_when_the_program_stops(kit) {
            let store = open(&kit).await;
            let streams = Streams::new();
            let mut waiting = follower(&streams, &store);
            assert!(waiting.change().await.is_some());
            let ended = tokio::spawn(async move { waiting.change().await });
            tokio::task::yield_now().await;
            streams.close();
            assert_eq!(ended.await.unwrap(), None);
            assert_eq!(follower(&streams, &store).change().await, None, "opened after the end");
        }

        async fn a_stream_ends_after_its_time(kit) {
            let store = open(&kit).await;
            let mut late = follower(&Streams::new(), &store);
            late.until = Instant::now();
            assert_eq!(late.change().await, None);
        }
    }
}
