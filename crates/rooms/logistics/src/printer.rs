//! Print operators of an application: `printer/update` and `printer/getall`.

use kernel::{Ctx, Permission};
use store::{Command, Tx, p};

use crate::{Error, door::client, sql, step::is_plain};

/// A person who may print the application's labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printer {
    /// Who.
    pub openid: String,
    /// The tags whose waybills they print, joined by commas; empty for all.
    pub tags: String,
}

/// Binds or unbinds a print operator.
#[derive(Debug, Clone)]
pub struct UpdatePrinter {
    /// Who.
    pub openid: String,
    /// `bind` or `unbind`.
    pub update_type: String,
    /// Tags joined by commas, at most ten.
    pub tags: String,
}

const MOST_TAGS: usize = 10;
const TAG_BYTES: usize = 64;

/// Does it. Binding again replaces the tags; unbinding twice changes nothing.
pub async fn update_printer(tx: &mut Tx, ctx: &Ctx, cmd: &UpdatePrinter) -> Result<(), Error> {
    let client = client(ctx, Permission::OrderShip)?;
    let binds = match cmd.update_type.as_str() {
        "bind" => true,
        "unbind" => false,
        _ => return Err(Error::UpdateType),
    };
    if binds && !are_tags(&cmd.tags) {
        return Err(Error::TagList);
    }
    identity::shopper_of_openid(tx, client.app, &cmd.openid).await?.ok_or(Error::UnknownOpenid)?;
    if binds {
        tx.exec(sql::account::PUT_PRINTER, p![client.app, &cmd.openid, &cmd.tags, ctx.now]).await?;
    } else {
        tx.exec(sql::account::DELETE_PRINTER, p![client.app, &cmd.openid]).await?;
    }
    Ok(())
}

fn are_tags(list: &str) -> bool {
    let is_tag = |tag: &str| {
        (1..=TAG_BYTES).contains(&tag.len())
            && is_plain(tag)
            && !tag.contains(|c: char| c.is_whitespace() || c == '"')
    };
    list.is_empty() || (list.split(',').count() <= MOST_TAGS && list.split(',').all(is_tag))
}

/// The application's print operators.
pub async fn printers(tx: &mut Tx, ctx: &Ctx) -> Result<Vec<Printer>, Error> {
    let client = client(ctx, Permission::OrderRead)?;
    let read = |r: &store::Row<'_>| Ok(Printer { openid: r.get(0)?, tags: r.get(1)? });
    Ok(tx.all(sql::account::LIST_PRINTERS, p![client.app], read).await?)
}

impl Command for UpdatePrinter {
    type Out = ();
    type Err = Error;
    const NAME: &'static str = "logistics.update_printer";

    async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), Error> {
        update_printer(tx, ctx, self).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_tags_without_spaces_are_a_list() {
        assert!(are_tags("") && are_tags("123,456") && are_tags("1,2,3,4,5,6,7,8,9,10"));
        assert!(!are_tags("1,2,3,4,5,6,7,8,9,10,11"));
        assert!(!are_tags("1,,2") && !are_tags("1, 2") && !are_tags(",") && !are_tags(&"9".repeat(65)));
    }
}
