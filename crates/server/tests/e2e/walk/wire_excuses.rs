//! Values that look wrong on the wire and are right, each with the reason.

use super::mutation::Mutation;

/// The end of the path, the end of the place, what is taken there, and why.
const TAKES: [(&str, &str, &[&str], &str); 1] = [(
    "product/auditfree",
    "/limited_info/limited_buy_num",
    &["less than nothing", "the least", "the most", "more than numbers of JSON carry"],
    "without a period there is no limit, whatever its number",
)];

/// Whether this value is right here.
pub(super) fn takes(path: &str, mutation: &Mutation) -> bool {
    let fits = |(route, place, what, _): &(&str, &str, &[&str], &str)| {
        path.ends_with(route) && mutation.place.ends_with(place) && what.contains(&mutation.what)
    };
    TAKES.iter().any(fits)
}
