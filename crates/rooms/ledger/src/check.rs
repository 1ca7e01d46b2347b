//! What an auditor asks: does everything sum to zero, do the halves of transfers match, do the snapshots hold?

use kernel::{Ctx, Currency, Permission, Timestamp, TransferId};
use serde::Serialize;
use store::{Finding, Tx, p};

use crate::{AccountKind, Error, sql};

/// A sum of entries; zero unless something is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sum {
    /// The key of the scope; 0 is the platform.
    pub scope: i64,
    /// The currency.
    pub currency: Currency,
    /// Minor units.
    pub sum: i64,
}

/// What all accounts of a kind hold together, over all scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindTotal {
    /// The kind.
    pub kind: AccountKind,
    /// The currency.
    pub currency: Currency,
    /// Minor units.
    pub balance: i64,
}

/// A half of a transfer whose other half is not posted yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct InFlight {
    /// The transfer.
    pub transfer: TransferId,
    /// The key of the scope that has posted its half.
    pub scope: i64,
    /// The currency.
    pub currency: Currency,
    /// The posted half, in minor units.
    pub amount: i64,
    /// Since when, on the wall clock.
    pub posted: Timestamp,
}

/// The book at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrialBalance {
    /// The balances by kind of account. Those of one currency sum to zero.
    pub totals: Vec<KindTotal>,
    /// The scopes whose entries do not sum to zero. Empty unless something is wrong.
    pub unbalanced: Vec<Sum>,
    /// How many transfers have one half only.
    pub in_flight: i64,
}

/// The sum of each scope's entries in each currency. It reads every entry.
pub async fn trial_balance(tx: &mut Tx) -> Result<Vec<Sum>, Error> {
    let sums = tx
        .all(sql::TRIAL_BALANCE, p![], |r| Ok(Sum { scope: r.get(0)?, currency: r.get(1)?, sum: r.get(2)? }));
    Ok(sums.await?)
}

/// The trial balance for the operator. Needs [`Permission::PlatformMoney`]. It reads every entry.
pub async fn platform_trial_balance(tx: &mut Tx, ctx: &Ctx) -> Result<TrialBalance, Error> {
    ctx.operator(Permission::PlatformMoney)?;
    let totals = tx
        .all(sql::KIND_TOTALS, p![], |r| {
            Ok(KindTotal { kind: r.get(0)?, currency: r.get(1)?, balance: r.get(2)? })
        })
        .await?;
    let mut unbalanced = trial_balance(tx).await?;
    unbalanced.retain(|sum| sum.sum != 0);
    Ok(TrialBalance { totals, unbalanced, in_flight: in_flight(tx).await? })
}

/// How many transfers have one half only: money between two scopes.
pub async fn in_flight(tx: &mut Tx) -> Result<i64, Error> {
    Ok(tx.one(sql::COUNT_IN_FLIGHT, p![], |r| r.get(0)).await?)
}

/// The transfers with one half only, the oldest first, at most `most`.
pub async fn in_flight_list(tx: &mut Tx, most: i64) -> Result<Vec<InFlight>, Error> {
    let halves = tx.all(sql::LIST_IN_FLIGHT, p![most], |r| {
        Ok(InFlight {
            transfer: r.get(0)?,
            scope: r.get(1)?,
            currency: r.get(2)?,
            amount: r.get(3)?,
            posted: r.get(4)?,
        })
    });
    Ok(halves.await?)
}

/// The most findings of a kind: beyond that they say nothing new.
const MOST_FINDINGS: i64 = 100;

/// Whatever contradicts the ledger's guarantees, for `doctor`. It reads every entry.
pub async fn check(tx: &mut Tx) -> Result<Vec<Finding>, Error> {
    let mut found = tx
        .all(sql::UNBALANCED_POSTINGS, p![MOST_FINDINGS], |r| {
            let (scope, posting, sum): (i64, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
            let what = format!("posting {posting} of scope {scope} sums to {sum}");
            Ok(Finding::new("ledger.balanced", what))
        })
        .await?;
    found.extend(
        tx.all(sql::BAD_TRANSFERS, p![MOST_FINDINGS], |r| {
            let (transfer, halves, sum): (i64, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
            let what = format!("transfer {transfer} has {halves} entries that do not match and sum to {sum}");
            Ok(Finding::new("ledger.transfers", what))
        })
        .await?,
    );
    found.extend(
        tx.all(sql::WRONG_SNAPSHOTS, p![MOST_FINDINGS], |r| {
            let (scope, kind, owner): (i64, String, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
            let until: i64 = r.get(3)?;
            let what =
                format!("snapshot {until} of {kind} {owner} in scope {scope} differs from its entries");
            Ok(Finding::new("ledger.snapshots", what))
        })
        .await?,
    );
    for kind in AccountKind::ALL.iter().filter(|kind| kind.forbids_overdraft()) {
        found.extend(overdrawn(tx, *kind).await?);
    }
    Ok(found)
}

async fn overdrawn(tx: &mut Tx, kind: AccountKind) -> Result<Vec<Finding>, Error> {
    let rows = tx.all(sql::OVERDRAWN, p![kind.as_str(), MOST_FINDINGS], |r| {
        let (scope, owner, sum): (i64, i64, i64) = (r.get(0)?, r.get(1)?, r.get(2)?);
        let what = format!("{} {owner} of scope {scope} has {sum}, less than is held on it", kind.as_str());
        Ok(Finding::new("ledger.overdraft", what))
    });
    Ok(rows.await?)
}
