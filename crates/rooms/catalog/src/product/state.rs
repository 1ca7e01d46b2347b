//! The two states of a product: of what is sold, and of what is being edited. The numbers are the wire's
//! (`docs/wire/products.md`), and the database keeps them.

use serde::{Deserialize, Serialize};
use store::{Error, FromCol, Row, Val};
use utoipa::ToSchema;

/// An enum whose variants are numbers of the wire.
macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $number:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        #[schema(as = catalog::$name)]
        pub enum $name { $($(#[$vdoc])* $variant = $number,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The number on the wire and in the database.
            pub const fn number(self) -> i64 {
                self as i64
            }

            /// The one with this number.
            pub fn of(number: i64) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.number() == number)
            }
        }

        impl From<$name> for Val<'_> {
            fn from(one: $name) -> Self {
                one.number().into()
            }
        }

        impl FromCol for $name {
            fn from_col(row: &Row<'_>, index: usize) -> Result<Self, Error> {
                let unknown = || Error::internal(concat!("a stored ", stringify!($name), " can't be read"));
                Self::of(row.get(index)?).ok_or_else(unknown)
            }
        }
    };
}

numbered! {
    /// Where the product stands with its buyers.
    Status {
        /// It was never on sale.
        New = 0,
        /// On sale.
        Listed = 5,
        /// In the bin; erased after a while.
        Binned = 6,
        /// Erased; its number stays taken.
        Erased = 9,
        /// Taken off by the shop.
        Delisted = 11,
        /// Taken off by the platform.
        Violation = 13,
    }
}

numbered! {
    /// Where the draft stands.
    EditStatus {
        /// Being edited.
        Editing = 1,
        /// In audit; it can't be edited.
        Auditing = 2,
        /// Refused; to be edited and sent again.
        Refused = 3,
        /// Passed: the draft is what is online.
        Passed = 4,
    }
}

numbered! {
    /// Where a sku stands.
    SkuStatus {
        /// In a draft only.
        Draft = 0,
        /// Sold while its product is.
        On = 5,
        /// Gone from the product.
        Gone = 9,
        /// Not sold, its product may be.
        Off = 11,
    }
}

numbered! {
    /// Where an audit stands.
    AuditState {
        /// It waits for an operator.
        Waiting = 1,
        /// Refused, with a reason.
        Refused = 2,
        /// Passed.
        Passed = 3,
        /// Taken back by the shop.
        Withdrawn = 12,
    }
}

/// What happens to a product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It goes on sale.
    List,
    /// The shop takes it off.
    Delist,
    /// The platform takes it off.
    TakeDown,
    /// The shop throws it away.
    Bin,
    /// The shop takes it out of the bin.
    Restore,
    /// Its time in the bin is over.
    Erase,
}

/// The moves of a product; what is not here is refused.
pub const MOVES: &[(Status, Step, Status)] = &[
    (Status::New, Step::List, Status::Listed),
    (Status::Delisted, Step::List, Status::Listed),
    (Status::Violation, Step::List, Status::Listed),
    (Status::Listed, Step::List, Status::Listed),
    (Status::Listed, Step::Delist, Status::Delisted),
    (Status::New, Step::TakeDown, Status::Violation),
    (Status::Listed, Step::TakeDown, Status::Violation),
    (Status::Delisted, Step::TakeDown, Status::Violation),
    (Status::New, Step::Bin, Status::Binned),
    (Status::Listed, Step::Bin, Status::Binned),
    (Status::Delisted, Step::Bin, Status::Binned),
    (Status::Violation, Step::Bin, Status::Binned),
    (Status::Binned, Step::Restore, Status::Delisted),
    (Status::Binned, Step::Erase, Status::Erased),
];

/// What happens to a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditStep {
    /// It is written.
    Edit,
    /// It is sent to audit.
    Submit,
    /// It passes.
    Pass,
    /// It does not.
    Refuse,
    /// The shop takes it back.
    Cancel,
}

/// The moves of a draft. A passed one goes to audit again where the platform has taken the product off.
pub const EDIT_MOVES: &[(EditStatus, EditStep, EditStatus)] = &[
    (EditStatus::Editing, EditStep::Edit, EditStatus::Editing),
    (EditStatus::Refused, EditStep::Edit, EditStatus::Editing),
    (EditStatus::Passed, EditStep::Edit, EditStatus::Editing),
    (EditStatus::Editing, EditStep::Submit, EditStatus::Auditing),
    (EditStatus::Refused, EditStep::Submit, EditStatus::Auditing),
    (EditStatus::Passed, EditStep::Submit, EditStatus::Auditing),
    (EditStatus::Auditing, EditStep::Pass, EditStatus::Passed),
    (EditStatus::Auditing, EditStep::Refuse, EditStatus::Refused),
    (EditStatus::Auditing, EditStep::Cancel, EditStatus::Editing),
];

impl Status {
    /// The status after `step`, if the table has it.
    pub fn after(self, step: Step) -> Option<Self> {
        MOVES.iter().find(|(from, by, _)| (*from, *by) == (self, step)).map(|(.., to)| *to)
    }
}

impl EditStatus {
    /// The status after `step`, if the table has it.
    pub fn after(self, step: EditStep) -> Option<Self> {
        EDIT_MOVES.iter().find(|(from, by, _)| (*from, *by) == (self, step)).map(|(.., to)| *to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEPS: [Step; 6] =
        [Step::List, Step::Delist, Step::TakeDown, Step::Bin, Step::Restore, Step::Erase];
    const EDIT_STEPS: [EditStep; 5] =
        [EditStep::Edit, EditStep::Submit, EditStep::Pass, EditStep::Refuse, EditStep::Cancel];

    #[test]
    fn numbers_are_the_wires_and_come_back() {
        let all: Vec<i64> = Status::ALL.iter().map(|s| s.number()).collect();
        assert_eq!(all, [0, 5, 6, 9, 11, 13]);
        assert!(Status::ALL.iter().all(|s| Status::of(s.number()) == Some(*s)));
        assert_eq!(Status::of(7), None);
    }

    #[test]
    fn nothing_leads_out_of_erasure_and_only_the_bin_leads_in() {
        for step in STEPS {
            assert_eq!(Status::Erased.after(step), None);
        }
        let into: Vec<Status> =
            MOVES.iter().filter(|(.., to)| *to == Status::Erased).map(|(from, ..)| *from).collect();
        assert_eq!(into, [Status::Binned]);
    }

    proptest! {
        #[test]
        fn only_an_audit_makes_a_draft_pass(steps in prop::collection::vec(0usize..5, 1..40)) {
            let mut state = EditStatus::Editing;
            for step in steps.into_iter().map(|i| EDIT_STEPS[i]) {
                let Some(next) = state.after(step) else { continue };
                if next == EditStatus::Passed {
                    prop_assert_eq!((state, step), (EditStatus::Auditing, EditStep::Pass));
                }
                state = next;
            }
        }

        #[test]
        fn what_is_in_the_bin_is_not_sold_before_it_is_restored(steps in prop::collection::vec(0usize..6, 1..40)) {
            let mut state = Status::New;
            for step in steps.into_iter().map(|i| STEPS[i]) {
                let Some(next) = state.after(step) else { continue };
                prop_assert!(!(state == Status::Binned && next == Status::Listed));
                state = next;
            }
        }
    }
}
