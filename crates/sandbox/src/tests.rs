//! The whole way: a shopper begins, the service behaves or misbehaves, the platform's books come out right.

use kernel::{Fault, Money};
use pay::{AskRefund, Channel, ChannelError, PaymentState, RefundNo, RefundState};

use crate::{
    Approve, BillState, Calls, Decline, Error, Faults, Notices, Refunds, SandboxChannel, SetBillFaults,
    service::caller,
    testing::{self, House, PAYMENT, SHOP, bill_no},
};

fn approve(bill: i64, notices: Notices) -> Approve {
    Approve { bill, notices: Some(notices), delay_ms: None }
}

fn ask(house: &House, txn: &str, amount: i64) -> AskRefund {
    AskRefund {
        refund: RefundNo { shop: SHOP, refund: kernel::RefundId(9), attempt: 1 },
        channel_txn: txn.into(),
        amount: Money::fen(amount),
        paid: Money::fen(1_234),
        reason: String::new(),
        notify_url: house.intake.channels.notify_url("sandbox"),
    }
}

store::on_both! {
    rooms = testing::rooms();

    async fn approval_reaches_the_platform_by_notice(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        let back = house.bill(bill).await.return_url;
        assert!(back.starts_with("https://shop.example/pay/return?payment=7.500."), "{back}");
        house.store.write(&caller(), approve(bill, Notices::Once)).await.unwrap();
        house.work().await;
        let paid = house.payment().await;
        assert_eq!((paid.state, paid.captured), (PaymentState::Captured, 1_234));
        assert_eq!(paid.channel_txn, house.bill(bill).await.txn);
        assert_eq!(house.sent().await, (1, 1));
    }

    async fn a_notice_twice_or_out_of_order_pays_once(kit) {
        for (way, notices) in [(Notices::Twice, 2), (Notices::OutOfOrder, 2)] {
            let kit = store::testkit::Kit::new(kit.engine, &testing::rooms()).await;
            let house = House::new(&kit).await;
            let bill = house.start().await;
            house.store.write(&caller(), approve(bill, way)).await.unwrap();
            house.work().await;
            assert_eq!(house.payment().await.captured, 1_234, "{way:?}");
            if way == Notices::OutOfOrder {
                assert_eq!(house.sent().await, (1, 1), "the earlier news is still on its way");
                tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
                house.work_later().await;
            }
            assert_eq!(house.sent().await, (notices, notices), "{way:?}");
            assert_eq!(house.payment().await.version, 3, "one change by the bill, one by the money: {way:?}");
        }
    }

    async fn a_delayed_notice_comes_when_its_time_has_come(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        let late = Approve { bill, notices: Some(Notices::Delayed), delay_ms: Some(300) };
        house.store.write(&caller(), late).await.unwrap();
        house.work_later().await;
        assert_eq!(house.payment().await.state, PaymentState::Open);
        tokio::time::sleep(std::time::Duration::from_millis(350)).await;
        house.work_later().await;
        assert_eq!(house.payment().await.state, PaymentState::Captured);
    }

    async fn a_lost_notice_is_found_by_the_return_page(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Lost)).await.unwrap();
        house.work().await;
        assert_eq!(house.payment().await.state, PaymentState::Open);
        let shopper = kernel::Caller::shopper(testing::SHOPPER);
        let asked = house.intake.ask(&house.store, &shopper, PAYMENT).await.unwrap();
        assert_eq!((asked.state, asked.captured), (PaymentState::Captured, 1_234));
        assert_eq!(house.sent().await, (0, 0));
    }

    async fn a_lost_notice_is_found_by_the_poll(kit) {
        let house = House::polled_at(&kit, vec![0, 0]).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Lost)).await.unwrap();
        house.work().await;
        assert_eq!(house.payment().await.state, PaymentState::Captured);
    }

    async fn a_declined_bill_lets_the_payer_begin_again(kit) {
        let house = House::polled_at(&kit, vec![0, 0]).await;
        let first = house.start().await;
        house.store.write(&caller(), Decline { bill: first }).await.unwrap();
        let twice = house.store.write(&caller(), Decline { bill: first }).await.unwrap();
        assert_eq!(twice.state, BillState::Declined);
        let over = house.store.write(&caller(), approve(first, Notices::Once)).await;
        assert_eq!(over.unwrap_err().code(), "sandbox.bill_over");
        house.work().await;
        let second = house.start().await;
        assert_ne!(first, second);
        house.store.write(&caller(), approve(second, Notices::Once)).await.unwrap();
        house.work_later().await;
        assert_eq!(house.payment().await.captured, 1_234);
    }

    async fn a_paid_bill_is_paid_once_and_not_declined(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        let first = house.store.write(&caller(), approve(bill, Notices::Lost)).await.unwrap();
        let second = house.store.write(&caller(), approve(bill, Notices::Once)).await.unwrap();
        assert_eq!(first, second);
        house.work().await;
        assert_eq!(house.sent().await, (0, 0), "nothing is sent for what was done before");
        let declined = house.store.write(&caller(), Decline { bill }).await;
        assert_eq!(declined.unwrap_err().code(), "sandbox.bill_over");
        let nowhere = house.store.write(&caller(), approve(1, Notices::Once)).await;
        assert_eq!(nowhere.unwrap_err().code(), "sandbox.no_such_bill");
        let never = Approve { bill, notices: None, delay_ms: Some(-1) };
        assert_eq!(house.store.write(&caller(), never).await.unwrap_err().code(), "sandbox.bad_request");
    }

    async fn a_payment_given_up_closes_its_bill(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.close().await;
        house.work().await;
        assert_eq!(house.bill(bill).await.state, BillState::Closed);
        let late = house.store.write(&caller(), approve(bill, Notices::Once)).await;
        assert!(matches!(late, Err(Error::BillOver)));
    }

    async fn late_money_goes_back_in_full(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Lost)).await.unwrap();
        house.close().await;
        house.work().await;
        let late = house.payment().await;
        assert!(late.is_late());
        assert_eq!((late.captured, late.refunded), (1_234, 1_234));
    }

    async fn a_refund_is_done_at_once(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Once)).await.unwrap();
        house.work().await;
        house.give_back(1, 234).await;
        house.give_back(2, 1_000).await;
        assert_eq!(house.refund(1).await.state, RefundState::Done);
        let paid = house.payment().await;
        assert_eq!((paid.refunding, paid.refunded), (0, 1_234));
    }

    async fn a_pending_refund_is_told_when_it_is_done(kit) {
        let house = House::new(&kit).await;
        house.faults(Faults { refunds: Refunds::Pending, delay_ms: 300, ..Faults::default() }).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Once)).await.unwrap();
        house.work().await;
        house.give_back(1, 234).await;
        assert_eq!(house.refund(1).await.state, RefundState::Sent);
        tokio::time::sleep(std::time::Duration::from_millis(350)).await;
        house.work_later().await;
        assert_eq!(house.refund(1).await.state, RefundState::Done);
        assert_eq!(house.sent().await, (3, 3), "paid, accepted, done");
    }

    async fn a_pending_refund_whose_notice_is_lost_is_found_by_asking(kit) {
        let house = House::polled_at(&kit, vec![0, 0]).await;
        house.faults(Faults { refunds: Refunds::Pending, notices: Notices::Lost, delay_ms: 0, ..Faults::default() }).await;
        let bill = house.start().await;
        house.store.write(&caller(), Approve { bill, notices: None, delay_ms: None }).await.unwrap();
        house.work().await;
        house.give_back(1, 234).await;
        for _ in 0..2 {
            house.work_later().await;
        }
        assert_eq!(house.refund(1).await.state, RefundState::Done);
        assert_eq!(house.sent().await, (0, 0));
    }

    async fn a_refund_out_of_order_is_done_and_stays_so(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Once)).await.unwrap();
        let odd = SetBillFaults { bill, notices: Some(Notices::OutOfOrder), refunds: None };
        house.store.write(&caller(), odd).await.unwrap();
        house.work().await;
        house.give_back(1, 234).await;
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        house.work_later().await;
        assert_eq!(house.refund(1).await.state, RefundState::Done);
        assert_eq!(house.payment().await.refunded, 234);
        assert_eq!(house.sent().await, (3, 3), "paid, done, accepted");
    }

    async fn a_failing_refund_fails_and_succeeds_when_tried_again(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Once)).await.unwrap();
        house.work().await;
        let failing = SetBillFaults { bill, notices: None, refunds: Some(Refunds::Failing) };
        assert_eq!(house.store.write(&caller(), failing).await.unwrap().refunds, Some(Refunds::Failing));
        house.give_back(1, 234).await;
        let failed = house.refund(1).await;
        assert_eq!(failed.state, RefundState::Failed);
        assert!(failed.failure.is_some());
        let mended = SetBillFaults { bill, notices: None, refunds: None };
        house.store.write(&caller(), mended).await.unwrap();
        house.store.write(&testing::system(), pay::RetryRefund { refund: kernel::RefundId(1) }).await.unwrap();
        house.work().await;
        assert_eq!(house.refund(1).await.state, RefundState::Done);
        assert_eq!(house.payment().await.refunded, 234);
    }

    async fn the_service_gives_back_no_more_than_was_paid(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        let channel = SandboxChannel::new(&house.sandbox);
        let refused = |e: Error| ChannelError::Refused(e.to_string());
        let unpaid = channel.refund(&ask(&house, "sb0", 1)).await;
        assert_eq!(unpaid, Err(refused(Error::NotPaid)));
        let txn = house.store.write(&caller(), approve(bill, Notices::Lost)).await.unwrap().txn.unwrap();
        assert_eq!(channel.refund(&ask(&house, &txn, 1_235)).await, Err(refused(Error::TooMuch)));
        assert_eq!(channel.refund(&ask(&house, &txn, 0)).await, Err(refused(Error::TooMuch)));
        let first = channel.refund(&ask(&house, &txn, 1_000)).await.unwrap();
        assert_eq!(channel.refund(&ask(&house, &txn, 1_000)).await, Ok(first), "the same number, the same refund");
        assert_eq!(channel.refund(&ask(&house, &txn, 999)).await, Err(refused(Error::NumberReused)));
        let mut another = ask(&house, &txn, 235);
        another.refund.attempt = 2;
        assert_eq!(channel.refund(&another).await, Err(refused(Error::TooMuch)));
    }

    async fn one_number_is_one_bill(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        let channel = SandboxChannel::new(&house.sandbox);
        let prepay = pay::Prepay {
            bill: bill_no(1),
            amount: Money::fen(1_234),
            description: "two cups".into(),
            notify_url: String::new(),
            return_url: String::new(),
        };
        let again = channel.prepay(&prepay).await.unwrap();
        assert!(again.cashier_url.ends_with(&format!("/{bill}")));
        let other = pay::Prepay { amount: Money::fen(1), ..prepay.clone() };
        assert_eq!(channel.prepay(&other).await, Err(ChannelError::Refused(Error::NumberReused.to_string())));
        channel.close(&bill_no(1)).await.unwrap();
        assert_eq!(channel.prepay(&prepay).await, Err(ChannelError::Refused(Error::BillOver.to_string())));
        assert_eq!(channel.close(&bill_no(2)).await, Ok(pay::BillNews::Unknown));
        assert_eq!(channel.query(&bill_no(2)).await, Ok(pay::BillNews::Unknown));
    }

    async fn a_service_that_is_down_answers_nothing_and_does_nothing(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.faults(Faults { calls: Calls::Unanswered, ..Faults::default() }).await;
        let channel = SandboxChannel::new(&house.sandbox);
        let down = ChannelError::Unavailable(Error::Down.to_string());
        assert_eq!(channel.query(&bill_no(1)).await, Err(down.clone()));
        assert_eq!(channel.close(&bill_no(1)).await, Err(down.clone()));
        assert_eq!(channel.refund(&ask(&house, "sb0", 1)).await, Err(down));
        assert_eq!(house.bill(bill).await.state, BillState::Waiting);
        house.sandbox.close();
        let gone = channel.query(&bill_no(1)).await;
        assert_eq!(gone, Err(ChannelError::Unavailable(Error::NotOpen.to_string())));
    }

    async fn a_notice_is_sent_until_it_is_taken(kit) {
        let house = House::new(&kit).await;
        let bill = house.start().await;
        house.store.write(&caller(), approve(bill, Notices::Once)).await.unwrap();
        spoil(&house, "UPDATE sandbox_notice SET body = '{}'").await;
        house.work().await;
        house.work_later().await;
        assert_eq!(house.sent().await, (2, 0));
        let body = "UPDATE sandbox_notice SET body = '{\"type\":\"other\",\"data\":{\"out_no\":\"x\"}}'";
        spoil(&house, body).await;
        house.work_later().await;
        house.work_later().await;
        assert_eq!(house.sent().await, (3, 1));
    }

    async fn faults_have_bounds(kit) {
        let house = House::new(&kit).await;
        let odd = crate::SetFaults(Faults { delay_ms: -1, ..Faults::default() });
        assert_eq!(house.store.write(&caller(), odd).await.unwrap_err().code(), "sandbox.bad_request");
        let nowhere = SetBillFaults { bill: 1, notices: None, refunds: None };
        assert_eq!(house.store.write(&caller(), nowhere).await.unwrap_err().code(), "sandbox.no_such_bill");
        let stranger = kernel::Caller::shopper(testing::SHOPPER);
        let pushed = house.store.write(&stranger, crate::SetFaults(Faults::default())).await;
        assert_eq!(pushed.unwrap_err().code(), "auth.forbidden");
    }
}

struct Spoil(&'static str);

impl store::Command for Spoil {
    type Out = ();
    type Err = store::Error;
    const NAME: &'static str = "test.spoil";

    async fn run(&self, tx: &mut store::Tx, _: &kernel::Ctx) -> Result<(), store::Error> {
        assert_eq!(tx.exec(self.0, store::p![]).await?, 1);
        Ok(())
    }
}

async fn spoil(house: &House, statement: &'static str) {
    house.store.write(&caller(), Spoil(statement)).await.unwrap();
}
