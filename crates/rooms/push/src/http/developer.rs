//! `/api/v1/developer`: a merchant's push URLs and their delivery log.

use axum::{Json, extract::State, http::StatusCode};
use face::{App, Body, IdPath, Keyed, Paging, Params, Problem, ProblemBody, Rest, Who};
use kernel::{AppId, Cursor, PushId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{
    Attempt, Endpoint, EndpointState, Error, Failure, Filter, Format, Logged, Mode, Push, PushState,
    RemoveEndpoint, Replay, SetEndpoint, VerifyEndpoint,
};

/// A push URL to be set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = push::EndpointInput)]
pub(super) struct EndpointInput {
    /// The application's appid.
    appid: String,
    /// The application's original id, `gh_…`.
    original_id: String,
    /// Where events go: an absolute http or https URL.
    url: String,
    /// The secret behind the signatures: 3 to 32 letters and digits. Never shown again.
    token: String,
    /// EncodingAESKey, 43 characters. Never shown again.
    aes_key: Option<String>,
    /// How much is encrypted.
    mode: Mode,
    /// How it is written.
    format: Format,
}

impl EndpointInput {
    fn of(self, app: AppId) -> SetEndpoint {
        SetEndpoint {
            app,
            appid: self.appid,
            original_id: self.original_id,
            url: self.url,
            token: self.token,
            aes_key: self.aes_key,
            mode: self.mode,
            format: self.format,
        }
    }
}

/// A push URL, without its secrets.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::EndpointBody)]
pub(super) struct EndpointBody {
    /// The application.
    #[schema(value_type = String)]
    app: AppId,
    /// Its appid.
    appid: String,
    /// Its original id.
    original_id: String,
    /// Where events go.
    url: String,
    /// How much is encrypted.
    mode: Mode,
    /// How it is written.
    format: Format,
    /// True if an EncodingAESKey is kept.
    has_aes_key: bool,
    /// Whether the URL has echoed the check.
    state: EndpointState,
    /// Why the last check failed.
    failure: Option<Failure>,
    /// When it was last checked, ms.
    checked_at: Option<i64>,
}

impl From<Endpoint> for EndpointBody {
    fn from(e: Endpoint) -> Self {
        Self {
            app: e.app,
            appid: e.appid,
            original_id: e.original_id,
            url: e.url,
            mode: e.mode,
            format: e.format,
            has_aes_key: e.has_aes_key,
            state: e.state,
            failure: e.failure,
            checked_at: e.checked_wall.map(Timestamp::ms),
        }
    }
}

/// The push URLs of a shop.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::EndpointList)]
pub(super) struct EndpointList {
    /// One for each application that has one.
    items: Vec<EndpointBody>,
}

/// A push in the delivery log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::PushBody)]
pub(super) struct PushBody {
    /// Its id.
    #[schema(value_type = String)]
    id: PushId,
    /// The application.
    #[schema(value_type = String)]
    app: AppId,
    /// The event's name.
    event: String,
    /// Where it stands.
    state: PushState,
    /// The series of deliveries: 1, and one more each time it was sent again by hand.
    series: i64,
    /// Deliveries begun in this series.
    attempts: i64,
    /// CreateTime, ms of business time.
    at: i64,
    /// When the next delivery is due, ms; null when none is planned.
    next_at: Option<i64>,
}

impl From<Push> for PushBody {
    fn from(p: Push) -> Self {
        Self {
            id: p.id,
            app: p.app,
            event: p.event,
            state: p.state,
            series: p.series,
            attempts: p.attempts,
            at: p.at.ms(),
            next_at: p.next_wall.map(Timestamp::ms),
        }
    }
}

/// A page of the delivery log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::PushPage)]
pub(super) struct PushPage {
    /// The pushes, the newest first.
    items: Vec<PushBody>,
    /// Give it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// One delivery.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::AttemptBody)]
pub(super) struct AttemptBody {
    /// Of which series.
    series: i64,
    /// Its number in the series.
    attempt: i64,
    /// When it began, ms.
    at: i64,
    /// How long it took, ms.
    latency_ms: i64,
    /// The HTTP status, if there was an answer.
    status: Option<i64>,
    /// Why it failed; null when it was acknowledged.
    failure: Option<Failure>,
    /// The beginning of the answer.
    answer: String,
}

impl From<Attempt> for AttemptBody {
    fn from(a: Attempt) -> Self {
        Self {
            series: a.series,
            attempt: a.attempt,
            at: a.wall.ms(),
            latency_ms: a.latency_ms,
            status: a.status,
            failure: a.failure,
            answer: a.answer,
        }
    }
}

/// A push with its deliveries.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::LoggedBody)]
pub(super) struct LoggedBody {
    /// The push.
    push: PushBody,
    /// ToUserName.
    to_user: String,
    /// FromUserName.
    from_user: String,
    /// The event's own fields as JSON; the beginning of them, when there are many.
    body: String,
    /// The deliveries of all series, the oldest first.
    attempts: Vec<AttemptBody>,
}

impl From<Logged> for LoggedBody {
    fn from(l: Logged) -> Self {
        Self {
            push: l.push.into(),
            to_user: l.to_user,
            from_user: l.from_user,
            body: l.body,
            attempts: l.attempts.into_iter().map(AttemptBody::from).collect(),
        }
    }
}

/// `?state=failed&event=…&size=20&after=…`
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct PushQuery {
    /// Only pushes that stand so.
    #[param(inline)]
    state: Option<PushState>,
    /// Only pushes of this event.
    event: Option<String>,
    /// Rows a page, 1 to 100; 20 when left out.
    size: Option<i64>,
    /// The `next` of the page before.
    after: Option<String>,
}

/// Nothing: the body of a request that needs none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = push::Nothing)]
pub(super) struct Nothing {}

/// Lists the shop's push URLs.
#[utoipa::path(get, path = "/api/v1/developer/endpoints", tag = "developer",
    responses((status = 200, body = EndpointList), (status = "default", body = ProblemBody)))]
pub(super) async fn list_endpoints(State(app): State<App>, Who(caller): Who) -> Rest<EndpointList> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let items = crate::endpoints(&mut tx, &ctx).await?.into_iter().map(EndpointBody::from).collect();
    Ok(Json(EndpointList { items }))
}

/// Shows the push URL of an application.
#[utoipa::path(get, path = "/api/v1/developer/endpoints/{app}", tag = "developer", params(("app" = String, Path)),
    responses((status = 200, body = EndpointBody), (status = "default", body = ProblemBody)))]
pub(super) async fn get_endpoint(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AppId>,
) -> Rest<EndpointBody> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let endpoint = crate::endpoint(&mut tx, &ctx, id).await?.ok_or(Error::NoSuchEndpoint)?;
    Ok(Json(endpoint.into()))
}

/// Sets the push URL of an application, and puts its check on the way.
#[utoipa::path(put, path = "/api/v1/developer/endpoints/{app}", tag = "developer", params(("app" = String, Path)),
    request_body = EndpointInput,
    responses((status = 200, body = EndpointBody), (status = "default", body = ProblemBody)))]
pub(super) async fn put_endpoint(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AppId>,
    Body(input): Body<EndpointInput>,
) -> Rest<EndpointBody> {
    Ok(Json(app.store.write(&caller, input.of(id)).await?.into()))
}

/// Takes the push URL of an application away.
#[utoipa::path(delete, path = "/api/v1/developer/endpoints/{app}", tag = "developer",
    params(("app" = String, Path)),
    responses((status = 204), (status = "default", body = ProblemBody)))]
pub(super) async fn delete_endpoint(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(id): IdPath<AppId>,
) -> Result<StatusCode, Problem> {
    app.store.write(&caller, RemoveEndpoint { app: id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Checks the push URL of an application again.
#[utoipa::path(post, path = "/api/v1/developer/endpoints/{app}/verify", tag = "developer",
    params(("app" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = EndpointBody), (status = "default", body = ProblemBody)))]
pub(super) async fn verify_endpoint(
    State(app): State<App>,
    IdPath(id): IdPath<AppId>,
    Keyed { caller, key, body: Nothing {} }: Keyed<Nothing>,
) -> Rest<EndpointBody> {
    Ok(Json(app.store.once(&caller, key, VerifyEndpoint { app: id }).await?.into()))
}

/// Lists the pushes of the shop's applications, the newest first.
#[utoipa::path(get, path = "/api/v1/developer/pushes", tag = "developer", params(PushQuery),
    responses((status = 200, body = PushPage), (status = "default", body = ProblemBody)))]
pub(super) async fn list_pushes(
    State(app): State<App>,
    Who(caller): Who,
    Params(query): Params<PushQuery>,
) -> Rest<PushPage> {
    let paging = Paging { size: query.size, after: query.after };
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let filter = Filter { state: query.state, event: query.event };
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = crate::pushes(&mut tx, &ctx, &filter, after, size).await?.map(PushBody::from);
    Ok(Json(PushPage { items: page.items, next: page.next }))
}

/// Shows a push with its deliveries.
#[utoipa::path(get, path = "/api/v1/developer/pushes/{push}", tag = "developer", params(("push" = String, Path)),
    responses((status = 200, body = LoggedBody), (status = "default", body = ProblemBody)))]
pub(super) async fn get_push(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(push): IdPath<PushId>,
) -> Rest<LoggedBody> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    Ok(Json(crate::push(&mut tx, &ctx, push).await?.into()))
}

/// Sends a push that has ended again, with the same content.
#[utoipa::path(post, path = "/api/v1/developer/pushes/{push}/replay", tag = "developer",
    params(("push" = String, Path), ("Idempotency-Key" = String, Header)), request_body = Nothing,
    responses((status = 200, body = PushBody), (status = "default", body = ProblemBody)))]
pub(super) async fn replay_push(
    State(app): State<App>,
    IdPath(push): IdPath<PushId>,
    Keyed { caller, key, body: Nothing {} }: Keyed<Nothing>,
) -> Rest<PushBody> {
    Ok(Json(app.store.once(&caller, key, Replay { push }).await?.into()))
}
