//! Every statement of the room.

pub(crate) mod account;
pub(crate) mod parcel;
pub(crate) mod step;
pub(crate) mod waybill;

#[cfg(test)]
mod tests {
    store::on_both! {
        rooms = crate::testing::rooms();

        async fn both_engines_understand_every_statement(kit) {
            store::testkit::prepare_all(&kit, super::account::ALL).await;
            store::testkit::prepare_all(&kit, super::parcel::ALL).await;
            store::testkit::prepare_all(&kit, super::step::ALL).await;
            store::testkit::prepare_all(&kit, super::waybill::ALL).await;
        }
    }
}
