//! The latest messages, in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Message;

/// Older messages make room: a long load run must not fill the memory.
const KEPT: usize = 1_000;

/// The messages, newest first. Clones share one list.
#[derive(Clone, Default)]
pub struct Messages(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    count: u64,
    latest: VecDeque<Message>,
}

impl Messages {
    /// Keeps a message and returns the number it was given.
    pub fn add(&self, mut message: Message) -> u64 {
        let mut inner = self.inner();
        inner.count += 1;
        message.id = inner.count;
        inner.latest.push_front(message);
        inner.latest.truncate(KEPT);
        inner.count
    }

    /// The messages kept, newest first; only those to `recipient` if one is given.
    pub fn list(&self, recipient: Option<&str>) -> Vec<Message> {
        let inner = self.inner();
        let wanted = |message: &&Message| recipient.is_none_or(|name| message.to.iter().any(|to| to == name));
        inner.latest.iter().filter(wanted).cloned().collect()
    }

    /// The message of that number, while it is kept.
    pub fn find(&self, id: u64) -> Option<Message> {
        self.inner().latest.iter().find(|message| message.id == id).cloned()
    }

    /// A list that a panicking thread left is whole all the same: every change is one call.
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
