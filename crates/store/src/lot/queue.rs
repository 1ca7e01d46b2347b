//! Who waits for a lot, by kind of command and scope.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use crate::Command;

/// Most commands of a lot.
const MOST: usize = 128;

/// The waiting of all kinds. An entry says that somebody is at work on this kind and scope and will look again.
#[derive(Default)]
pub(crate) struct Lots(Mutex<HashMap<(TypeId, i64), Box<dyn Any + Send>>>);

impl Lots {
    /// Joins the waiting. True if nobody is at work: then the caller is to be, until [`next`](Self::next) has no more.
    pub(crate) fn join<C: Command, T: Send + 'static>(&self, scope: i64, one: T) -> bool {
        let mut lots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut idle = false;
        let waiting = lots.entry((TypeId::of::<C>(), scope)).or_insert_with(|| {
            idle = true;
            Box::new(Vec::<T>::new())
        });
        if let Some(waiting) = waiting.downcast_mut::<Vec<T>>() {
            waiting.push(one);
        }
        idle
    }

    /// The next lot in the order of coming; none when nobody waits, and then nobody is at work.
    pub(crate) fn next<C: Command, T: Send + 'static>(&self, scope: i64) -> Vec<T> {
        let mut lots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (TypeId::of::<C>(), scope);
        let Some(waiting) = lots.get_mut(&key).and_then(|w| w.downcast_mut::<Vec<T>>()) else {
            return Vec::new();
        };
        if waiting.is_empty() {
            lots.remove(&key);
            return Vec::new();
        }
        let later = waiting.split_off(waiting.len().min(MOST));
        std::mem::replace(waiting, later)
    }
}
