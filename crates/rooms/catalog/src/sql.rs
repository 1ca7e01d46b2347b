//! Every statement of the room.

mod sku;

pub(crate) use sku::*;
