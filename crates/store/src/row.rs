//! A row while it is being read.

use crate::{Error, FromCol};

/// A row of an answer, borrowed from the engine; the mapping closure of a read takes what it needs.
pub enum Row<'a> {
    /// From SQLite.
    Lite(&'a rusqlite::Row<'a>),
    /// From PostgreSQL.
    Pg(&'a tokio_postgres::Row),
}

impl Row<'_> {
    /// Column `index`, from 0.
    pub fn get<T: FromCol>(&self, index: usize) -> Result<T, Error> {
        T::from_col(self, index)
    }

    /// Column `index` as JSON text, read into `T`.
    pub fn json<T: serde::de::DeserializeOwned>(&self, index: usize) -> Result<T, Error> {
        let text: String = self.get(index)?;
        serde_json::from_str(&text).map_err(|e| Error::internal(format!("stored JSON can't be read: {e}")))
    }
}
