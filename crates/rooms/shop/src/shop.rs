//! A shop: the tenant, and whether it may trade.

use kernel::{Bps, Currency, ShopId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Error as StoreError, FromCol, Row, Val};
use utoipa::ToSchema;

/// Where a shop's admission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = shop::AdmissionState)]
pub enum AdmissionState {
    /// It has applied; an operator looks at it.
    Applied,
    /// It may trade.
    Admitted,
    /// It may not trade any more, or was never let in.
    Closed,
}

/// What an operator does with a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Lets it in.
    Admit,
    /// Refuses the application, or ends the trade.
    Close,
    /// Lets a closed shop trade again.
    Reopen,
}

/// The moves of an admission; what is not here is refused.
pub const ADMISSION_MOVES: &[(AdmissionState, Step, AdmissionState)] = &[
    (AdmissionState::Applied, Step::Admit, AdmissionState::Admitted),
    (AdmissionState::Applied, Step::Close, AdmissionState::Closed),
    (AdmissionState::Admitted, Step::Close, AdmissionState::Closed),
    (AdmissionState::Closed, Step::Reopen, AdmissionState::Admitted),
];

impl AdmissionState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Applied, Self::Admitted, Self::Closed];

    /// The state after `step`, if the table has it.
    pub fn after(self, step: Step) -> Option<Self> {
        ADMISSION_MOVES.iter().find(|(from, by, _)| (*from, *by) == (self, step)).map(|(.., to)| *to)
    }

    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Admitted => "admitted",
            Self::Closed => "closed",
        }
    }
}

impl From<AdmissionState> for Val<'_> {
    fn from(state: AdmissionState) -> Self {
        state.as_str().into()
    }
}

impl FromCol for AdmissionState {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        let text: String = row.get(index)?;
        let known = Self::ALL.into_iter().find(|state| state.as_str() == text);
        known.ok_or_else(|| StoreError::internal("a stored admission state can't be read"))
    }
}

/// Who stands behind a shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = shop::SubjectType)]
pub enum SubjectType {
    /// A company.
    Company,
    /// A sole trader.
    SoleTrader,
}

impl SubjectType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::SoleTrader => "sole_trader",
        }
    }
}

impl From<SubjectType> for Val<'_> {
    fn from(subject: SubjectType) -> Self {
        subject.as_str().into()
    }
}

impl FromCol for SubjectType {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, StoreError> {
        let text: String = row.get(index)?;
        let known = [Self::Company, Self::SoleTrader].into_iter().find(|s| s.as_str() == text);
        known.ok_or_else(|| StoreError::internal("a stored subject type can't be read"))
    }
}

/// Days after signing when an order confirms itself, until the shop says otherwise.
pub const AUTO_CONFIRM_DAYS: i64 = 10;
/// Minutes after which an unpaid order closes, until the shop says otherwise.
pub const UNPAID_CLOSE_MINUTES: i64 = 30;

/// A shop, as its staff and the operators see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// The tenant.
    pub id: ShopId,
    /// Its name.
    pub name: String,
    /// Who stands behind it.
    pub subject_type: SubjectType,
    /// The one currency of its prices and orders.
    pub currency: Currency,
    /// Its admission.
    pub state: AdmissionState,
    /// The platform's fee on what is settled.
    pub fee_bps: Bps,
    /// Path of its head picture, `/media/{key}`; empty when it has none.
    pub headimg: String,
    /// What it says of itself; may be empty.
    pub intro: String,
    /// Days after signing when an order confirms itself.
    pub auto_confirm_days: i64,
    /// Minutes after which an unpaid order closes.
    pub unpaid_close_minutes: i64,
    /// Its products pass the audit by themselves.
    pub auto_audit: bool,
    /// When it applied.
    pub created_at: Timestamp,
    /// When it was last let in.
    pub admitted_at: Option<Timestamp>,
    /// When it was closed; `None` while it is not.
    pub closed_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
}

impl Shop {
    /// True while orders may be placed.
    pub fn is_open(&self) -> bool {
        self.state == AdmissionState::Admitted
    }

    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            subject_type: row.get(2)?,
            currency: row.get(3)?,
            state: row.get(4)?,
            fee_bps: bps(row, 5)?,
            headimg: row.get(6)?,
            intro: row.get(7)?,
            auto_confirm_days: row.get(8)?,
            unpaid_close_minutes: row.get(9)?,
            auto_audit: row.get::<Option<Timestamp>>(10)?.is_some(),
            created_at: row.get(11)?,
            admitted_at: row.get(12)?,
            closed_at: row.get(13)?,
            version: row.get(14)?,
        })
    }
}

/// What an order needs to know of its shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShopTerms {
    /// The currency of its prices.
    pub currency: Currency,
    /// Orders may be placed.
    pub open: bool,
    /// The platform's fee on what is settled.
    pub fee_bps: Bps,
    /// Days after signing when an order confirms itself.
    pub auto_confirm_days: i64,
    /// Minutes after which an unpaid order closes.
    pub unpaid_close_minutes: i64,
}

impl ShopTerms {
    pub(crate) fn from_row(row: &Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            currency: row.get(0)?,
            open: row.get::<AdmissionState>(1)? == AdmissionState::Admitted,
            fee_bps: bps(row, 2)?,
            auto_confirm_days: row.get(3)?,
            unpaid_close_minutes: row.get(4)?,
        })
    }
}

fn bps(row: &Row<'_>, index: usize) -> Result<Bps, StoreError> {
    u32::try_from(row.get::<i64>(index)?)
        .map(Bps)
        .map_err(|_| StoreError::internal("a stored fee can't be read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_state_is_a_dead_end_and_no_step_leaves_the_table() {
        for from in AdmissionState::ALL {
            let ways = [Step::Admit, Step::Close, Step::Reopen].map(|step| from.after(step));
            assert!(ways.iter().any(Option::is_some), "{from:?}");
        }
        assert_eq!(AdmissionState::Admitted.after(Step::Admit), None);
        assert_eq!(AdmissionState::Closed.after(Step::Close), None);
        assert_eq!(AdmissionState::Closed.after(Step::Admit), None);
    }
}
