//! Logs shoppers in by a code that is sent to their phone.
//!
//! A code is six digits, lives five minutes and bears five tries. It is kept sealed, sent by a job, and in a demo shown
//! by [`demo_codes`] instead of being sent.

use kernel::{Caller, Ctx, Scope, Timestamp, hour_ms, minute_ms};
use std::net::IpAddr;
use store::{Batch, Store, Tx, p};

use crate::{
    Error, Gate, PersonKind, Phone, Session, ensure_shopper, secret,
    secret::Hash,
    send_code::SendCode,
    session::{self, Begun, NewToken, Person},
    sql,
};

/// How long a code lives, in ms of wall time.
pub const CODE_LIVES_MS: i64 = minute_ms(5);
/// How often a code may be guessed at.
pub const CODE_TRIES: i64 = 5;
/// What codes are sealed for.
pub(crate) const PURPOSE: &str = "identity login code";

/// Sends a code to `phone`, in place of the last one. Whether anybody has that phone shows nowhere.
pub async fn request_code(gate: &Gate, store: &Store, phone: &Phone, ip: IpAddr) -> Result<(), Error> {
    gate.admits_code(ip)?;
    let ask = Ask {
        phone: phone.clone(),
        code: secret::six_digits(),
        pause_ms: gate.limits.code_pause_ms,
        a_day: gate.limits.codes_per_day,
    };
    store.write(&Caller::system(Scope::Platform), ask).await
}

struct Ask {
    phone: Phone,
    code: String,
    pause_ms: i64,
    a_day: i64,
}

impl store::Command for Ask {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "identity.request_code";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        let sealed = tx.vault().seal(PURPOSE, self.code.as_bytes())?;
        let code: i64 = ctx.id();
        let pause_over = ctx.wall + -self.pause_ms;
        let put = tx
            .exec(
                sql::shopper::PUT_CODE,
                p![
                    &self.phone,
                    code,
                    sealed,
                    ctx.wall,
                    ctx.wall + CODE_LIVES_MS,
                    day_of(ctx.wall),
                    pause_over,
                    self.a_day
                ],
            )
            .await?;
        if put == 0 {
            let sent = tx.opt(sql::shopper::CODE_SENT, p![&self.phone], |r| r.get(0)).await?;
            let sent: Timestamp = sent.unwrap_or(ctx.wall);
            let soon = sent > pause_over;
            return Err(if soon {
                Error::CodeTooSoon { until: sent + self.pause_ms }
            } else {
                Error::CodesUsedUp
            });
        }
        tx.later(ctx, ctx.now, &SendCode { code })?;
        Ok(())
    }
}

/// The number of a day of wall time, as limits a day count them: days begin at midnight in China.
pub(crate) fn day_of(wall: Timestamp) -> i64 {
    (wall.ms() + hour_ms(8)).div_euclid(hour_ms(24))
}

/// Logs the shopper with this phone in, and makes them a shopper if they are new.
pub async fn login_with_code(
    gate: &Gate,
    store: &Store,
    phone: &Phone,
    code: &str,
    ip: IpAddr,
) -> Result<Session, Error> {
    gate.admits_login(ip, phone.as_str())?;
    let token = NewToken::fresh();
    let enter = Enter { phone: phone.clone(), code: code.trim().to_owned(), token: token.hash };
    let begun = store.write(&Caller::system(Scope::Platform), enter).await?;
    Ok(token.session(begun.ok_or(Error::CodeWrong)?))
}

/// A try with a code. A wrong one is no failure of the command, since its count must stay.
struct Enter {
    phone: Phone,
    code: String,
    token: Hash,
}

impl store::Command for Enter {
    type Out = Option<Begun>;
    type Err = Error;
    const NAME: &'static str = "identity.login_with_code";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Option<Begun>, Error> {
        let tried = tx.exec(sql::shopper::TRY_CODE, p![&self.phone, ctx.wall, CODE_TRIES]).await?;
        if tried == 0 {
            return Err(Error::CodeGone);
        }
        let sealed: Option<Vec<u8>> =
            tx.opt(sql::shopper::SEALED_CODE, p![&self.phone], |r| r.get(0)).await?;
        let sent = tx.vault().open(PURPOSE, &sealed.ok_or(Error::CodeGone)?)?;
        if !secret::same(&sent, self.code.as_bytes()) {
            return Ok(None);
        }
        let shopper = ensure_shopper(tx, ctx, &self.phone).await?;
        let person = Person { kind: PersonKind::Shopper, id: shopper.0, shop: 0 };
        let mut batch = Batch::new();
        batch.add(sql::shopper::END_CODE, p![&self.phone]);
        let begun = session::begin(&mut batch, ctx, person, &self.token);
        tx.exec_all(batch).await?;
        Ok(Some(begun))
    }
}

/// A code that has not been used, for whoever runs a demo without a message gateway.
#[derive(Clone, PartialEq, Eq)]
pub struct DemoCode {
    /// The phone that it is for.
    pub phone: Phone,
    /// The six digits.
    pub code: String,
    /// When it ends, wall time.
    pub expires_wall: Timestamp,
}

impl std::fmt::Debug for DemoCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DemoCode")
    }
}

/// The newest codes that have not been used, at most 100. Only the program itself may read them; a face that shows
/// them belongs to the demo alone.
pub async fn demo_codes(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<DemoCode>, Error> {
    ctx.system()?;
    let vault = tx.vault().clone();
    let codes = tx
        .all(sql::shopper::LIVE_CODES, p![ctx.wall, 100], |r| {
            let code = String::from_utf8_lossy(&vault.open(PURPOSE, &r.get::<Vec<u8>>(1)?)?).into_owned();
            Ok(DemoCode { phone: r.get(0)?, code, expires_wall: r.get(2)? })
        })
        .await?;
    Ok(codes)
}

#[cfg(test)]
mod tests;
