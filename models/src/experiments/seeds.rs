//! From one seed, the seeds of all runs.

/// The seeds of the runs of one series. They depend on the master seed, on what the series is called,
/// and on the number of the run; not on what else is run. So a sweep over more points has the same
/// runs at the points that it shares with a smaller one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Seeds(u64);

/// The increment of SplitMix64: the golden ratio, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Seeds {
    /// The seeds of a series.
    #[must_use]
    pub fn of(master: u64, series: &str) -> Self {
        Self(mix(master.wrapping_add(STEP)) ^ hash(series))
    }

    /// The seed of a run. Those of different runs of a series differ.
    #[must_use]
    pub fn of_run(self, run: u64) -> u64 {
        mix(self.0.wrapping_add(STEP.wrapping_mul(run.wrapping_add(1))))
    }
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): one to one, and every bit of the input
/// tells on every bit of the output.
fn mix(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// FNV-1a, whose values are the same everywhere.
fn hash(text: &str) -> u64 {
    let take = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    mix(text.bytes().fold(0xcbf2_9ce4_8422_2325, take))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The reference implementation's first outputs from the seed 1234567.
    #[test]
    fn the_finalizer_is_that_of_splitmix64() {
        let outputs = (1..=3_u64).map(|i| mix(1_234_567_u64.wrapping_add(STEP.wrapping_mul(i))));
        let expected =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(outputs.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn seeds_differ_by_master_by_series_and_by_run() {
        let mut seen = BTreeSet::new();
        for master in 0..4 {
            for series in ["", "a", "b", "nodes 10", "nodes 100"] {
                let seeds = Seeds::of(master, series);
                assert!((0..1000).all(|run| seen.insert(seeds.of_run(run))));
            }
        }
    }
}
