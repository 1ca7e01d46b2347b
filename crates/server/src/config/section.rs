//! How a section of the configuration is declared: one list gives the struct, its defaults, its reading and its
//! chapter of the reference.

use super::given::Reader;

/// One key, as the reference shows it.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// The dotted name, as in `--set NAME=VALUE`.
    pub name: &'static str,
    /// What a value looks like.
    pub shape: &'static str,
    /// The value when nobody gives one; empty for none.
    pub default: &'static str,
    /// What it is for, line by line.
    pub doc: &'static [&'static str],
}

impl Key {
    /// The environment variable of the key: `limits.body` is `KAIDIAN_LIMITS_BODY`.
    pub fn variable(&self) -> String {
        format!("KAIDIAN_{}", self.name.replace('.', "_").to_uppercase())
    }
}

/// A group of keys.
pub trait Section: Sized {
    /// What the group is about, line by line.
    const ABOUT: &'static [&'static str];
    /// Its keys, in the order of the reference.
    const KEYS: &'static [Key];

    /// Takes its keys; `None` when a value is wrong, which the reader keeps.
    fn read(reader: &mut Reader) -> Option<Self>;
}

/// Declares a section: a struct with a doc comment, a type and a default (as text) for each field.
macro_rules! section {
    (
        $(#[doc = $about:literal])+
        $name:ident $prefix:literal {
            $($(#[doc = $doc:literal])+ $field:ident: $ty:ty = $default:literal;)+
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $field: $ty,)+
        }

        impl $crate::config::section::Section for $name {
            const ABOUT: &'static [&'static str] = &[$($about),+];
            const KEYS: &'static [$crate::config::section::Key] = &[
                $($crate::config::section::Key {
                    name: concat!($prefix, stringify!($field)),
                    shape: <$ty as $crate::config::setting::Setting>::SHAPE,
                    default: $default,
                    doc: &[$($doc),+],
                },)+
            ];

            fn read(reader: &mut $crate::config::given::Reader) -> Option<Self> {
                $(let $field = reader.take::<$ty>(concat!($prefix, stringify!($field)), $default);)+
                Some(Self { $($field: $field?,)+ })
            }
        }
    };
}

pub(crate) use section;
