//! The size of a group, as an interval with its confidence.
//!
//! [`counted`] judges what averaging counts, [`sampled`] the collisions among uniform samples (Sample
//! & Collide: Massoulié, Le Merrer, Kermarrec, Ganesh 2006). Neither is a number: what is promised is
//! that the interval holds the size in at least the stated share of all cases, as far as the
//! assumptions go.

use alloc::vec;

/// Where the size of a group lies.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Size {
    /// It is at least so much.
    pub low: u64,
    /// The likeliest.
    pub likely: f64,
    /// It is at most so much; `None`: nothing is known of how large it may be.
    pub high: Option<u64>,
    /// The probability that both are true, at least.
    pub confidence: f64,
}

/// The size of a group of whose counts somebody holds these parts of `unit`, the `trim` least and the
/// `trim` greatest left aside. `None`: too few counts are left, or nothing is held of some.
///
/// The mean of what all hold of a count is `unit / n`, and where an exchange was given up it is as
/// likely more as it is less. So of `m` counts, each errs upwards with probability 1/2, and the size
/// lies between the estimates of rank `trim + 1` and `m - trim` but for `2 P(B <= trim)`, where `B` is
/// binomial with `m` and 1/2: an interval that assumes no distribution.
///
/// Assumes that counts err independently, and as often upwards as downwards; that the parts have come
/// close to their means, which takes about `ln n / 1.19 + 10` periods; that whoever takes part goes on
/// until the end of the epoch, and whoever comes waits for the next.
#[must_use]
pub fn counted(parts: &[u64], unit: u64, trim: usize) -> Option<Size> {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    let count = parts.len();
    let kept = parts.get(trim..count.checked_sub(trim)?).filter(|kept| !kept.is_empty())?;
    let (least, greatest) = (kept[0], kept[kept.len() - 1]);
    let sum: f64 = kept.iter().map(|&part| part as f64).sum();
    let high = Some(unit.checked_div(least)? + u64::from(!unit.is_multiple_of(least)));
    Some(Size {
        low: unit / greatest,
        likely: unit as f64 * kept.len() as f64 / sum,
        high,
        confidence: 1.0 - 2.0 * tail(count, trim),
    })
}

/// The probability that of `count` fair coins no more than `most` show heads.
fn tail(count: usize, most: usize) -> f64 {
    let mut term = libm::exp2(-(count as f64));
    let mut sum = 0.0;
    for heads in 0..=most.min(count) {
        sum += term;
        term = term * (count - heads) as f64 / (heads + 1) as f64;
    }
    sum
}

/// The most samples that [`sampled`] judges: with so many, it makes about a billion steps.
pub const MAX_SAMPLES: u32 = 1 << 16;

/// The size of a group of which `samples` were drawn, `collisions` of which had been drawn before,
/// with that confidence, between 0 and 1. `None`: no sample, more than [`MAX_SAMPLES`], or more
/// collisions than there can be.
///
/// The likeliest is that of the maximum-likelihood estimate: the `n` for which `Σ_{i<D} i/(n - i)`
/// comes to the collisions, where `D` were different (`C²/2l` is too large by 5 % with 200 collisions
/// in a group of 20,000). The interval holds every size under which so few different ones, and every
/// size under which so many, are not too improbable: the number of different ones is distributed
/// exactly (the occupancy of `n` cells by `samples` balls). It is as good where sampling ended with a
/// number of collisions as where it ended with a number of samples.
///
/// Assumes that samples are independent, and uniform among all; where some are drawn more often, more
/// collide, and the group seems smaller, by the square of the coefficient of variation.
#[must_use]
pub fn sampled(samples: u32, collisions: u32, confidence: f64) -> Option<Size> {
    let is_possible = samples > 0 && samples <= MAX_SAMPLES && collisions < samples;
    if !is_possible || !(0.0..1.0).contains(&confidence) {
        return None;
    }
    let different = u64::from(samples - collisions);
    let doubt = (1.0 - confidence) / 2.0;
    // The larger the group, the fewer collide.
    let may_be_so_few = |size| at_most(collisions, samples, size) >= doubt;
    let may_be_so_many = |size| 1.0 - before(collisions, samples, size) >= doubt;
    let low = first(different, may_be_so_few);
    let high = (collisions > 0).then(|| last(different, may_be_so_many));
    Some(Size { low, likely: likeliest(different, collisions), high, confidence })
}

/// The probability that fewer than so many of the samples collide.
fn before(collisions: u32, samples: u32, size: u64) -> f64 {
    collisions.checked_sub(1).map_or(0.0, |fewer| at_most(fewer, samples, size))
}

/// The probability that no more than so many of the samples collide in a group of that size.
fn at_most(collisions: u32, samples: u32, size: u64) -> f64 {
    let size = size as f64;
    // The probability of each number of collisions after some samples.
    let mut chances = vec![0.0; collisions as usize + 1];
    chances[0] = 1.0;
    for drawn in 0..samples {
        for collided in (0..chances.len()).rev() {
            let seen = |collided: usize| (f64::from(drawn) - collided as f64).max(0.0) / size;
            let stays = chances[collided] * (1.0 - seen(collided)).max(0.0);
            let rises =
                collided.checked_sub(1).map_or(0.0, |fewer| chances[fewer] * seen(fewer).min(1.0));
            chances[collided] = stays + rises;
        }
    }
    chances.iter().sum::<f64>().min(1.0)
}

/// The first size from `from` on that will do, where all larger ones do as well.
fn first(from: u64, will_do: impl Fn(u64) -> bool) -> u64 {
    let mut above = from;
    while !will_do(above) && above < LARGEST {
        above *= 2;
    }
    let (mut low, mut high) = (from, above);
    while low < high {
        let middle = low.midpoint(high);
        if will_do(middle) { high = middle } else { low = middle + 1 }
    }
    low
}

/// The last size from `from` on that will do, where all smaller ones do as well.
fn last(from: u64, will_do: impl Fn(u64) -> bool) -> u64 {
    first(from, |size| !will_do(size)).saturating_sub(1).max(from)
}

/// No larger size is looked for.
const LARGEST: u64 = 1 << 40;

/// The size for which `Σ_{i<D} i/(n - i)` comes to the collisions; infinite where there was none.
fn likeliest(different: u64, collisions: u32) -> f64 {
    if collisions == 0 {
        return f64::INFINITY;
    }
    let expected = |size: f64| -> f64 {
        (0..different).map(|before| before as f64 / (size - before as f64)).sum()
    };
    let (mut low, mut high) = (different as f64 - 1.0, LARGEST as f64);
    while high - low > 1e-9 * high {
        let middle = f64::midpoint(low, high);
        if expected(middle) > f64::from(collisions) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_agree_leave_no_doubt_of_the_size_and_some_of_themselves() {
        let size = counted(&[250; 8], 1000, 1).expect("enough counts");
        assert_eq!((size.low, size.likely, size.high), (4, 4.0, Some(4)));
        // 1 - 2 (1 + 8) / 256
        assert!((size.confidence - 0.929_687_5).abs() < 1e-12);
        assert_eq!(counted(&[3, 300, 301, 400], 1000, 1).map(|size| size.low), Some(3));
        let high = counted(&[3, 300, 301, 400], 1000, 1).and_then(|size| size.high);
        assert_eq!(high, Some(4));
    }

    #[test]
    fn too_few_counts_and_parts_of_nothing_say_nothing() {
        assert_eq!(counted(&[], 1000, 0), None);
        assert_eq!(counted(&[1, 2], 1000, 1), None);
        assert_eq!(counted(&[1, 2], 1000, 9), None);
        assert_eq!(counted(&[0, 2, 3], 1000, 0), None);
    }

    /// Of three samples in a group of two, by hand: 1 collides with probability 3/4, 2 with 1/4.
    #[test]
    fn the_number_of_collisions_is_distributed_as_by_hand() {
        for (collisions, chance) in [(0, 0.0), (1, 0.75), (2, 1.0)] {
            assert!((at_most(collisions, 3, 2) - chance).abs() < 1e-12);
        }
        // The birthday paradox.
        assert!((1.0 - at_most(0, 23, 365) - 0.507_297).abs() < 1e-6);
    }

    #[test]
    fn the_likeliest_size_is_that_of_maximum_likelihood() {
        let size = sampled(3, 1, 0.9).expect("samples");
        // 1/(n - 1) = 1
        assert!((size.likely - 2.0).abs() < 1e-6);
        // Two that collide are all that there is, as far as that tells.
        assert!((sampled(2, 1, 0.9).expect("samples").likely).abs() < 1e-6);
    }

    #[test]
    fn the_ends_of_the_interval_are_where_it_becomes_improbable() {
        let size = sampled(60, 15, 0.95).expect("samples");
        let high = size.high.expect("there are collisions");
        assert!(at_most(15, 60, size.low) >= 0.025 && at_most(15, 60, size.low - 1) < 0.025);
        assert!(1.0 - at_most(14, 60, high) >= 0.025 && 1.0 - at_most(14, 60, high + 1) < 0.025);
        assert!((size.low as f64) < size.likely && size.likely < high as f64);
    }

    #[test]
    fn without_a_collision_there_is_no_upper_end_and_nonsense_has_no_answer() {
        let size = sampled(10, 0, 0.9).expect("samples");
        assert_eq!((size.high, size.likely), (None, f64::INFINITY));
        assert!(size.low >= 10);
        for (samples, collisions, confidence) in
            [(0, 0, 0.9), (5, 5, 0.9), (MAX_SAMPLES + 1, 1, 0.9), (5, 1, 1.0), (5, 1, f64::NAN)]
        {
            assert_eq!(sampled(samples, collisions, confidence), None);
        }
    }
}
