//! Statements: pages, and the balance after each line.

use kernel::{Caller, Currency, Cursor, PageSize};
use store::{Registry, Store};

use crate::{Account, Line, testing::*};

/// All lines of an account, page by page.
pub(super) async fn all_lines(store: &Store, account: Account, size: i64) -> Vec<Line> {
    let ctx = store.ctx(&Caller::system(SHOP)).await.unwrap();
    let mut tx = store.read().await.unwrap();
    let mut cursor = Cursor::NEWEST;
    let mut lines = Vec::new();
    loop {
        let size = PageSize::new(size).unwrap();
        let page = crate::statement(&mut tx, &ctx, account, Currency::CNY, cursor, size).await.unwrap();
        lines.extend(page.items);
        let Some(next) = page.next else { return lines };
        cursor = Cursor::parse(&next).unwrap();
    }
}

/// Each line's balance is the one before it and its own amount.
pub(super) fn assert_running(lines: &[Line]) {
    let mut balance = 0;
    for line in lines.iter().rev() {
        balance += line.amount;
        assert_eq!(line.balance_after, balance, "{line:?}");
    }
}

store::on_both! {
    rooms = crate::testing::rooms();

    async fn lines_come_newest_first_with_the_balance_after_them_whatever_the_page(kit) {
        let store = kit.store(Registry::new()).await;
        for n in 1..=7 {
            shift(&store, SHOP, CHANNEL, PENDING, n * 10).await.unwrap();
        }
        let lines = all_lines(&store, PENDING, 100).await;
        let amounts: Vec<i64> = lines.iter().map(|l| l.amount).collect();
        assert_eq!(amounts, [70, 60, 50, 40, 30, 20, 10]);
        assert_eq!(lines[0].balance_after, 280);
        assert_running(&lines);
        for size in 1..=7 {
            assert_eq!(all_lines(&store, PENDING, size).await, lines, "{size} a page");
        }
        assert_eq!(lines[0].reason, "test.move");
        assert_eq!(all_lines(&store, CHANNEL, 3).await[0].balance_after, -280);
    }

    async fn accounts_are_listed_with_balance_and_what_is_free(kit) {
        let store = kit.store(Registry::new()).await;
        shift(&store, SHOP, PENDING, AVAILABLE, 100).await.unwrap();
        authorise(&store, SHOP, hold(1, 60)).await.unwrap();
        let ctx = store.ctx(&Caller::system(SHOP)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let accounts = crate::accounts(&mut tx, &ctx).await.unwrap();
        let seen: Vec<_> = accounts.iter().map(|a| (a.account, a.balance, a.available)).collect();
        assert_eq!(seen, [(AVAILABLE, 100, 40), (PENDING, -100, -100)]);
    }
}
