//! Gives an application a new secret. The old one ends at once, and so does every access token.

use kernel::{AppId, Ctx, Scope};
use store::{Batch, Tx, p};

use super::{create::fresh_secret, managed, manager};
use crate::{Error, NewApp, SealedApp, SecretRotated, secret, sql};

/// Rotates the secret of an application that the caller manages.
pub async fn rotate_secret(tx: &mut Tx, ctx: &Ctx, app: AppId) -> Result<NewApp, Error> {
    manager(ctx)?;
    // Held before anything is read: another rotation, or a token that is being issued, comes before or after.
    tx.exec(sql::token::CLEAR_FAMILIES, p![app]).await?;
    let found = managed(tx, ctx, app).await?;
    // Nothing below may refuse.
    let secret = fresh_secret();
    let hash = secret::hash(&secret);
    let mut batch = Batch::new();
    batch.add(sql::app::SET_SECRET, p![app, found.version, hash.as_slice()]);
    batch.add(sql::token::END_ALL, p![app, ctx.wall]);
    tx.exec_all(batch).await?;
    let scope = found.shop.map_or(Scope::Platform, Scope::Shop);
    tx.say(&ctx.as_system(scope), &SecretRotated { app, version: found.version + 1 })?;
    Ok(NewApp { app, appid: found.names.appid, secret, original_id: found.names.original_id })
}

/// Which application gets a new secret.
#[derive(Debug, Clone, Copy)]
pub struct RotateSecret {
    /// The application.
    pub app: AppId,
}

impl store::Command for RotateSecret {
    type Out = SealedApp;
    type Err = Error;
    const NAME: &'static str = "identity.rotate_secret";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<SealedApp, Error> {
        let new = rotate_secret(tx, ctx, self.app).await?;
        SealedApp::seal(&new, tx.vault())
    }
}
