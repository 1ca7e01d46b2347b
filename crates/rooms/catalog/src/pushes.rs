//! Tells the shop's own application what happened to its products (`docs/wire/push.md`).

use kernel::{Ctx, Permission, ProductId, ShopId};
use push::Message;
use serde_json::{Map, Value, json};
use store::{BoxFault, Event, Happened, Tx, p};

use crate::{ProductAudited, ProductDelisted, ProductListed, ProductUpdated, product::Status, sql};

/// The events that it tells of.
pub(crate) const HEARS: &[&str] =
    &[ProductAudited::KIND, ProductListed::KIND, ProductDelisted::KIND, ProductUpdated::KIND];

/// The sender of pushes that no buyer causes, in the form of an openid.
pub const PLATFORM_OPENID: &str = "oKaidianPlatform000000000000";
/// An ordinary product.
const NORMAL: i64 = 1;
const REFUSED: i64 = 2;
const PASSED: i64 = 3;

/// Puts the push for an event in line, if the shop has an application.
pub(crate) async fn tell(tx: &mut Tx, ctx: &Ctx, happened: &Happened) -> Result<(), BoxFault> {
    let shop = ctx.shop(Permission::ProductRead)?;
    let Some(names) = identity::app_of_shop(tx, shop).await? else { return Ok(()) };
    let (event, key, body) = content(tx, shop, happened).await?;
    let mut fields = Map::new();
    fields.insert(key.to_owned(), body);
    let message = Message { app: names.app, event, from_user: PLATFORM_OPENID.to_owned(), body: fields };
    push::queue(tx, ctx, &message).await?;
    Ok(())
}

/// The event's published name, the name of its field, and the field.
async fn content(
    tx: &mut Tx,
    shop: ShopId,
    happened: &Happened,
) -> Result<(&'static str, &'static str, Value), store::Error> {
    let id = happened.subject.to_string();
    Ok(match happened.kind.as_str() {
        ProductAudited::KIND => {
            let audited: ProductAudited = happened.read()?;
            let reason =
                tx.opt(sql::AUDIT_REASON, p![shop, audited.product, audited.round], |r| r.get(0)).await?;
            let reason: String = reason.unwrap_or_default();
            let status = if audited.passed { PASSED } else { REFUSED };
            let body = json!({ "product_id": id, "status": status, "reason": reason });
            ("product_spu_audit", "ProductSpuAudit", body)
        }
        ProductUpdated::KIND => {
            let change = happened.read::<ProductUpdated>()?.change;
            let body = json!({ "product_id": id, "status": change, "reason": "", "product_type": NORMAL });
            ("product_spu_update", "ProductSpuUpdate", body)
        }
        kind => {
            let listed = kind == ProductListed::KIND;
            let status =
                if listed { Status::Listed.number() } else { happened.read::<ProductDelisted>()?.status };
            // A shop that takes its own product off gives no reason.
            let by_platform = status == Status::Violation.number();
            let reason = if by_platform { reason_of(tx, shop, happened).await? } else { String::new() };
            let body =
                json!({ "product_id": id, "status": status, "reason": reason, "product_type": NORMAL });
            ("product_spu_listing", "ProductSpuListing", body)
        }
    })
}

async fn reason_of(tx: &mut Tx, shop: ShopId, happened: &Happened) -> Result<String, store::Error> {
    let product = crate::product::product(tx, shop, ProductId(happened.subject)).await?;
    Ok(product.map(|p| p.reason).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delete, Delist, Submit, TakeDown, Verdict, testing::*};
    use identity::{AppKind, CreateApp};
    use kernel::{Caller, Cursor, PageSize, Scope, Text};
    use push::{Filter, Format, Mode, SetEndpoint};
    use store::{Command, Store};

    /// Gives the shop an application with a push URL.
    struct Connect;

    impl Command for Connect {
        type Out = ();
        type Err = push::Error;
        const NAME: &'static str = "test.connect";

        async fn run(&self, tx: &mut Tx, ctx: &Ctx) -> Result<(), push::Error> {
            let cmd = CreateApp { kind: AppKind::Shop, shop: Some(SHOP), name: Text::new("ERP").unwrap() };
            let new = identity::create_app(tx, ctx, &cmd).await.unwrap();
            let cmd = SetEndpoint {
                app: new.app,
                appid: new.appid,
                original_id: new.original_id,
                url: "https://erp.example/push".into(),
                token: "token".into(),
                aes_key: None,
                mode: Mode::Plain,
                format: Format::Json,
            };
            push::set_endpoint(tx, ctx, &cmd).await?;
            Ok(())
        }
    }

    async fn connected(store: &Store) {
        store.write(&Caller::system(Scope::Shop(SHOP)), Connect).await.unwrap();
    }

    /// What was put in line, the oldest first: the event and its own fields.
    async fn queued(store: &Store) -> Vec<(String, Value)> {
        for _ in 0..30 {
            store.drain(1).await.unwrap();
        }
        let ctx = store.ctx(&Caller::system(Scope::Shop(SHOP))).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let page = push::pushes(&mut tx, &ctx, &Filter::default(), Cursor::NEWEST, PageSize::default())
            .await
            .unwrap();
        let mut all = Vec::new();
        for listed in page.items.iter().rev() {
            let logged = push::push(&mut tx, &ctx, listed.id).await.unwrap();
            assert_eq!(logged.from_user, PLATFORM_OPENID);
            let own: Value = serde_json::from_str(&logged.body).unwrap();
            let mut body = json!({ "ToUserName": logged.to_user, "FromUserName": logged.from_user,
                "CreateTime": 1, "MsgType": "event", "Event": listed.event });
            body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
            assert_eq!(wirecheck::check_event(&listed.event, &body), []);
            all.push((listed.event.clone(), own.as_object().unwrap().values().next().unwrap().clone()));
        }
        all
    }

    store::on_both! {
        rooms = rooms();

        async fn every_step_of_a_product_is_told_in_order(kit) {
            let store = kit.store(registry()).await;
            connected(&store).await;
            let (product, _) = listed(&store).await;
            store.write(&staff(), Delist(product)).await.unwrap();
            store.write(&staff(), Submit(product)).await.unwrap();
            let cmd = TakeDown { shop: SHOP, product, reason: "假货".into() };
            store.write(&operator(), cmd).await.unwrap();
            let told = queued(&store).await;
            store.write(&staff(), Delete(product)).await.unwrap();
            let told: Vec<_> = told.into_iter().chain(queued(&store).await.into_iter().skip(6)).collect();
            let steps: Vec<(&str, i64, &str)> = told
                .iter()
                .map(|(event, own)| (event.as_str(), own["status"].as_i64().unwrap(), own["reason"].as_str().unwrap()))
                .collect();
            assert_eq!(steps, [
                ("product_spu_update", 1, ""),
                ("product_spu_audit", 3, ""),
                ("product_spu_listing", 5, ""),
                ("product_spu_listing", 11, ""),
                ("product_spu_listing", 5, ""),
                ("product_spu_listing", 13, "假货"),
                ("product_spu_update", 2, ""),
            ]);
            assert!(told.iter().all(|(_, own)| own["product_id"] == product.to_string()));
        }

        async fn a_refusal_is_told_with_its_reason(kit) {
            let store = kit.store(registry()).await;
            connected(&store).await;
            let added = store.write(&staff(), draft(&store).await).await.unwrap();
            let round = submitted(&store, added.product).await;
            let refuse = Verdict::Refuse { reason: "图片不清楚".into() };
            store.write(&operator(), verdict(added.product, round, refuse)).await.unwrap();
            let told = queued(&store).await;
            let (event, own) = told.last().unwrap();
            assert_eq!((event.as_str(), own["status"].clone()), ("product_spu_audit", json!(2)));
            assert_eq!(own["reason"], "图片不清楚");
        }

        async fn a_shop_without_an_application_is_told_nothing(kit) {
            let store = kit.store(registry()).await;
            listed(&store).await;
            assert!(queued(&store).await.is_empty());
            assert!(store.parked(10).await.unwrap().is_empty());
        }
    }
}
