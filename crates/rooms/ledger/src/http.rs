//! The native face: a shop's own accounts, and the operator's view of the book.

use axum::{Json, extract::State};
use face::{App, Paging, Params, Rest, Who};
use kernel::{Currency, Cursor, Page, PostingId, TransferId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Account, AccountBalance, AccountKind, Line, Sum, TrialBalance};

/// The routes of the room.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_ledger_accounts))
        .routes(routes!(get_ledger_statement))
        .routes(routes!(get_trial_balance))
        .routes(routes!(get_platform_statement))
}

/// An account of the shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ledger::Account)]
struct AccountView {
    /// What it is for.
    kind: AccountKind,
    /// Whose, where there are several of a kind.
    #[schema(value_type = String)]
    owner: String,
    /// ISO 4217 letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// The balance in minor units.
    balance: i64,
    /// The balance less what is held, in minor units.
    available: i64,
}

impl From<AccountBalance> for AccountView {
    fn from(a: AccountBalance) -> Self {
        Self {
            kind: a.account.kind,
            owner: a.account.owner.to_string(),
            currency: a.currency,
            balance: a.balance,
            available: a.available,
        }
    }
}

/// The accounts of the shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ledger::Accounts)]
struct AccountsView {
    /// By kind, owner and currency.
    items: Vec<AccountView>,
}

/// Which account, and which page of it.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct StatementQuery {
    /// What the account is for.
    kind: AccountKind,
    /// Whose, where there are several of a kind; 0 when left out.
    owner: Option<i64>,
    /// ISO 4217 letters; CNY when left out.
    #[param(value_type = Option<String>)]
    currency: Option<Currency>,
    /// Rows a page, 1 to 100; 20 when left out.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

impl StatementQuery {
    fn account(&self) -> Account {
        Account { kind: self.kind, owner: self.owner.unwrap_or(0) }
    }

    fn currency(&self) -> Currency {
        self.currency.unwrap_or(Currency::CNY)
    }

    fn paging(&self) -> Paging {
        Paging { size: self.size, after: self.after.clone() }
    }
}

/// A line of a statement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ledger::StatementLine)]
struct LineView {
    /// The posting.
    #[schema(value_type = String)]
    posting: PostingId,
    /// When, in business time, ms.
    at: i64,
    /// Minor units: above zero a credit, below a debit.
    amount: i64,
    /// The balance after it, in minor units.
    balance_after: i64,
    /// Why, `room.reason`.
    reason: String,
    /// The id of what it belongs to.
    subject: String,
    /// The transfer that it is one half of.
    #[schema(value_type = Option<String>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer: Option<TransferId>,
}

impl From<Line> for LineView {
    fn from(l: Line) -> Self {
        Self {
            posting: l.posting,
            at: l.at.ms(),
            amount: l.amount,
            balance_after: l.balance_after,
            reason: l.reason,
            subject: l.subject.to_string(),
            transfer: l.transfer,
        }
    }
}

/// A page of a statement, the newest line first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ledger::Statement)]
struct StatementView {
    /// The lines.
    items: Vec<LineView>,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl From<Page<Line>> for StatementView {
    fn from(page: Page<Line>) -> Self {
        let page = page.map(LineView::from);
        Self { items: page.items, next: page.next }
    }
}

/// What all accounts of a kind hold together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ledger::KindTotal)]
struct KindTotalView {
    /// The kind.
    kind: AccountKind,
    /// ISO 4217 letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// Minor units.
    balance: i64,
}

/// A scope whose entries do not sum to zero.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ledger::Sum)]
struct SumView {
    /// The shop or shopper; `0` is the platform.
    scope: String,
    /// ISO 4217 letters.
    #[schema(value_type = String)]
    currency: Currency,
    /// Minor units.
    sum: i64,
}

impl From<Sum> for SumView {
    fn from(s: Sum) -> Self {
        Self { scope: s.scope.to_string(), currency: s.currency, sum: s.sum }
    }
}

/// The trial balance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ledger::TrialBalance)]
struct TrialBalanceView {
    /// True if every scope sums to zero.
    balanced: bool,
    /// The balances by kind of account; those of one currency sum to zero.
    totals: Vec<KindTotalView>,
    /// The scopes that do not balance.
    unbalanced: Vec<SumView>,
    /// How many transfers between scopes have one half only.
    in_flight: i64,
}

impl From<TrialBalance> for TrialBalanceView {
    fn from(t: TrialBalance) -> Self {
        let total =
            |t: crate::KindTotal| KindTotalView { kind: t.kind, currency: t.currency, balance: t.balance };
        Self {
            balanced: t.unbalanced.is_empty(),
            totals: t.totals.into_iter().map(total).collect(),
            unbalanced: t.unbalanced.into_iter().map(SumView::from).collect(),
            in_flight: t.in_flight,
        }
    }
}

/// The shop's accounts with their balances.
#[utoipa::path(get, path = "/api/v1/ledger/accounts", tag = "ledger",
    responses((status = 200, body = AccountsView)))]
async fn list_ledger_accounts(State(app): State<App>, Who(caller): Who) -> Rest<AccountsView> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let accounts = crate::own_accounts(&mut tx, &ctx).await?;
    Ok(Json(AccountsView { items: accounts.into_iter().map(AccountView::from).collect() }))
}

/// A statement of one of the shop's accounts, the newest line first.
#[utoipa::path(get, path = "/api/v1/ledger/statement", tag = "ledger", params(StatementQuery),
    responses((status = 200, body = StatementView)))]
async fn get_ledger_statement(
    State(app): State<App>,
    Who(caller): Who,
    Params(query): Params<StatementQuery>,
) -> Rest<StatementView> {
    let (cursor, size) = (query.paging().cursor(Cursor::NEWEST)?, query.paging().size()?);
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = crate::own_statement(&mut tx, &ctx, query.account(), query.currency(), cursor, size).await?;
    Ok(Json(page.into()))
}

/// The platform's trial balance. It adds up every entry: not a route to poll.
#[utoipa::path(get, path = "/api/v1/platform/ledger/trial-balance", tag = "platform",
    responses((status = 200, body = TrialBalanceView)))]
async fn get_trial_balance(State(app): State<App>, Who(caller): Who) -> Rest<TrialBalanceView> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    Ok(Json(crate::platform_trial_balance(&mut tx, &ctx).await?.into()))
}

/// A statement of one of the platform's own accounts, the newest line first.
#[utoipa::path(get, path = "/api/v1/platform/ledger/statement", tag = "platform", params(StatementQuery),
    responses((status = 200, body = StatementView)))]
async fn get_platform_statement(
    State(app): State<App>,
    Who(caller): Who,
    Params(query): Params<StatementQuery>,
) -> Rest<StatementView> {
    let (cursor, size) = (query.paging().cursor(Cursor::NEWEST)?, query.paging().size()?);
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page =
        crate::platform_statement(&mut tx, &ctx, query.account(), query.currency(), cursor, size).await?;
    Ok(Json(page.into()))
}
