//! Sets, removes and shows the push URL of an application.

use kernel::{Actor, AppId, Ctx, Denied, Permission, Scope};
use reqwest::Url;
use store::{Command, Row, Tx, p};

use crate::{
    AesKey, Endpoint, EndpointState, Error, Failure, Format, Mode,
    forget::{self, ForgetPushes},
    sql,
    verify::VerifyUrl,
};

/// The push URL of an application, with its secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct SetEndpoint {
    /// Whose events.
    pub app: AppId,
    /// Its appid, which ends the encrypted text.
    pub appid: String,
    /// Its original id (`gh_…`), the ToUserName of its pushes.
    pub original_id: String,
    /// Where to: http or https, without user name, at most 1,024 characters.
    pub url: String,
    /// The secret behind the signatures: 3 to 32 letters and digits.
    pub token: String,
    /// EncodingAESKey, 43 characters; needed by the modes that encrypt.
    pub aes_key: Option<String>,
    /// How much is encrypted.
    pub mode: Mode,
    /// How it is written.
    pub format: Format,
}

impl std::fmt::Debug for SetEndpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetEndpoint").field("app", &self.app).finish_non_exhaustive()
    }
}

/// The scope whose endpoints the caller may see and change: their shop, or for the program itself the scope that
/// it acts in.
pub(crate) fn owner(ctx: &Ctx) -> Result<Scope, Denied> {
    match ctx.actor {
        Actor::System => Ok(ctx.scope),
        _ => ctx.shop(Permission::DeveloperWrite).map(Scope::Shop),
    }
}

/// Sets it. The URL counts as unverified, and a check is put on its way.
pub async fn set_endpoint(tx: &mut Tx, ctx: &Ctx, cmd: &SetEndpoint) -> Result<Endpoint, Error> {
    let scope = owner(ctx)?;
    check(cmd)?;
    // Nothing below may refuse.
    let token = tx.vault().seal(&purpose("token", scope, cmd.app), cmd.token.as_bytes())?;
    let aes_key = match &cmd.aes_key {
        Some(key) => Some(tx.vault().seal(&purpose("aes key", scope, cmd.app), key.as_bytes())?),
        None => None,
    };
    tx.exec(
        sql::UPSERT_ENDPOINT,
        p![
            scope.key(),
            cmd.app,
            &cmd.appid,
            &cmd.original_id,
            &cmd.url,
            token,
            aes_key,
            cmd.mode,
            cmd.format,
            EndpointState::Unverified
        ],
    )
    .await?;
    let ctx = ctx.as_system(scope);
    tx.later(&ctx, ctx.now, &VerifyUrl { app: cmd.app })?;
    tx.later(&ctx, ctx.now + forget::EVERY_MS, &ForgetPushes {})?;
    endpoint(tx, &ctx, cmd.app).await?.ok_or(Error::NoSuchEndpoint)
}

/// The ladder of refusals, in the order of the fields.
fn check(cmd: &SetEndpoint) -> Result<(), Error> {
    if !is_name(&cmd.appid) || !is_name(&cmd.original_id) {
        return Err(Error::BadAppid);
    }
    if !is_url(&cmd.url) {
        return Err(Error::BadUrl);
    }
    if !(3..=32).contains(&cmd.token.len()) || !cmd.token.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(Error::BadToken);
    }
    match &cmd.aes_key {
        Some(key) if AesKey::parse(key).is_none() => Err(Error::BadAesKey),
        None if cmd.mode != Mode::Plain => Err(Error::AesKeyMissing),
        _ => Ok(()),
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
}

/// Whether it is private is asked when it is used: a name may change its address.
fn is_url(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else { return false };
    text.len() <= 1024
        && matches!(url.scheme(), "http" | "https")
        && url.host_str().is_some_and(|host| !host.is_empty())
        && url.username().is_empty()
        && url.password().is_none()
}

/// What a secret of this endpoint is sealed for.
pub(crate) fn purpose(what: &str, scope: Scope, app: AppId) -> String {
    format!("push {what} {} {app}", scope.key())
}

/// The endpoint of an application in the caller's scope.
pub async fn endpoint(tx: &mut Tx, ctx: &Ctx, app: AppId) -> Result<Option<Endpoint>, Error> {
    let scope = owner(ctx)?;
    Ok(tx.opt(sql::SELECT_ENDPOINT, p![scope.key(), app], read).await?)
}

/// All endpoints in the caller's scope, at most a hundred.
pub async fn endpoints(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Endpoint>, Error> {
    let scope = owner(ctx)?;
    Ok(tx.all(sql::LIST_ENDPOINTS, p![scope.key()], read).await?)
}

fn read(row: &Row<'_>) -> Result<Endpoint, store::Error> {
    Ok(Endpoint {
        app: row.get(0)?,
        appid: row.get(1)?,
        original_id: row.get(2)?,
        url: row.get(3)?,
        mode: row.get(4)?,
        format: row.get(5)?,
        state: row.get(6)?,
        failure: Failure::read(row, 7)?,
        checked_wall: row.get(8)?,
        has_aes_key: row.get::<i64>(9)? == 1,
        version: row.get(10)?,
    })
}

/// Takes the push URL of an application away. Pushes that are still on their way end as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoveEndpoint {
    /// Whose.
    pub app: AppId,
}

/// Removes it.
pub async fn remove_endpoint(tx: &mut Tx, ctx: &Ctx, cmd: &RemoveEndpoint) -> Result<(), Error> {
    let scope = owner(ctx)?;
    if tx.exec(sql::DELETE_ENDPOINT, p![scope.key(), cmd.app]).await? == 0 {
        return Err(Error::NoSuchEndpoint);
    }
    let ctx = ctx.as_system(scope);
    tx.cancel::<VerifyUrl>(&ctx, cmd.app.get());
    Ok(())
}

impl Command for SetEndpoint {
    type Out = Endpoint;
    type Err = Error;
    const NAME: &'static str = "push.set_endpoint";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Endpoint, Error> {
        set_endpoint(tx, ctx, self).await
    }
}

impl Command for RemoveEndpoint {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "push.remove_endpoint";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        remove_endpoint(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{
        APP, OTHER_SHOP, Receiver, SHOP, TOKEN, developer, drain, endpoint as shown, logged, open, queued,
        staff, to,
    };
    use crate::{Failure, PushState};
    use kernel::{Caller, ShopperId};
    use store::FromCol;

    const URL: &str = "https://merchant.example/wx";

    fn good() -> SetEndpoint {
        to(URL, Mode::Safe, Format::Json)
    }

    #[test]
    fn the_ladder_refuses_in_the_order_of_the_fields() {
        let code = |change: fn(&mut SetEndpoint)| {
            let mut cmd = good();
            change(&mut cmd);
            check(&cmd).map_err(|e| kernel::Fault::code(&e)).err()
        };
        assert_eq!(code(|_| {}), None);
        assert_eq!(code(|c| c.appid.clear()), Some("push.bad_appid"));
        assert_eq!(code(|c| c.original_id = "gh 1".into()), Some("push.bad_appid"));
        assert_eq!(code(|c| c.url = "ftp://merchant.example".into()), Some("push.bad_url"));
        assert_eq!(code(|c| c.token = "no spaces".into()), Some("push.bad_token"));
        assert_eq!(code(|c| c.token = "ab".into()), Some("push.bad_token"));
        assert_eq!(code(|c| c.aes_key = Some("short".into())), Some("push.bad_aes_key"));
        assert_eq!(code(|c| c.aes_key = None), Some("push.aes_key_missing"));
        assert_eq!(
            code(|c| {
                c.aes_key = None;
                c.mode = Mode::Plain;
            }),
            None
        );
    }

    #[test]
    fn urls_are_absolute_of_the_web_and_without_user_name() {
        for good in [URL, "http://1.2.3.4:8080/a?b=c", "http://[2606:4700::1]/", "https://商店.example/"] {
            assert!(is_url(good), "{good}");
        }
        let long = format!("https://merchant.example/{}", "a".repeat(1024));
        for bad in [
            "",
            "/wx",
            "merchant.example",
            "https://",
            "https://u@m.example/",
            "https://u:p@m.example/",
            "data:,a",
            &long,
        ] {
            assert!(!is_url(bad), "{bad}");
        }
    }

    #[test]
    fn secrets_do_not_show_in_a_debug_text() {
        let text = format!("{:?}", good());
        assert!(!text.contains(TOKEN) && !text.contains("abcdefghij"), "{text}");
    }

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn an_endpoint_is_kept_with_its_secrets_sealed(kit) {
            let store = open(&kit).await;
            let set = store.write(&developer(SHOP), good()).await.unwrap();
            assert_eq!(set, shown(&store).await);
            assert_eq!((set.url.as_str(), set.mode, set.format), (URL, Mode::Safe, Format::Json));
            assert_eq!((set.state, set.has_aes_key, set.version), (EndpointState::Unverified, true, 1));
            let mut tx = store.read().await.unwrap();
            let sealed: Vec<u8> =
                tx.one("SELECT token FROM push_endpoint", p![], |r| FromCol::from_col(r, 0)).await.unwrap();
            assert!(!sealed.windows(TOKEN.len()).any(|w| w == TOKEN.as_bytes()));
            let plain = SetEndpoint { aes_key: None, mode: Mode::Plain, ..good() };
            let set = store.write(&developer(SHOP), plain).await.unwrap();
            assert_eq!((set.mode, set.has_aes_key, set.version), (Mode::Plain, false, 2));
        }

        async fn a_refused_endpoint_leaves_the_old_one(kit) {
            let store = open(&kit).await;
            let set = store.write(&developer(SHOP), good()).await.unwrap();
            let bad = SetEndpoint { url: "nowhere".into(), ..good() };
            assert!(matches!(store.write(&developer(SHOP), bad).await, Err(Error::BadUrl)));
            assert_eq!(shown(&store).await, set);
        }

        async fn endpoints_are_for_those_who_may_develop(kit) {
            let store = open(&kit).await;
            for caller in [staff(SHOP, &[Permission::ShopWrite]), Caller::shopper(ShopperId(1))] {
                let refused = store.write(&caller, good()).await;
                assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
                let ctx = store.ctx(&caller).await.unwrap();
                let refused = endpoints(&mut store.read().await.unwrap(), &ctx).await;
                assert!(matches!(refused, Err(Error::Denied(Denied::Forbidden))));
            }
        }

        async fn the_endpoint_of_another_shop_does_not_exist(kit) {
            let store = open(&kit).await;
            store.write(&developer(SHOP), good()).await.unwrap();
            let other = developer(OTHER_SHOP);
            let ctx = store.ctx(&other).await.unwrap();
            let mut tx = store.read().await.unwrap();
            assert_eq!(endpoint(&mut tx, &ctx, APP).await.unwrap(), None);
            assert_eq!(endpoints(&mut tx, &ctx).await.unwrap(), vec![]);
            let refused = store.write(&other, RemoveEndpoint { app: APP }).await;
            assert!(matches!(refused, Err(Error::NoSuchEndpoint)));
            assert_eq!(shown(&store).await.version, 1);
        }

        async fn pushes_to_a_removed_endpoint_end_as_failed(kit) {
            let store = open(&kit).await;
            let receiver = Receiver::willing().await;
            store.write(&developer(SHOP), to(&receiver.url, Mode::Plain, Format::Json)).await.unwrap();
            let push = queued(&store, 1).await;
            store.write(&developer(SHOP), RemoveEndpoint { app: APP }).await.unwrap();
            drain(&store).await;
            let log = logged(&store, push).await;
            assert_eq!(log.push.state, PushState::Failed);
            assert_eq!(log.attempts[0].failure, Some(Failure::EndpointRemoved));
            assert!(receiver.seen().is_empty());
        }
    }
}
