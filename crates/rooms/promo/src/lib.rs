//! promo
