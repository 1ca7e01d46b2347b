//! The rules of kept addresses, each where it refuses.

use kernel::{AddressId, Caller, ShopperId};
use store::{Registry, Store};

use crate::{
    AddAddress, Address, AddressParts, DeleteAddress, Error, KeptAddress, MOST_ADDRESSES, UpdateAddress,
    address,
    address::tests::parts,
    list_addresses,
    testing::{anonymous, code, rooms, shopper},
};

fn in_city(city: &str) -> Address {
    Address::new(&AddressParts { city_name: city.into(), ..parts() }).unwrap()
}

async fn add(store: &Store, by: &Caller, city: &str, make_default: bool) -> Result<AddressId, Error> {
    store.write(by, AddAddress { address: in_city(city), make_default }).await
}

async fn kept(store: &Store, by: &Caller) -> Result<Vec<KeptAddress>, Error> {
    let ctx = store.ctx(by).await.unwrap();
    list_addresses(&mut store.read().await.unwrap(), &ctx).await
}

/// Cities in the order of the list; the default with a star.
async fn cities(store: &Store, by: &Caller) -> Vec<String> {
    let star = |k: KeptAddress| format!("{}{}", k.address.city_name, if k.is_default { "*" } else { "" });
    kept(store, by).await.unwrap().into_iter().map(star).collect()
}

async fn somebody(store: &Store) -> Caller {
    Caller::shopper(shopper(store, "13800138000").await)
}

store::on_both! {
    rooms = rooms();

    async fn the_first_address_is_the_default_and_there_is_one_default(kit) {
        let store = kit.store(Registry::new()).await;
        let me = somebody(&store).await;
        add(&store, &me, "a", false).await.unwrap();
        let b = add(&store, &me, "b", false).await.unwrap();
        assert_eq!(cities(&store, &me).await, ["a*", "b"]);
        add(&store, &me, "c", true).await.unwrap();
        assert_eq!(cities(&store, &me).await, ["c*", "b", "a"]);
        let update = |make_default| UpdateAddress { id: b, address: in_city("B"), make_default };
        store.write(&me, update(true)).await.unwrap();
        assert_eq!(cities(&store, &me).await, ["B*", "c", "a"]);
        store.write(&me, update(false)).await.unwrap();
        assert_eq!(cities(&store, &me).await, ["c", "B", "a"]);
    }

    async fn every_member_of_an_address_comes_back(kit) {
        let store = kit.store(Registry::new()).await;
        let me = somebody(&store).await;
        let id = add(&store, &me, "a", false).await.unwrap();
        let other = Address::new(&AddressParts {
            user_name: "u".into(),
            tel_number: "12345".into(),
            province_name: "p".into(),
            city_name: "c".into(),
            county_name: "d".into(),
            detail_info: "e".into(),
            postal_code: "f".into(),
            national_code: "1".into(),
        })
        .unwrap();
        store.write(&me, UpdateAddress { id, address: other.clone(), make_default: false }).await.unwrap();
        let ctx = store.ctx(&me).await.unwrap();
        let found = address(&mut store.read().await.unwrap(), &ctx, id).await.unwrap();
        assert!(found == KeptAddress { id, address: other, is_default: false });
        assert!(kept(&store, &me).await.unwrap() == [found]);
    }

    async fn a_deleted_address_is_gone(kit) {
        let store = kit.store(Registry::new()).await;
        let me = somebody(&store).await;
        let id = add(&store, &me, "a", false).await.unwrap();
        store.write(&me, DeleteAddress { id }).await.unwrap();
        assert_eq!(code(store.write(&me, DeleteAddress { id }).await), "identity.address_not_found");
        assert!(cities(&store, &me).await.is_empty());
    }

    async fn fifty_addresses_are_enough(kit) {
        let store = kit.store(Registry::new()).await;
        let me = somebody(&store).await;
        for _ in 0..MOST_ADDRESSES - 1 {
            add(&store, &me, "a", false).await.unwrap();
        }
        // Two at once, and room for one.
        let (a, b) = futures::future::join(add(&store, &me, "b", false), add(&store, &me, "b", false)).await;
        let mut answers = [code(a), code(b)];
        answers.sort_unstable();
        assert_eq!(answers, ["", "identity.too_many_addresses"]);
    }

    async fn addresses_belong_to_shoppers(kit) {
        let store = kit.store(Registry::new()).await;
        let nobody = anonymous();
        let id = AddressId(1);
        let update = UpdateAddress { id, address: in_city("a"), make_default: false };
        assert_eq!(code(add(&store, &nobody, "a", false).await), "auth.unauthenticated");
        assert_eq!(code(store.write(&nobody, update).await), "auth.unauthenticated");
        assert_eq!(code(store.write(&nobody, DeleteAddress { id }).await), "auth.unauthenticated");
        assert_eq!(code(kept(&store, &nobody).await), "auth.unauthenticated");
        let ctx = store.ctx(&nobody).await.unwrap();
        let one = address(&mut store.read().await.unwrap(), &ctx, id).await;
        assert_eq!(code(one), "auth.unauthenticated");
        // A credential whose shopper does not exist keeps nothing.
        let ghost = Caller::shopper(ShopperId(4711));
        assert_eq!(code(add(&store, &ghost, "a", false).await), "identity.shopper_not_found");
    }

    async fn another_shoppers_address_is_like_none(kit) {
        let store = kit.store(Registry::new()).await;
        let theirs = Caller::shopper(shopper(&store, "13900139000").await);
        let id = add(&store, &theirs, "secret", false).await.unwrap();
        let me = somebody(&store).await;
        let ctx = store.ctx(&me).await.unwrap();
        let mut statements = Vec::new();
        for id in [id, AddressId(4711)] {
            let before = store.statements();
            let update = UpdateAddress { id, address: in_city("a"), make_default: true };
            assert_eq!(code(store.write(&me, update).await), "identity.address_not_found");
            assert_eq!(code(store.write(&me, DeleteAddress { id }).await), "identity.address_not_found");
            let found = address(&mut store.read().await.unwrap(), &ctx, id).await;
            assert_eq!(code(found), "identity.address_not_found");
            statements.push(store.statements() - before);
        }
        assert_eq!(statements[0], statements[1]);
        assert_eq!(cities(&store, &theirs).await, ["secret*"]);
    }

    async fn a_repeated_request_keeps_one_address(kit) {
        let store = kit.store(Registry::new()).await;
        let me = somebody(&store).await;
        let key = || store::Key::new(1, "POST /api/v1/me/addresses", "k1", b"{}");
        let new = || AddAddress { address: in_city("a"), make_default: false };
        let first = store.once(&me, key(), new()).await.unwrap();
        assert_eq!(store.once(&me, key(), new()).await.unwrap(), first);
        assert_eq!(cities(&store, &me).await.len(), 1);
    }
}
