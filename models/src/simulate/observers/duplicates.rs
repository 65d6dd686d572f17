use rumormill_core::Protocol;

use crate::simulate::{Moment, Observer};

/// How many messages brought something new, and how many did not.
///
/// `tells` recognises the notices by which a machine tells that it got something new. Several
/// notices upon one message count once.
#[derive(Clone, Debug)]
pub struct Duplicates<F> {
    tells: F,
    messages: u64,
    useful: u64,
    /// Whether the step at hand is that of a message, and has told of nothing new so far.
    open: bool,
}

impl<F> Duplicates<F> {
    /// Nothing has arrived.
    #[must_use]
    pub fn new(tells: F) -> Self {
        Self { tells, messages: 0, useful: 0, open: false }
    }

    /// How many messages brought something new.
    #[must_use]
    pub fn useful(&self) -> u64 {
        self.useful
    }

    /// How many messages brought nothing new.
    #[must_use]
    pub fn duplicates(&self) -> u64 {
        self.messages - self.useful
    }
}

impl<X: Protocol<u32>, F: FnMut(&X::Notice) -> bool> Observer<X> for Duplicates<F> {
    fn on_message(&mut self, _: &Moment<'_, X>, _: u32, _: u32, _: &X::Message) {
        self.messages += 1;
        self.open = true;
    }

    fn on_timer(&mut self, _: &Moment<'_, X>, _: u32, _: X::Timer) {
        self.open = false;
    }

    fn on_request(&mut self, _: &Moment<'_, X>, _: u32, _: &X::Request) {
        self.open = false;
    }

    fn on_start(&mut self, _: &Moment<'_, X>, _: u32) {
        self.open = false;
    }

    fn on_notice(&mut self, _: &Moment<'_, X>, _: u32, notice: &X::Notice) {
        if self.open && (self.tells)(notice) {
            self.open = false;
            self.useful += 1;
        }
    }
}
