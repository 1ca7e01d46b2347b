//! `[push]`

use super::section::section;

section! {
    /// Pushes to the addresses that merchants name.
    Push "push." {
        /// Allow addresses of this machine and of private networks. Leave it off where merchants are strangers:
        /// they could make the server ask its neighbours. In the demo this machine is allowed without it.
        allow_private_targets: bool = "false";
    }
}
