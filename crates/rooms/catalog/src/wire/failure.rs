//! The published code of each refusal (`docs/wire/errcodes.md`).

use face::wire::{Failure, code};
use kernel::Denied;

use crate::Error;

const NO_RIGHT: i64 = 10_020_050;
const ARGUMENT: i64 = 10_020_051;
const NO_SUCH_PRODUCT: i64 = 10_020_052;
const NOT_EDITABLE: i64 = 10_020_008;
const NOT_ON_SALE: i64 = 10_020_065;
const IN_AUDIT: i64 = 10_020_217;
const NO_SUCH_CATEGORY: i64 = 10_020_017;

/// The failure that an error of this room is on the wire.
#[expect(clippy::needless_pass_by_value, reason = "stands after map_err")]
pub fn failure(error: Error) -> Failure {
    let errcode = match &error {
        Error::Flaw(flaw) => flaw.errcode(),
        Error::NotFound => NO_SUCH_PRODUCT,
        Error::NotEditable { .. } => NOT_EDITABLE,
        Error::InAudit => IN_AUDIT,
        Error::NotInAudit => ARGUMENT,
        Error::NotListed => NOT_ON_SALE,
        Error::NoSuchCategory => NO_SUCH_CATEGORY,
        Error::Denied(Denied::Forbidden) => NO_RIGHT,
        // Nothing was written: the client may repeat the call.
        Error::Raced => code::BUSY,
        other => return Failure::of(other),
    };
    Failure::new(errcode, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EditStatus, Flaw, Status};

    #[test]
    fn refusals_have_their_published_codes() {
        let not_editable = Error::NotEditable { status: Status::Listed, edit_status: EditStatus::Auditing };
        let cases = [
            (Error::Flaw(Flaw::TitleEmpty), 10_020_020),
            (Error::NotFound, 10_020_052),
            (not_editable, 10_020_008),
            (Error::InAudit, 10_020_217),
            (Error::NotInAudit, 10_020_051),
            (Error::NotListed, 10_020_065),
            (Error::NoSuchCategory, 10_020_017),
            (Error::Denied(Denied::Forbidden), 10_020_050),
            (Error::Denied(Denied::Unauthenticated), 40_001),
            (Error::Raced, -1),
            (Error::Store(store::Error::internal("SELECT")), -1),
        ];
        for (error, errcode) in cases {
            let text = error.to_string();
            let failed = failure(error);
            assert_eq!(failed.errcode, errcode, "{text}");
            assert!(!failed.errmsg.contains("SELECT"));
        }
    }
}
