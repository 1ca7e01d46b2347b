//! A posting, and what makes it one that may be written. Pure.

use kernel::{Currency, Scope, TransferId};

use crate::{Account, Error, Leg};

/// A movement of money within one scope: legs that sum to zero.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The currency of all legs.
    pub currency: Currency,
    /// Why, `room.reason`: shown in statements.
    pub reason: &'static str,
    /// What it belongs to: the id of an order, a refund, a withdrawal.
    pub subject: i64,
    /// The transfer that this is one half of; needed exactly where a leg is on a clearing account between scopes.
    pub transfer: Option<TransferId>,
    /// Two to six accounts; legs on the same account are added up, legs of nothing left out.
    pub legs: Vec<Leg>,
}

/// The most accounts of a posting.
pub(crate) const MOST_LEGS: usize = 6;

/// The largest amount of a leg: far beyond any sale, and small enough that thousands of such legs can be summed.
pub(crate) const MOST_AMOUNT: i64 = 1_000_000_000_000_000;

impl Posting {
    /// The legs as they will be written, one an account, in the order of accounts; or why the posting is wrong.
    pub(crate) fn checked(&self, scope: Scope) -> Result<Vec<Leg>, Error> {
        let legs = merged(&self.legs)?;
        if legs.len() < 2 {
            return Err(Error::Empty);
        }
        if legs.len() > MOST_LEGS {
            return Err(Error::TooManyLegs);
        }
        if let Some(leg) = legs.iter().find(|leg| !leg.account.fits(scope)) {
            return Err(Error::Misplaced { account: leg.account });
        }
        // No overflow: six legs of at most MOST_AMOUNT.
        if legs.iter().map(|leg| leg.amount).sum::<i64>() != 0 {
            return Err(Error::Unbalanced);
        }
        let halves = legs.iter().filter(|leg| leg.account.kind.crosses_scopes()).count();
        if halves != usize::from(self.transfer.is_some()) {
            return Err(Error::TransferMismatch);
        }
        Ok(legs)
    }
}

/// One leg an account, in the order of accounts: two postings then take their guards in the same order.
fn merged(legs: &[Leg]) -> Result<Vec<Leg>, Error> {
    let mut sorted = legs.to_vec();
    sorted.sort_by_key(|leg| leg.account);
    let mut out: Vec<Leg> = Vec::with_capacity(sorted.len());
    for leg in sorted {
        match out.last_mut() {
            Some(last) if last.account == leg.account => last.amount = add(last.amount, leg.amount)?,
            _ => out.push(Leg { account: leg.account, amount: add(0, leg.amount)? }),
        }
    }
    out.retain(|leg| leg.amount != 0);
    Ok(out)
}

fn add(a: i64, b: i64) -> Result<i64, Error> {
    a.checked_add(b).filter(|sum| (-MOST_AMOUNT..=MOST_AMOUNT).contains(sum)).ok_or(Error::AmountTooLarge)
}

/// The legs of a plain movement of `amount` from one account to another.
pub(crate) fn from_to(from: Account, to: Account, amount: i64) -> Vec<Leg> {
    vec![from.debit(amount), to.credit(amount)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccountKind as K;
    use kernel::ShopId;
    use proptest::prelude::*;

    const SHOP: Scope = Scope::Shop(ShopId(7));

    fn posting(legs: Vec<Leg>) -> Posting {
        Posting { currency: Currency::CNY, reason: "test.move", subject: 1, transfer: None, legs }
    }

    fn refusal(posting: &Posting, scope: Scope) -> &'static str {
        kernel::Fault::code(&posting.checked(scope).unwrap_err())
    }

    #[test]
    fn legs_on_one_account_become_one_and_nothing_is_left_out() {
        let (pending, available) = (Account::of(K::ShopPending), Account::of(K::ShopAvailable));
        let three = posting(vec![available.credit(70), pending.debit(100), available.credit(30)]);
        assert_eq!(three.checked(SHOP).unwrap(), [pending.debit(100), available.credit(100)]);
        let nothing = posting(vec![pending.debit(0), pending.credit(5), pending.debit(5)]);
        assert_eq!(refusal(&nothing, SHOP), "ledger.empty");
    }

    #[test]
    fn a_posting_that_does_not_balance_is_refused() {
        let legs = vec![Account::of(K::ShopPending).debit(100), Account::of(K::ShopAvailable).credit(99)];
        assert_eq!(refusal(&posting(legs), SHOP), "ledger.unbalanced");
    }

    #[test]
    fn more_than_six_accounts_are_refused() {
        let mut legs: Vec<Leg> =
            (1..=6).map(|owner| Account { kind: K::ShopPending, owner }.debit(1)).collect();
        legs.push(Account::of(K::ShopAvailable).credit(6));
        assert_eq!(refusal(&posting(legs), SHOP), "ledger.too_many_legs");
    }

    #[test]
    fn an_amount_beyond_reason_is_refused_also_when_it_is_reached_in_steps() {
        let (pending, available) = (Account::of(K::ShopPending), Account::of(K::ShopAvailable));
        let huge = posting(vec![pending.debit(i64::MAX), available.credit(i64::MAX)]);
        assert_eq!(refusal(&huge, SHOP), "ledger.amount_too_large");
        let steps = posting(vec![pending.debit(MOST_AMOUNT), pending.debit(1)]);
        assert_eq!(refusal(&steps, SHOP), "ledger.amount_too_large");
    }

    #[test]
    fn a_clearing_leg_and_a_transfer_need_each_other() {
        let legs = vec![Account::of(K::ShopPending).debit(9), Account::of(K::PlatformClearing).credit(9)];
        assert_eq!(refusal(&posting(legs.clone()), SHOP), "ledger.transfer_mismatch");
        let half = Posting { transfer: Some(TransferId(3)), ..posting(legs) };
        assert!(half.checked(SHOP).is_ok());
        assert_eq!(refusal(&half, Scope::Platform), "ledger.misplaced");
        let plain = from_to(Account::of(K::ShopPending), Account::of(K::ShopAvailable), 9);
        let unneeded = Posting { transfer: Some(TransferId(3)), ..posting(plain) };
        assert_eq!(refusal(&unneeded, SHOP), "ledger.transfer_mismatch");
    }

    proptest! {
        #[test]
        fn whatever_passes_sums_to_zero_and_names_each_account_once(
            legs in prop::collection::vec((0..3usize, 0i64..3, -500i64..500), 0..9),
        ) {
            let kinds = [K::ShopPending, K::ShopAvailable, K::FeeIncome];
            let mut legs: Vec<Leg> = legs
                .into_iter()
                .map(|(kind, owner, amount)| Leg { account: Account { kind: kinds[kind], owner }, amount })
                .collect();
            let rest: i64 = legs.iter().map(|l| l.amount).sum();
            legs.push(Account::of(K::WithdrawalClearing).debit(rest));
            if let Ok(written) = posting(legs).checked(SHOP) {
                prop_assert_eq!(written.iter().map(|l| l.amount).sum::<i64>(), 0);
                prop_assert!(written.windows(2).all(|w| w[0].account < w[1].account));
                prop_assert!(written.iter().all(|l| l.amount != 0));
            }
        }
    }
}
