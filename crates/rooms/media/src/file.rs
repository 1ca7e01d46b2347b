//! A stored file, as the room remembers it.

use kernel::{MediaId, Timestamp};
use serde::{Deserialize, Serialize};
use store::{Error, FromCol, Row, Val};

/// What a file was stored for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = media::Purpose)]
pub enum Purpose {
    /// Shown with a product.
    #[default]
    Product,
    /// Shown with a shop or a person.
    Profile,
    /// A licence or certificate that an operator looks at.
    Licence,
}

impl Purpose {
    /// The stored form.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Product => "product",
            Self::Profile => "profile",
            Self::Licence => "licence",
        }
    }

    /// Reads the stored form.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Product, Self::Profile, Self::Licence].into_iter().find(|p| p.as_str() == text)
    }
}

impl From<Purpose> for Val<'_> {
    fn from(purpose: Purpose) -> Self {
        purpose.as_str().into()
    }
}

impl FromCol for Purpose {
    fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        Self::parse(&row.get::<String>(index)?)
            .ok_or_else(|| Error::internal("a stored purpose can't be read"))
    }
}

/// A stored file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = media::Stored)]
pub struct Stored {
    /// Its id within the shop, as a decimal string.
    #[schema(value_type = String)]
    pub id: MediaId,
    /// Its path, `/media/{key}`.
    pub url: String,
    /// What it was stored for.
    pub purpose: Purpose,
    /// The content type.
    pub content_type: String,
    /// Size in bytes.
    pub bytes: i64,
    /// Width in pixels.
    pub width: i64,
    /// Height in pixels.
    pub height: i64,
    /// When it was first stored, in ms.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
}

/// Reads the columns of the room's reading statements.
pub(crate) fn stored(row: &Row<'_>) -> Result<Stored, Error> {
    let key: String = row.get(1)?;
    Ok(Stored {
        id: row.get(0)?,
        url: format!("/media/{key}"),
        purpose: row.get(2)?,
        content_type: row.get(3)?,
        bytes: row.get(4)?,
        width: row.get(5)?,
        height: row.get(6)?,
        created_at: row.get(7)?,
    })
}
