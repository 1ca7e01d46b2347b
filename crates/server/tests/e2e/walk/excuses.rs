//! Values that look wrong and are right, each with the reason.

use super::mutation::Mutation;

/// Members that take what others refuse: the end of their name, what they take, and why.
const TAKES: [(&str, &[&str], &str); 1] =
    [("stock.Correction.by", &["less than nothing"], "a correction may go down")];

/// Members that are kept as a hash, sealed, or not at all.
const SECRET: [&str; 2] = ["password", "code"];

/// Whether this value is right here.
pub(super) fn takes(mutation: &Mutation) -> bool {
    TAKES.iter().any(|(named, what, _)| mutation.named.ends_with(named) && what.contains(&mutation.what))
}

/// Whether this member can't be found again by looking.
pub(super) fn is_secret(mutation: &Mutation) -> bool {
    SECRET.iter().any(|end| mutation.named.ends_with(end))
}
