//! Every statement of the room, by what it is about.

pub(crate) mod address;
pub(crate) mod app;
pub(crate) mod login;
pub(crate) mod operator;
pub(crate) mod session;
pub(crate) mod shopper;
pub(crate) mod staff;
pub(crate) mod sweep;
pub(crate) mod token;

#[cfg(test)]
mod tests {
    use super::*;

    store::on_both! {
        rooms = crate::testing::rooms();

        async fn both_engines_understand_every_statement(kit) {
            use store::testkit::prepare_all;
            prepare_all(&kit, address::ALL).await;
            prepare_all(&kit, app::ALL).await;
            prepare_all(&kit, login::ALL).await;
            prepare_all(&kit, operator::ALL).await;
            prepare_all(&kit, session::ALL).await;
            prepare_all(&kit, shopper::ALL).await;
            prepare_all(&kit, staff::ALL).await;
            prepare_all(&kit, sweep::ALL).await;
            prepare_all(&kit, token::ALL).await;
        }
    }
}
