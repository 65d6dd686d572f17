//! The logistic law of periodic push gossip (the second text; Demers et al. 1987).
//!
//! It holds for *unsynchronised periods*: every node has a period of the same length, at a phase of
//! its own. There its half-life is right to 1 to 7 % for groups of 1,000 and more. In lockstep
//! rounds the growth is `(1 + f)^t` instead of `e^(f t)`, and the law is too fast by `f / ln(1 + f)`.
//!
//! Assumed: targets uniform among all other processes, drawn afresh in every period; losses
//! independent; rumors that stay hot.

/// A group in which one process knows a rumor at time 0.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Logistic {
    /// The number of processes, at least 2.
    pub size: u32,
    /// To how many peers an informed process sends in each period.
    pub fanout: f64,
    /// The probability that a message is lost, from 0 to 1.
    pub loss: f64,
}

impl Logistic {
    /// The expected share of informed processes, from 0 to 1, after `periods`.
    #[must_use]
    pub fn informed(&self, periods: f64) -> f64 {
        let others = f64::from(self.size) - 1.0;
        1.0 / (1.0 + others * libm::exp(-self.growth() * periods))
    }

    /// After how many periods the `share` (between 0 and 1) is informed.
    #[must_use]
    pub fn periods_until(&self, share: f64) -> f64 {
        let others = f64::from(self.size) - 1.0;
        libm::log(others * share / (1.0 - share)) / self.growth()
    }

    /// Lost messages act as a smaller fanout. A process never sends to itself, so the rate of
    /// contacts between two given processes is `fanout / (size - 1)`, and not `fanout / size`.
    fn growth(&self) -> f64 {
        let size = f64::from(self.size);
        self.fanout * (1.0 - self.loss) * size / (size - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text: T_1/2 = ln(N - 1) / f and T_99 = (ln(N - 1) + ln 99) / f, up to its `f / N` for
    /// `f / (N - 1)`.
    #[test]
    fn half_life_and_the_last_percent_are_those_of_the_text() {
        for (size, fanout, half, most) in
            [(100, 1.0, 4.595, 9.190), (1000, 2.0, 3.453, 5.751), (10_000, 3.0, 3.070, 4.602)]
        {
            let law = Logistic { size, fanout, loss: 0.0 };
            let tolerance = 1.1 / f64::from(size);
            assert!((law.periods_until(0.5) / half - 1.0).abs() < tolerance + 1e-3);
            assert!((law.periods_until(0.99) / most - 1.0).abs() < tolerance + 1e-3);
            assert!((law.informed(law.periods_until(0.9)) - 0.9).abs() < 1e-12);
        }
    }

    #[test]
    fn losses_stretch_time() {
        let clean = Logistic { size: 50, fanout: 2.0, loss: 0.0 };
        let lossy = Logistic { loss: 0.5, ..clean };
        assert!((lossy.periods_until(0.5) - 2.0 * clean.periods_until(0.5)).abs() < 1e-12);
    }
}
