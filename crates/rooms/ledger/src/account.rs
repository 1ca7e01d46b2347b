//! Accounts and legs: the words of a posting.

use kernel::Scope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account is for. Stored as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ledger::AccountKind)]
pub enum AccountKind {
    /// Money that a payment channel holds for the scope. An asset: what came in stands here as a debit.
    ChannelClearing,
    /// A shop's money from orders that are not settled yet.
    ShopPending,
    /// A shop's money that it may withdraw.
    ShopAvailable,
    /// In a shop's or shopper's scope: its half of what goes to or comes from the platform.
    PlatformClearing,
    /// In the platform's scope: its half of what goes to or comes from the scope that is the account's owner.
    ShopClearing,
    /// In a shop's or shopper's scope: its half of what goes to or comes from the shop or shopper that is the account's
    /// owner.
    PeerClearing,
    /// The platform's income from fees.
    FeeIncome,
    /// A shop's money on its way to its bank.
    WithdrawalClearing,
}

impl AccountKind {
    /// All kinds.
    pub const ALL: &[Self] = &[
        Self::ChannelClearing,
        Self::ShopPending,
        Self::ShopAvailable,
        Self::PlatformClearing,
        Self::ShopClearing,
        Self::PeerClearing,
        Self::FeeIncome,
        Self::WithdrawalClearing,
    ];

    /// The stored and shown name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ChannelClearing => "channel_clearing",
            Self::ShopPending => "shop_pending",
            Self::ShopAvailable => "shop_available",
            Self::PlatformClearing => "platform_clearing",
            Self::ShopClearing => "shop_clearing",
            Self::PeerClearing => "peer_clearing",
            Self::FeeIncome => "fee_income",
            Self::WithdrawalClearing => "withdrawal_clearing",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }

    /// True if the account may not fall below what is held on it. A debit of such an account waits for the others;
    /// credits never do.
    pub const fn forbids_overdraft(self) -> bool {
        matches!(self, Self::ShopAvailable)
    }

    /// True for the halves of a transfer between scopes.
    pub const fn crosses_scopes(self) -> bool {
        matches!(self, Self::PlatformClearing | Self::ShopClearing | Self::PeerClearing)
    }
}

impl store::FromCol for AccountKind {
    fn from_col(row: &store::Row<'_>, index: usize) -> Result<Self, store::Error> {
        let name = String::from_col(row, index)?;
        Self::parse(&name).ok_or_else(|| store::Error::internal(format!("an account kind {name} is unknown")))
    }
}

/// An account of the scope in which it is used. It needs no opening: it is there with its first entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Account {
    /// What it is for.
    pub kind: AccountKind,
    /// Whose, where a scope has several of a kind: for [`AccountKind::ShopClearing`] and [`AccountKind::PeerClearing`]
    /// the key of the other scope; else usually 0.
    pub owner: i64,
}

impl Account {
    /// The scope's only account of this kind.
    pub const fn of(kind: AccountKind) -> Self {
        Self { kind, owner: 0 }
    }

    /// The platform's clearing account with `other`.
    pub const fn clearing_with(other: Scope) -> Self {
        Self { kind: AccountKind::ShopClearing, owner: other.key() }
    }

    /// A shop's or shopper's clearing account with `other`, which is one of them too.
    pub const fn peer(other: Scope) -> Self {
        Self { kind: AccountKind::PeerClearing, owner: other.key() }
    }

    /// A leg that lets the balance grow by `amount` minor units.
    pub const fn credit(self, amount: i64) -> Leg {
        Leg { account: self, amount }
    }

    /// A leg that lets the balance shrink by `amount` minor units.
    pub const fn debit(self, amount: i64) -> Leg {
        Leg { account: self, amount: amount.saturating_neg() }
    }

    /// Whether the account may be used in `scope`: clearing accounts have their side.
    pub(crate) const fn fits(self, scope: Scope) -> bool {
        let on_platform = matches!(scope, Scope::Platform);
        match self.kind {
            AccountKind::PlatformClearing => !on_platform && self.owner == 0,
            AccountKind::ShopClearing => on_platform && self.owner != 0,
            AccountKind::PeerClearing => !on_platform && self.owner != 0 && self.owner != scope.key(),
            _ => true,
        }
    }
}

/// One account's part of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leg {
    /// The account.
    pub account: Account,
    /// Minor units: above zero a credit (the balance grows), below zero a debit.
    pub amount: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::ShopId;

    #[test]
    fn a_kind_is_read_by_the_name_it_is_written_with() {
        for kind in AccountKind::ALL {
            assert_eq!(AccountKind::parse(kind.as_str()), Some(*kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
        assert_eq!(AccountKind::parse("purse"), None);
    }

    #[test]
    fn a_clearing_account_has_its_side() {
        let shop = Scope::Shop(ShopId(7));
        assert!(Account::of(AccountKind::PlatformClearing).fits(shop));
        assert!(!Account::of(AccountKind::PlatformClearing).fits(Scope::Platform));
        assert!(Account::clearing_with(shop).fits(Scope::Platform));
        assert!(!Account::clearing_with(shop).fits(shop));
        assert!(!Account::clearing_with(Scope::Platform).fits(Scope::Platform));
        assert!(Account::of(AccountKind::ShopPending).fits(shop));
        let payer = Account::peer(Scope::Shopper(kernel::ShopperId(9)));
        assert!(payer.fits(shop) && !payer.fits(Scope::Platform));
        assert!(!Account::peer(shop).fits(shop) && !Account::peer(Scope::Platform).fits(shop));
    }
}
