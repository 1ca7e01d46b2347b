//! Fills an empty database. Everything that makes ids is done one after the other, so that the same seed gives the
//! same ids.

use anyhow::{Context, Result};
use face::App;
use identity::{
    AddOperator, AddStaff, AppKind, CreateApp, EnsureShopper, Gate, Hashed, Limits, LinkApp, LoginName,
    NewApp, Password, Phone, Role, openid_of,
};
use kernel::{Actor, AppId, Caller, OperatorId, Scope, ShopId, StaffId, Text, day_ms};
use store::Store;

use super::{
    credentials::{Carrier, Credentials, Merchant, MiniProgram, Operator, ShopKeys, Shopper, Staff},
    orders::{self, DAYS},
    outside,
    people::{OPERATORS, PASSWORD, SHOPPERS, SHOPS, Shop},
    push_keys,
    shops::{self, Opened},
    world::{ShopMade, ShopperMade, World, settle_down},
};

/// The mini programs: which are linked with all shops, and which with the first one only.
const MINI_PROGRAMS: [(&str, usize); 2] = [("开店好物", SHOPS.len()), ("云岭茶事小程序", 1)];

/// Makes the platform that `seed` describes; the credentials have no address and no tokens yet.
pub(super) async fn fill(app: &App, seed: i64) -> Result<Credentials> {
    let store = &app.store;
    let drawing = tokio::spawn(async move {
        futures::future::try_join_all(SHOPS.iter().map(|shop| shops::draw(shop, seed))).await
    });
    let past = store.begin_at(store.wall() + -day_ms(DAYS)).await?;
    let password = Gate::new(Limits::relaxed()).hash_password(Password::chosen(PASSWORD)?).await?;
    let mut opened = Vec::new();
    for shop in &SHOPS {
        opened.push(shops::open_shop(store, shop).await?);
    }
    let (operators, auditor) = employ_operators(store, &password).await?;
    let mut made = Vec::new();
    let mut staff = Vec::new();
    for (shop, Opened { id, .. }) in SHOPS.iter().zip(&opened) {
        made.push(employ(store, shop, *id, &password, &mut staff).await?);
    }
    let shoppers = invite(store).await?;
    let programs = Programs::make(store, &opened).await?;
    settle_down(store).await?;
    let mut world = World { shops: made, shoppers };
    stock_up(app, &opened, &mut world, &auditor, drawing.await??).await?;
    orders::trade(app, &world, past).await?;
    Ok(programs.credentials(store, &world, staff, operators))
}

fn system() -> Caller {
    Caller::system(Scope::Platform)
}

/// Puts the products on the shelves and passes their audits; one change is left to be audited.
async fn stock_up(
    app: &App,
    opened: &[Opened],
    world: &mut World,
    auditor: &Caller,
    pictures: Vec<Vec<Vec<u8>>>,
) -> Result<()> {
    let store = &app.store;
    let leaves = shops::plant_categories(store).await?;
    let mut shelves = Vec::new();
    for (((shop, opened), made), pictures) in SHOPS.iter().zip(opened).zip(&mut world.shops).zip(pictures) {
        let shelf = shops::furnish(app, &leaves, shop, opened, pictures).await?;
        made.skus = shelf.iter().map(|added| added.skus.clone()).collect();
        shelves.push(shelf);
    }
    settle_down(store).await?;
    shops::pass_audits(store, auditor).await?;
    for ((shop, opened), shelf) in
        SHOPS.iter().zip(opened).zip(&shelves).filter(|((shop, _), _)| !shop.auto_audit)
    {
        shops::change_first(store, &leaves, shop, opened, shelf).await?;
    }
    settle_down(store).await
}

/// Those who run the platform; and the auditor as a caller.
async fn employ_operators(store: &Store, password: &Hashed) -> Result<(Vec<Operator>, Caller)> {
    let mut operators = Vec::new();
    let mut auditor = None;
    for (role, login, name) in OPERATORS {
        let add = AddOperator {
            login: LoginName::new(login)?,
            password: password.clone(),
            name: Text::new(name)?,
            role,
        };
        let operator: OperatorId = store.write(&system(), add).await?;
        let (role_name, login, password) = (role.as_str().to_owned(), login.to_owned(), PASSWORD.to_owned());
        operators.push(Operator { role: role_name, login, password });
        if role == identity::OperatorRole::Auditor {
            let actor = Actor::Operator { operator, may: role.permissions() };
            auditor = Some(Caller { scope: Scope::Platform, actor, request: "demo".into() });
        }
    }
    Ok((operators, auditor.context("there is an auditor")?))
}

/// The staff of a shop, one of each role.
async fn employ(
    store: &Store,
    shop: &Shop,
    id: ShopId,
    password: &Hashed,
    staff: &mut Vec<Staff>,
) -> Result<ShopMade> {
    let boss = Caller::system(Scope::Shop(id));
    let (mut clerk, mut service) = (boss.clone(), boss.clone());
    for (role, name) in Role::ALL.iter().copied().zip(shop.staff) {
        let login = format!("{}.{}", shop.login, role.as_str());
        let add = AddStaff {
            login: LoginName::new(&login)?,
            password: password.clone(),
            name: Text::new(name)?,
            role,
        };
        let who: StaffId = store.write(&boss, add).await?;
        let actor = Actor::Staff { shop: id, staff: who, may: role.permissions() };
        let caller = Caller { scope: Scope::Shop(id), actor, request: "demo".into() };
        match role {
            Role::Clerk => clerk = caller,
            Role::CustomerService => service = caller,
            Role::Owner | Role::Manager | Role::Finance => {}
        }
        staff.push(Staff { shop_id: id, role: role.as_str().into(), login, password: PASSWORD.into() });
    }
    Ok(ShopMade { id, clerk, service, skus: Vec::new() })
}

async fn invite(store: &Store) -> Result<Vec<ShopperMade>> {
    let mut shoppers = Vec::new();
    for place in &SHOPPERS {
        let id = store.write(&system(), EnsureShopper(Phone::new(place.phone())?)).await?;
        let address = place.address()?;
        let add = identity::AddAddress { address: address.clone(), make_default: true };
        store.write(&Caller::shopper(id), add).await?;
        shoppers.push(ShopperMade { id, address });
    }
    Ok(shoppers)
}

/// The applications.
struct Programs {
    /// One of each shop.
    shops: Vec<NewApp>,
    /// Each with the shops that it is linked with.
    mini: Vec<(NewApp, Vec<ShopId>)>,
}

impl Programs {
    async fn make(store: &Store, opened: &[Opened]) -> Result<Self> {
        let mut programs = Self { shops: Vec::new(), mini: Vec::new() };
        for (shop, Opened { id, .. }) in SHOPS.iter().zip(opened) {
            let name = Text::new(&format!("{}后台对接", shop.name))?;
            programs
                .shops
                .push(create(store, CreateApp { kind: AppKind::Shop, shop: Some(*id), name }).await?);
        }
        for (name, shops) in MINI_PROGRAMS {
            let create_app = CreateApp { kind: AppKind::MiniProgram, shop: None, name: Text::new(name)? };
            let app = create(store, create_app).await?;
            let linked: Vec<ShopId> = opened.iter().take(shops).map(|shop| shop.id).collect();
            for shop in &linked {
                store.write(&system(), LinkApp { app: app.app, shop: *shop }).await?;
            }
            programs.mini.push((app, linked));
        }
        Ok(programs)
    }

    fn credentials(
        self,
        store: &Store,
        world: &World,
        staff: Vec<Staff>,
        operators: Vec<Operator>,
    ) -> Credentials {
        let apps: Vec<(AppId, String)> = self.all().map(|app| (app.app, app.appid.clone())).collect();
        let openids = |shopper| {
            let of =
                |(app, appid): &(AppId, String)| (appid.clone(), openid_of(store.vault(), *app, shopper));
            apps.iter().map(of).collect()
        };
        let shoppers = SHOPPERS.iter().zip(&world.shoppers).map(|(place, made)| Shopper {
            phone: place.phone().into(),
            openids: openids(made.id),
            token: String::new(),
        });
        let shops = SHOPS.iter().zip(&world.shops).zip(self.shops);
        let shops = shops.map(|((shop, made), app)| ShopKeys {
            shop_id: made.id,
            name: shop.name.into(),
            appid: app.appid,
            secret: app.secret,
            push_token: push_keys::token(store.vault(), made.id),
            push_aes_key: push_keys::aes_key(store.vault(), made.id),
        });
        let mini = self.mini.into_iter();
        Credentials {
            base_url: String::new(),
            shoppers: shoppers.collect(),
            shops: shops.collect(),
            miniprograms: mini
                .map(|(app, shop_ids)| MiniProgram { appid: app.appid, secret: app.secret, shop_ids })
                .collect(),
            staff,
            operators,
            merchants: vec![Merchant {
                mchid: MERCHANT.into(),
                channel: sandbox::NAME.into(),
                notice_key: hex::encode(outside::notice_key(store.vault())),
            }],
            carriers: vec![Carrier {
                delivery_id: CARRIER.into(),
                push_secret: outside::carrier_secret(store.vault()),
            }],
        }
    }

    fn all(&self) -> impl Iterator<Item = &NewApp> {
        self.shops.iter().chain(self.mini.iter().map(|(app, _)| app))
    }
}

/// What the payment service calls the platform: it has one merchant.
const MERCHANT: &str = "sandbox";
/// The carrier whose pushes the demo takes.
const CARRIER: &str = "TEST";

async fn create(store: &Store, create: CreateApp) -> Result<NewApp> {
    Ok(store.write(&system(), create).await?.open(store.vault())?)
}
