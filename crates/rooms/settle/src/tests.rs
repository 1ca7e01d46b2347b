//! What must be true of settlements, on both engines.

use store::testkit::prepare_all;

store::on_both! {
    rooms = crate::testing::rooms();

    async fn both_engines_understand_every_statement(kit) {
        prepare_all(&kit, crate::sql::ALL).await;
    }
}
