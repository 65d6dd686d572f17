//! The deadlines of a machine. Pure: what time it is, the caller says.

use std::time::Duration;

use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rumormill_core::Ticks;
use tokio::time::Instant;

/// A longer delay is as long as this one: some ten years, which every clock can count.
const LONGEST_DELAY: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// At most one deadline for each timer. A machine has few, so they are simply looked through.
pub(crate) struct Timers<T> {
    tick: Duration,
    phases: Xoshiro256PlusPlus,
    armed: Vec<Fired<T>>,
}

/// A timer, and when it is or was due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Fired<T> {
    pub(crate) timer: T,
    pub(crate) deadline: Instant,
}

/// In which step a timer is armed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step<T> {
    /// At the start of the machine.
    Start,
    /// Upon this timer.
    Timer(Fired<T>),
    /// Upon something else.
    Other,
}

impl<T: Copy + PartialEq> Timers<T> {
    /// None is armed; ticks last `tick`.
    pub(crate) fn new(tick: Duration, seed: u64) -> Self {
        Self { tick, phases: Xoshiro256PlusPlus::seed_from_u64(seed), armed: Vec::new() }
    }

    /// Arms `timer`, and returns how many periods it leaves out.
    ///
    /// - Armed at the start, it fires after a uniform part of the delay: processes that were
    ///   started together do not act together for ever after. Only then: a timer that is armed
    ///   later may wait for an answer, and has a right to its whole delay.
    /// - Armed anew by its own firing, it keeps its pace: counted from when it was due, not from
    ///   when the process got round to it. Periods that are over by now are left out.
    pub(crate) fn arm(&mut self, timer: T, after: Ticks, now: Instant, step: Step<T>) -> u64 {
        let delay = self.tick.saturating_mul(after.0).min(LONGEST_DELAY);
        let (wait, skipped) = match step {
            Step::Start => (self.phase(delay), 0),
            Step::Timer(fired) if fired.timer == timer => {
                rest_of_period(now.saturating_duration_since(fired.deadline), delay)
            }
            Step::Timer(_) | Step::Other => (delay, 0),
        };
        self.disarm(timer);
        self.armed.push(Fired { timer, deadline: now + wait });
        skipped
    }

    pub(crate) fn disarm(&mut self, timer: T) {
        self.armed.retain(|armed| armed.timer != timer);
    }

    /// When the next timer is due.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        self.armed.iter().map(|armed| armed.deadline).min()
    }

    /// The timer that is due for longest; it is armed no more.
    pub(crate) fn fire(&mut self, now: Instant) -> Option<Fired<T>> {
        let due = self.armed.iter().enumerate().filter(|(_, armed)| armed.deadline <= now);
        let (place, _) = due.min_by_key(|(_, armed)| armed.deadline)?;
        Some(self.armed.remove(place))
    }

    /// A uniform part of the delay, and not zero.
    fn phase(&mut self, delay: Duration) -> Duration {
        let most = delay.as_nanos() as u64;
        if most == 0 { delay } else { Duration::from_nanos(self.phases.random_range(1..=most)) }
    }
}

/// How long it is until the end of the current period of a timer that was due some time ago, and
/// how many periods have ended since.
fn rest_of_period(late: Duration, period: Duration) -> (Duration, u64) {
    let (late, period) = (late.as_nanos(), period.as_nanos());
    if period == 0 {
        return (Duration::ZERO, 0);
    }
    // Within `LONGEST_DELAY`, so the nanoseconds fit.
    (Duration::from_nanos((period - late % period) as u64), (late / period) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn fire_all(timers: &mut Timers<u8>, now: Instant) -> Vec<u8> {
        std::iter::from_fn(|| timers.fire(now)).map(|fired| fired.timer).collect()
    }

    #[test]
    fn a_timer_has_one_deadline_and_is_gone_once_fired() {
        let (mut timers, now) = (Timers::new(SECOND, 0), Instant::now());
        timers.arm(1, Ticks(5), now, Step::Other);
        timers.arm(2, Ticks(3), now, Step::Other);
        timers.arm(1, Ticks(2), now, Step::Other);
        timers.arm(3, Ticks(1), now, Step::Other);
        timers.disarm(3);
        assert_eq!(timers.next_deadline(), Some(now + 2 * SECOND));
        assert_eq!(fire_all(&mut timers, now + SECOND), []);
        assert_eq!(fire_all(&mut timers, now + 9 * SECOND), [1, 2]);
        assert_eq!(timers.next_deadline(), None);
    }

    #[test]
    fn a_timer_armed_at_the_start_has_a_phase_within_its_delay_and_each_seed_another() {
        let now = Instant::now();
        let phase = |seed| {
            let mut timers = Timers::new(SECOND, seed);
            timers.arm((), Ticks(10), now, Step::Start);
            timers.next_deadline().map(|deadline| deadline - now)
        };
        let phases: Vec<_> = (0..1000).filter_map(phase).collect();
        assert!(phases.iter().all(|&phase| Duration::ZERO < phase && phase <= 10 * SECOND));
        let early = phases.iter().filter(|&&phase| phase <= SECOND).count();
        // Binomial(1000, 1/10), and within five standard deviations.
        assert!((53..=147).contains(&early), "{early} of 1000 in the first tenth");
    }

    #[test]
    fn a_period_does_not_drift_however_late_its_step_is() {
        let (mut timers, start) = (Timers::new(SECOND, 0), Instant::now());
        timers.arm(1, Ticks(10), start, Step::Other);
        for period in 1..100 {
            let due = start + 10 * period * SECOND;
            let late = due + SECOND.mul_f64(0.09 * f64::from(period));
            let fired = timers.fire(late).expect("it is due");
            assert_eq!(fired, Fired { timer: 1, deadline: due });
            assert_eq!(timers.arm(1, Ticks(10), late, Step::Timer(fired)), 0);
        }
    }

    #[test]
    fn periods_that_are_over_are_left_out_and_counted() {
        let (mut timers, start) = (Timers::new(SECOND, 0), Instant::now());
        timers.arm(1, Ticks(10), start, Step::Other);
        let late = start + 35 * SECOND;
        let fired = timers.fire(late).expect("it is due");
        assert_eq!(timers.arm(1, Ticks(10), late, Step::Timer(fired)), 2);
        assert_eq!(timers.next_deadline(), Some(start + 40 * SECOND));
    }

    #[test]
    fn another_timer_that_is_armed_upon_a_firing_has_its_whole_delay() {
        let (mut timers, start) = (Timers::new(SECOND, 0), Instant::now());
        timers.arm(1, Ticks(1), start, Step::Other);
        let late = start + 3 * SECOND;
        let fired = timers.fire(late).expect("it is due");
        timers.arm(2, Ticks(1), late, Step::Timer(fired));
        assert_eq!(timers.next_deadline(), Some(late + SECOND));
    }

    #[test]
    fn no_delay_is_too_short_or_too_long() {
        let (mut timers, now) = (Timers::new(Duration::MAX, 0), Instant::now());
        timers.arm(1, Ticks(u32::MAX), now, Step::Start);
        timers.arm(2, Ticks(0), now, Step::Start);
        let fired = timers.fire(now).expect("no delay at all");
        assert_eq!(fired.timer, 2);
        timers.arm(2, Ticks(0), now + SECOND, Step::Timer(fired));
        assert_eq!(timers.next_deadline(), Some(now + SECOND));
    }
}
