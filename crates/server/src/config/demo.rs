//! `[demo]`

use super::section::section;

section! {
    /// A platform to try things on. Never for real money: the clock can be moved, and codes are shown.
    Demo "demo." {
        /// Fill an empty database with shops, products and people, and open the sandbox.
        enabled: bool = "false";
        /// The same number gives the same ids, appids, openids, names and pictures; secrets are drawn anew.
        seed: i64 = "1";
    }
}
