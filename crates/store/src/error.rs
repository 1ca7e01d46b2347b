//! What can go wrong with a database, without a word of SQL in what a caller may read.

use kernel::{Fault, Kind};
use std::sync::Arc;

/// The cause, for the log only.
pub type Cause = Arc<dyn std::error::Error + Send + Sync>;

/// A failure of the store.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// The database can't be reached, is busy or was restarted. Nothing was changed.
    #[error("the database is not available; try again")]
    Unavailable(#[source] Cause),
    /// The disk, or the limit set for the database, is full. Nothing was changed.
    #[error("there is no room left; nothing was changed")]
    Full(#[source] Cause),
    /// Another transaction stood in the way; the store runs the command again by itself.
    #[error("another change came first; try again")]
    Transient(#[source] Cause),
    /// A constraint of the schema refused a row.
    #[error("it contradicts what is there")]
    Constraint(#[source] Cause),
    /// The idempotency key was used before with another request.
    #[error("this idempotency key was used with another request")]
    KeyReused,
    /// A fault of the program: a wrong statement, a value that can't be read, a command that waited for
    /// something else than its transaction.
    #[error("internal fault")]
    Internal(#[source] Cause),
}

impl Error {
    /// A fault of the program, in words for the log.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(message.into())))
    }

    /// Not available, in words for the log.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable(Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(message.into())))
    }

    /// The whole chain of causes, for the log.
    pub fn for_log(&self) -> String {
        chain(self)
    }
}

/// An error and its causes, for the log: it may hold SQL.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Unavailable(_) | Self::Full(_) | Self::Transient(_) => Kind::Unavailable,
            Self::Constraint(_) | Self::KeyReused => Kind::Conflict,
            Self::Internal(_) => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::Transient(_) => "store.unavailable",
            Self::Full(_) => "store.full",
            Self::Constraint(_) => "store.constraint",
            Self::KeyReused => "idempotency.key_reused",
            Self::Internal(_) => "store.internal",
        }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(e: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        let code = e.sqlite_error_code();
        let cause: Cause = Arc::new(e);
        match code {
            Some(C::DiskFull) => Self::Full(cause),
            Some(C::DatabaseBusy | C::DatabaseLocked | C::SystemIoFailure | C::CannotOpen | C::ReadOnly) => {
                Self::Unavailable(cause)
            }
            Some(C::ConstraintViolation) => Self::Constraint(cause),
            _ => Self::Internal(cause),
        }
    }
}

impl From<tokio_postgres::Error> for Error {
    fn from(e: tokio_postgres::Error) -> Self {
        let state = e.code().map(|c| c.code().to_owned());
        let closed = e.is_closed();
        let cause: Cause = Arc::new(e);
        match state.as_deref() {
            Some("40001" | "40P01") => Self::Transient(cause),
            Some("53100") => Self::Full(cause),
            Some(s) if s.starts_with("23") => Self::Constraint(cause),
            // 08: connection; 53: resources; 57: the server is going down or coming up.
            Some(s) if s.starts_with("08") || s.starts_with("53") || s.starts_with("57") => {
                Self::Unavailable(cause)
            }
            Some(_) => Self::Internal(cause),
            None if closed => Self::Unavailable(cause),
            // Without a state the connection itself failed, or a value could not be converted.
            None if is_conversion(&cause) => Self::Internal(cause),
            None => Self::Unavailable(cause),
        }
    }
}

fn is_conversion(cause: &Cause) -> bool {
    let text = cause.to_string();
    text.contains("serializ")
        || text.contains("convert")
        || text.contains("column")
        || text.contains("parameters")
}

impl From<deadpool_postgres::PoolError> for Error {
    fn from(e: deadpool_postgres::PoolError) -> Self {
        Self::Unavailable(Arc::new(e))
    }
}
