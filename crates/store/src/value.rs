//! Values on their way into and out of the database: `BIGINT`, `TEXT`, `BYTEA`, `DOUBLE PRECISION`, `NULL`.

use bytes::BytesMut;
use kernel::{
    AccountId, AddressId, AppId, BrandId, CategoryId, Currency, EventId, HoldId, JobId, MediaId, NoticeId,
    OperatorId, OrderId, ParcelId, PaymentId, PostingId, ProductId, PushId, RefundId, ShopId, ShopperId,
    SkuId, StaffId, Timestamp, TransferId, WarehouseId, WaybillId,
};
use postgres_types::{IsNull, ToSql, Type, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};
use std::borrow::Cow;

use crate::{Error, Row};

/// A parameter of a statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Val<'a> {
    /// No value; fits a column of any type.
    Null,
    /// `BIGINT`.
    Int(i64),
    /// `DOUBLE PRECISION`.
    Real(f64),
    /// `TEXT`.
    Text(Cow<'a, str>),
    /// `BYTEA`.
    Bytes(Cow<'a, [u8]>),
}

impl Val<'_> {
    /// The column type that it is meant for.
    const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Int(_) => "BIGINT",
            Self::Real(_) => "DOUBLE PRECISION",
            Self::Text(_) => "TEXT",
            Self::Bytes(_) => "BYTEA",
        }
    }
}

/// The parameters of a statement, as [`p!`](crate::p) makes them.
pub type Params<'a> = Vec<Val<'a>>;

/// Lists the parameters of a statement: `p![order.id, &order.remark, order.paid_at]`.
#[macro_export]
macro_rules! p {
    ($($value:expr),* $(,)?) => { vec![$($crate::Val::from($value)),*] };
}

impl rusqlite::ToSql for Val<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(n) => ValueRef::Integer(*n),
            Self::Real(x) => ValueRef::Real(*x),
            Self::Text(s) => ValueRef::Text(s.as_bytes()),
            Self::Bytes(b) => ValueRef::Blob(b),
        }))
    }
}

impl ToSql for Val<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match (self, ty) {
            (Self::Null, _) => Ok(IsNull::Yes),
            (Self::Int(n), &Type::INT8) => n.to_sql(ty, out),
            (Self::Int(n), &Type::INT4) => i32::try_from(*n)?.to_sql(ty, out),
            (Self::Int(n), &Type::INT2) => i16::try_from(*n)?.to_sql(ty, out),
            (Self::Real(x), &Type::FLOAT8) => x.to_sql(ty, out),
            (Self::Text(s), &Type::TEXT | &Type::VARCHAR | &Type::NAME) => s.as_ref().to_sql(ty, out),
            (Self::Bytes(b), &Type::BYTEA) => b.as_ref().to_sql(ty, out),
            // Whatever else the server inferred: bytes of one type read as another would be another value.
            _ => Err(format!("cannot convert {} to {ty}: cast the parameter", self.kind()).into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl From<i64> for Val<'_> {
    fn from(n: i64) -> Self {
        Self::Int(n)
    }
}

impl From<i32> for Val<'_> {
    fn from(n: i32) -> Self {
        Self::Int(n.into())
    }
}

impl From<u32> for Val<'_> {
    fn from(n: u32) -> Self {
        Self::Int(n.into())
    }
}

impl From<f64> for Val<'_> {
    fn from(x: f64) -> Self {
        Self::Real(x)
    }
}

impl<'a> From<&'a str> for Val<'a> {
    fn from(s: &'a str) -> Self {
        Self::Text(Cow::Borrowed(s))
    }
}

impl<'a> From<&'a String> for Val<'a> {
    fn from(s: &'a String) -> Self {
        Self::Text(Cow::Borrowed(s))
    }
}

impl From<String> for Val<'_> {
    fn from(s: String) -> Self {
        Self::Text(Cow::Owned(s))
    }
}

impl<'a> From<&'a [u8]> for Val<'a> {
    fn from(b: &'a [u8]) -> Self {
        Self::Bytes(Cow::Borrowed(b))
    }
}

impl<'a> From<&'a Vec<u8>> for Val<'a> {
    fn from(b: &'a Vec<u8>) -> Self {
        Self::Bytes(Cow::Borrowed(b))
    }
}

impl From<Vec<u8>> for Val<'_> {
    fn from(b: Vec<u8>) -> Self {
        Self::Bytes(Cow::Owned(b))
    }
}

impl From<Timestamp> for Val<'_> {
    fn from(t: Timestamp) -> Self {
        Self::Int(t.ms())
    }
}

impl From<Currency> for Val<'_> {
    fn from(c: Currency) -> Self {
        Self::Text(Cow::Owned(c.as_str().to_owned()))
    }
}

impl<'a, T> From<Option<T>> for Val<'a>
where
    Val<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Val::from)
    }
}

/// A type that a column can be read as. Rooms implement it for their own enums, by way of `i64` or `String`.
pub trait FromCol: Sized {
    /// Reads column `index` (from 0) of `row`.
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error>;
}

macro_rules! plain_columns {
    ($($ty:ty),+) => {$(
        impl FromCol for $ty {
            fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
                match row {
                    Row::Lite(r) => Ok(r.get(index)?),
                    Row::Pg(r) => Ok(r.try_get(index)?),
                }
            }
        }

        impl FromCol for Option<$ty> {
            fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
                match row {
                    Row::Lite(r) => Ok(r.get(index)?),
                    Row::Pg(r) => Ok(r.try_get(index)?),
                }
            }
        }
    )+};
}

plain_columns!(i64, f64, String, Vec<u8>);

macro_rules! number_columns {
    ($($ty:ident),+ $(,)?) => {$(
        impl From<$ty> for Val<'_> {
            fn from(id: $ty) -> Self {
                Self::Int(id.0)
            }
        }

        impl FromCol for $ty {
            fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
                i64::from_col(row, index).map($ty)
            }
        }

        impl FromCol for Option<$ty> {
            fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
                Option::<i64>::from_col(row, index).map(|n| n.map($ty))
            }
        }
    )+};
}

number_columns!(
    AccountId,
    AddressId,
    AppId,
    BrandId,
    CategoryId,
    EventId,
    HoldId,
    JobId,
    MediaId,
    NoticeId,
    OperatorId,
    OrderId,
    ParcelId,
    PaymentId,
    PostingId,
    ProductId,
    PushId,
    RefundId,
    ShopId,
    ShopperId,
    SkuId,
    StaffId,
    TransferId,
    WarehouseId,
    WaybillId,
);

impl FromCol for Timestamp {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        i64::from_col(row, index).map(Self::from_ms)
    }
}

impl FromCol for Option<Timestamp> {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        Option::<i64>::from_col(row, index).map(|n| n.map(Timestamp::from_ms))
    }
}

impl FromCol for Currency {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        String::from_col(row, index)?.parse().map_err(|_| Error::internal("a stored currency can't be read"))
    }
}
