//! The armed timers of one machine.

/// A timer that is armed, and a number that tells when.
#[derive(Clone, Copy, Debug)]
struct Armed<T> {
    timer: T,
    mark: u32,
}

/// At most one deadline for each timer, in ascending order of the timers.
#[derive(Debug)]
pub(crate) struct Alarms<T>(Vec<Armed<T>>);

impl<T: Copy + Ord> Alarms<T> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// Arms the timer; returns the mark that it had.
    pub(crate) fn arm(&mut self, timer: T, mark: u32) -> Option<u32> {
        match self.find(timer) {
            Ok(place) => Some(std::mem::replace(&mut self.0[place].mark, mark)),
            Err(place) => {
                self.0.insert(place, Armed { timer, mark });
                None
            }
        }
    }

    /// Disarms the timer; returns the mark that it had.
    pub(crate) fn disarm(&mut self, timer: T) -> Option<u32> {
        self.find(timer).ok().map(|place| self.0.remove(place).mark)
    }

    /// Disarms and returns the first timer whose mark is less.
    pub(crate) fn take_below(&mut self, mark: u32) -> Option<T> {
        let place = self.0.iter().position(|armed| armed.mark < mark)?;
        Some(self.0.remove(place).timer)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The marks of all that are armed.
    pub(crate) fn marks(&self) -> impl Iterator<Item = u32> {
        self.0.iter().map(|armed| armed.mark)
    }

    fn find(&self, timer: T) -> Result<usize, usize> {
        self.0.binary_search_by(|armed| armed.timer.cmp(&timer))
    }
}
