-- A cart over several shops on its way to orders: which try of placing them counts, and what came of it.
CREATE TABLE trade_checkout (
    shopper_id BIGINT NOT NULL,
    checkout_id BIGINT NOT NULL,
    round BIGINT NOT NULL,
    outcome TEXT,
    PRIMARY KEY (shopper_id, checkout_id)
);
