//! Paths, queries and pages of the native face.

use axum::{
    extract::{FromRequestParts, Path, Query},
    http::request::Parts,
};
use kernel::{Cursor, Kind, PageSize};
use serde::{Deserialize, de::DeserializeOwned};
use std::str::FromStr;
use utoipa::IntoParams;

use crate::Problem;

/// A query string, strictly read: declare it with `deny_unknown_fields`.
#[derive(Debug, Clone)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(value) = Query::<T>::from_request_parts(parts, state).await.map_err(|e| {
            Problem::new(Kind::Invalid, "request.invalid_query", format!("the query is not as expected: {e}"))
        })?;
        Ok(Self(value))
    }
}

/// Ids (or other plain values) from the path: `IdPath((shop, order))`, `IdPath(order)`. What can't be an id
/// answers as an unknown id does.
#[derive(Debug, Clone)]
pub struct IdPath<T>(pub T);

impl<T, S> FromRequestParts<S> for IdPath<T>
where
    T: PathIds + Send,
    S: Send + Sync,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(values) =
            Path::<Vec<(String, String)>>::from_request_parts(parts, state).await.map_err(|_| not_found())?;
        let values: Vec<&str> = values.iter().map(|(_, v)| v.as_str()).collect();
        T::parse(&values).map(Self).ok_or_else(not_found)
    }
}

fn not_found() -> Problem {
    Problem::new(Kind::NotFound, "request.not_found", "there is no such thing")
}

/// What [`IdPath`] can read: one to three values.
pub trait PathIds: Sized {
    /// The values, in the order of the path.
    fn parse(values: &[&str]) -> Option<Self>;
}

macro_rules! one_id {
    ($($ty:ident),+ $(,)?) => {$(
        impl PathIds for kernel::$ty {
            fn parse(values: &[&str]) -> Option<Self> {
                match values { [one] => one.parse().ok(), _ => None }
            }
        }
    )+};
}

one_id!(
    AccountId,
    AddressId,
    AppId,
    BrandId,
    CategoryId,
    MediaId,
    NoticeId,
    OperatorId,
    OrderId,
    ParcelId,
    PaymentId,
    ProductId,
    PushId,
    RefundId,
    ShopId,
    ShopperId,
    SkuId,
    StaffId,
    WarehouseId,
    WaybillId,
);

impl PathIds for String {
    fn parse(values: &[&str]) -> Option<Self> {
        match values {
            [one] => Some((*one).to_owned()),
            _ => None,
        }
    }
}

impl<A: FromStr, B: FromStr> PathIds for (A, B) {
    fn parse(values: &[&str]) -> Option<Self> {
        match values {
            [a, b] => Some((a.parse().ok()?, b.parse().ok()?)),
            _ => None,
        }
    }
}

impl<A: FromStr, B: FromStr, C: FromStr> PathIds for (A, B, C) {
    fn parse(values: &[&str]) -> Option<Self> {
        match values {
            [a, b, c] => Some((a.parse().ok()?, b.parse().ok()?, c.parse().ok()?)),
            _ => None,
        }
    }
}

/// `?size=20&after=…` of a list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Paging {
    /// Rows a page, 1 to 100; 20 when left out.
    pub size: Option<i64>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

impl Paging {
    /// The size, or a problem when it is out of range.
    pub fn size(&self) -> Result<PageSize, Problem> {
        match self.size {
            None => Ok(PageSize::default()),
            Some(n) => PageSize::new(n)
                .ok_or_else(|| Problem::new(Kind::Invalid, "request.invalid_size", "size is 1 to 100")),
        }
    }

    /// The cursor, or `first` on the first page.
    pub fn cursor(&self, first: Cursor) -> Result<Cursor, Problem> {
        match &self.after {
            None => Ok(first),
            Some(text) => Cursor::parse(text).ok_or_else(|| {
                Problem::new(Kind::Invalid, "request.invalid_cursor", "after is the next of an earlier page")
            }),
        }
    }
}
