//! Makes an application with its credential.

use kernel::{AppId, Ctx, ShopId, Text};
use serde::{Deserialize, Serialize};
use store::{Batch, Tx, Vault, p};

use super::manager;
use crate::{AppKind, Error, access_token::Family, secret, sql};

/// Secrets in stored answers are sealed for this.
const PURPOSE: &str = "identity app secret";

/// Which application is made.
#[derive(Debug, Clone)]
pub struct CreateApp {
    /// What sort of program.
    pub kind: AppKind,
    /// The shop that it belongs to. Staff can name their own shop only, and need not.
    pub shop: Option<ShopId>,
    /// What its owner calls it.
    pub name: Text<64>,
}

/// A new application, or one with a new secret. The secret is shown here and never again.
#[derive(Clone, PartialEq, Eq)]
pub struct NewApp {
    /// The application.
    pub app: AppId,
    /// The appid, `wx` and 16 hexadecimal digits.
    pub appid: String,
    /// The secret, 32 hexadecimal digits; only its hash is stored.
    pub secret: String,
    /// The original id, `gh_` and 12 hexadecimal digits.
    pub original_id: String,
}

impl std::fmt::Debug for NewApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewApp").field("app", &self.app).field("appid", &self.appid).finish_non_exhaustive()
    }
}

/// A [`NewApp`] as the record of a repeated request may keep it: the secret sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SealedApp {
    app: AppId,
    appid: String,
    original_id: String,
    sealed: Vec<u8>,
}

impl SealedApp {
    pub(crate) fn seal(new: &NewApp, vault: &Vault) -> Result<Self, Error> {
        Ok(Self {
            app: new.app,
            appid: new.appid.clone(),
            original_id: new.original_id.clone(),
            sealed: vault.seal(PURPOSE, new.secret.as_bytes())?,
        })
    }

    /// The application with its secret.
    pub fn open(self, vault: &Vault) -> Result<NewApp, Error> {
        let secret = String::from_utf8_lossy(&vault.open(PURPOSE, &self.sealed)?).into_owned();
        Ok(NewApp { app: self.app, appid: self.appid, secret, original_id: self.original_id })
    }
}

/// A fresh secret: 128 random bits.
pub(crate) fn fresh_secret() -> String {
    hex::encode(secret::random::<16>())
}

/// Names are no secrets: they follow from the id, so that ids that are counted from a seed give the same names.
fn appid_of(app: AppId) -> String {
    format!("wx{:.16}", hex::encode(secret::hash(&format!("appid {app}"))))
}

fn original_id_of(app: AppId) -> String {
    format!("gh_{:.12}", hex::encode(secret::hash(&format!("original id {app}"))))
}

/// Makes an application of the caller's shop, or of any shop and of the platform where an operator or the program
/// itself asks. A mini program of a shop is linked with it at once.
pub async fn create_app(tx: &mut Tx, ctx: &Ctx, cmd: &CreateApp) -> Result<NewApp, Error> {
    let shop = match (manager(ctx)?, cmd.shop) {
        (Some(own), Some(named)) if own != named => return Err(Error::ShopNotFound),
        (own, named) => own.or(named),
    };
    if cmd.kind == AppKind::Shop && shop.is_none() {
        return Err(Error::AppNeedsShop);
    }
    // Nothing below may refuse.
    let app: AppId = ctx.id();
    let new = NewApp { app, appid: appid_of(app), secret: fresh_secret(), original_id: original_id_of(app) };
    let hash = secret::hash(&new.secret);
    let mut batch = Batch::new();
    batch.add(
        sql::app::ADD,
        p![
            new.app,
            &new.appid,
            &new.original_id,
            cmd.kind,
            shop,
            cmd.name.as_str(),
            hash.as_slice(),
            ctx.now
        ],
    );
    batch.add(sql::token::ADD_FAMILY, p![new.app, Family::Classic]);
    batch.add(sql::token::ADD_FAMILY, p![new.app, Family::Stable]);
    if let (AppKind::MiniProgram, Some(shop)) = (cmd.kind, shop) {
        batch.add(sql::app::LINK, p![shop, new.app, ctx.now]);
    }
    tx.exec_all(batch).await?;
    Ok(new)
}

impl store::Command for CreateApp {
    type Out = SealedApp;
    type Err = Error;
    const NAME: &'static str = "identity.create_app";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<SealedApp, Error> {
        let new = create_app(tx, ctx, self).await?;
        SealedApp::seal(&new, tx.vault())
    }
}
