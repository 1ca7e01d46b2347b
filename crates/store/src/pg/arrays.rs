//! One statement for many rows: their values go as one array a column.

use futures::future::join;
use tokio_postgres::types::Type;

use super::{PgTx, rows_of, start};
use crate::{Error, Params, Val, lot::inserts_text};

impl PgTx {
    pub(crate) async fn exec_many(&mut self, sql: &'static str, rows: &[Params<'_>]) -> Result<u64, Error> {
        if rows.is_empty() {
            return Ok(0);
        }
        if let Some(array_sql) = self.array_types(sql).await?.and_then(|types| inserts_text(sql, &types)) {
            let rows: Vec<_> = rows.iter().collect();
            return self.exec_as_many(sql, &array_sql, &rows).await;
        }
        Ok(self.exec_each(sql, rows.iter()).await?.iter().sum())
    }

    /// The array types of the parameters of `sql`; `None` if one of them has none here.
    pub(crate) async fn array_types(&self, sql: &str) -> Result<Option<Vec<&'static str>>, Error> {
        Ok(self.statement(sql).await?.params().iter().map(array_name).collect())
    }

    /// Executes `many`, the form of `sql` that takes arrays.
    pub(crate) async fn exec_as_many(
        &mut self,
        sql: &str,
        many: &str,
        rows: &[&Params<'_>],
    ) -> Result<u64, Error> {
        let (single, statement) = (self.statement(sql).await?, self.statement(many).await?);
        let columns = columns(single.params(), rows);
        let begin = self.begin.take();
        let client = self.client()?;
        let (begun, done) = join(start(client, begin), client.execute_raw(&statement, &columns)).await;
        begun?;
        Ok(done?)
    }

    /// The rows of `many`, the form of `sql` that takes arrays.
    pub(crate) async fn rows_as_many(
        &mut self,
        sql: &str,
        many: &str,
        rows: &[&Params<'_>],
    ) -> Result<Vec<tokio_postgres::Row>, Error> {
        let (single, statement) = (self.statement(sql).await?, self.statement(many).await?);
        let columns = columns(single.params(), rows);
        let begin = self.begin.take();
        let client = self.client()?;
        let (begun, found) = join(start(client, begin), rows_of(client, &statement, &columns)).await;
        begun?;
        Ok(found?)
    }
}

fn array_name(ty: &Type) -> Option<&'static str> {
    match *ty {
        Type::INT8 => Some("bigint"),
        Type::TEXT => Some("text"),
        Type::BYTEA => Some("bytea"),
        Type::FLOAT8 => Some("double precision"),
        _ => None,
    }
}

/// One column of many rows, sent as an array.
#[derive(Debug)]
struct Column<'a> {
    ty: &'a Type,
    index: usize,
    rows: &'a [&'a Params<'a>],
}

fn columns<'a>(types: &'a [Type], rows: &'a [&'a Params<'a>]) -> Vec<Column<'a>> {
    types.iter().enumerate().map(|(index, ty)| Column { ty, index, rows }).collect()
}

type Refused = Box<dyn std::error::Error + Sync + Send>;

impl<'a> Column<'a> {
    /// The column's cells, each as `read` sees it; `None` for NULL, and a refusal for a value of another type,
    /// which would be written as NULL otherwise.
    fn cells<T>(&self, read: fn(&'a Val<'a>) -> Option<T>) -> Result<Vec<Option<T>>, Refused> {
        let cell = |row: &&'a Params<'a>| match row.get(self.index) {
            None => Err(format!("a row lacks parameter {}", self.index + 1).into()),
            Some(Val::Null) => Ok(None),
            Some(value) => match read(value) {
                None => Err(format!("cannot convert parameter {} to {}", self.index + 1, self.ty).into()),
                some => Ok(some),
            },
        };
        self.rows.iter().map(cell).collect()
    }
}

impl postgres_types::ToSql for Column<'_> {
    fn to_sql(&self, ty: &Type, out: &mut bytes::BytesMut) -> Result<postgres_types::IsNull, Refused> {
        match *self.ty {
            Type::INT8 => self.cells(|v| if let Val::Int(n) = v { Some(*n) } else { None })?.to_sql(ty, out),
            Type::FLOAT8 => {
                self.cells(|v| if let Val::Real(x) = v { Some(*x) } else { None })?.to_sql(ty, out)
            }
            Type::TEXT => {
                self.cells(|v| if let Val::Text(s) = v { Some(s.as_ref()) } else { None })?.to_sql(ty, out)
            }
            _ => self.cells(|v| if let Val::Bytes(b) = v { Some(b.as_ref()) } else { None })?.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    postgres_types::to_sql_checked!();
}
