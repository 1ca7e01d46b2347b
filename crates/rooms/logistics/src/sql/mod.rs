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
            store::testkit::prepare_all(&kit, crate::sql::account::ALL).await;
            store::testkit::prepare_all(&kit, crate::sql::parcel::ALL).await;
            store::testkit::prepare_all(&kit, crate::sql::step::ALL).await;
            store::testkit::prepare_all(&kit, crate::sql::waybill::ALL).await;
        }
    }
}
