//! `/api/v1/me/notices`: a shopper's inbox.

use axum::{
    Json,
    extract::State,
    response::sse::{KeepAlive, Sse},
};
use face::{App, IdPath, Paging, Params, Problem, ProblemBody, Rest, Who};
use futures::Stream;
use kernel::{Cursor, NoticeId};
use serde::Serialize;
use std::convert::Infallible;
use utoipa::ToSchema;

use crate::{Glance, MarkRead, Notice, Streams};

/// A notice in the inbox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::NoticeBody)]
pub(super) struct NoticeBody {
    /// Its id.
    #[schema(value_type = String)]
    id: NoticeId,
    /// What it is about, `room.happened`.
    kind: String,
    /// The id of the thing it is about.
    subject: String,
    /// The title.
    title: String,
    /// The text.
    body: String,
    /// The page that it leads to, within the storefront.
    link: Option<String>,
    /// When it was told, ms of business time.
    at: i64,
    /// When it was read, ms of business time; null if it was not.
    read_at: Option<i64>,
}

impl From<Notice> for NoticeBody {
    fn from(n: Notice) -> Self {
        Self {
            id: n.id,
            kind: n.kind,
            subject: n.subject.to_string(),
            title: n.title,
            body: n.body,
            link: n.link,
            at: n.at.ms(),
            read_at: n.read_at.map(kernel::Timestamp::ms),
        }
    }
}

/// A page of the inbox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::NoticePage)]
pub(super) struct NoticePage {
    /// The notices, the newest first.
    items: Vec<NoticeBody>,
    /// Give it as `after` for the next page; null on the last.
    next: Option<String>,
}

/// The inbox at a glance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = push::GlanceBody)]
pub(super) struct GlanceBody {
    /// Notices not read yet.
    unread: i64,
    /// The newest notice; null in an empty inbox.
    #[schema(value_type = Option<String>)]
    newest: Option<NoticeId>,
}

impl From<Glance> for GlanceBody {
    fn from(g: Glance) -> Self {
        Self { unread: g.unread, newest: g.newest }
    }
}

/// Lists the notices of the shopper's inbox, the newest first.
#[utoipa::path(get, path = "/api/v1/me/notices", tag = "inbox", params(Paging),
    responses((status = 200, body = NoticePage), (status = "default", body = ProblemBody)))]
pub(super) async fn list_notices(
    State(app): State<App>,
    Who(caller): Who,
    Params(paging): Params<Paging>,
) -> Rest<NoticePage> {
    let (after, size) = (paging.cursor(Cursor::NEWEST)?, paging.size()?);
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    let page = crate::notices(&mut tx, &ctx, after, size).await?.map(NoticeBody::from);
    Ok(Json(NoticePage { items: page.items, next: page.next }))
}

/// Counts the notices that wait to be read.
#[utoipa::path(get, path = "/api/v1/me/notices/unread", tag = "inbox",
    responses((status = 200, body = GlanceBody), (status = "default", body = ProblemBody)))]
pub(super) async fn count_unread(State(app): State<App>, Who(caller): Who) -> Rest<GlanceBody> {
    let ctx = app.store.ctx(&caller).await?;
    let mut tx = app.store.read().await?;
    Ok(Json(crate::glance(&mut tx, &ctx).await?.into()))
}

/// Marks a notice as read.
#[utoipa::path(put, path = "/api/v1/me/notices/{notice}/read", tag = "inbox", params(("notice" = String, Path)),
    responses((status = 200, body = GlanceBody), (status = "default", body = ProblemBody)))]
pub(super) async fn read_notice(
    State(app): State<App>,
    Who(caller): Who,
    IdPath(notice): IdPath<NoticeId>,
) -> Rest<GlanceBody> {
    Ok(Json(app.store.write(&caller, MarkRead::One(notice)).await?.into()))
}

/// Marks everything in the inbox as read.
#[utoipa::path(put, path = "/api/v1/me/notices/read", tag = "inbox",
    responses((status = 200, body = GlanceBody), (status = "default", body = ProblemBody)))]
pub(super) async fn read_all_notices(State(app): State<App>, Who(caller): Who) -> Rest<GlanceBody> {
    Ok(Json(app.store.write(&caller, MarkRead::All).await?.into()))
}

/// Follows the inbox: an event `inbox` with the unread count and the newest id, now and with every change.
#[utoipa::path(get, path = "/api/v1/me/notices/stream", tag = "inbox",
    responses((status = 200, content_type = "text/event-stream", body = GlanceBody),
        (status = "default", body = ProblemBody)))]
pub(super) async fn stream_notices(
    State(app): State<App>,
    Who(caller): Who,
) -> Result<Sse<impl Stream<Item = Result<axum::response::sse::Event, Infallible>> + use<>>, Problem> {
    let shopper = app.store.ctx(&caller).await?.shopper()?;
    let changes = app.service::<Streams>()?.of(app.store.clone(), shopper);
    Ok(Sse::new(changes).keep_alive(KeepAlive::default()))
}
