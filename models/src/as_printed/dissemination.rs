//! The formulas of the second text, on periodic push gossip, as printed.
//!
//! Of `N` nodes one knows a message at the start; in every round each that knows it sends it to `f`
//! others. `x` do not know it, `y` do, and `T` is the number of rounds.
//!
//! How it is read: the copy of the text that we have lacks its displayed formulas. What stands in its
//! sentences (`β = f/N`, the constant `C`, the half-life) leaves one choice for each of them.

/// "On average, each round results in a decrease in the number of uninfected nodes by `(f/N) x y`."
#[must_use]
pub fn decrease(nodes: u32, fanout: u32, uninfected: u32) -> f64 {
    let infected = nodes - uninfected;
    f64::from(fanout) / f64::from(nodes) * f64::from(uninfected) * f64::from(infected)
}

/// "The expected value of the fraction x/N of uninfected nodes": `1 / (1 + e^(fT) / (N − 1))`.
#[must_use]
pub fn uninfected(nodes: u32, fanout: u32, rounds: u32) -> f64 {
    1.0 / (1.0 + libm::exp(f64::from(fanout * rounds)) / (f64::from(nodes) - 1.0))
}

/// "The number of rounds when half of the cluster gets the update": `ln(N − 1) / f`.
#[must_use]
pub fn half_life(nodes: u32, fanout: u32) -> f64 {
    libm::log(f64::from(nodes) - 1.0) / f64::from(fanout)
}

/// "The number of rounds it takes for 99 %": `(ln(N − 1) + ln 99) / f`.
#[must_use]
pub fn until_99_percent(nodes: u32, fanout: u32) -> f64 {
    half_life(nodes, fanout) + libm::log(99.0) / f64::from(fanout)
}

/// "Each node … receives on expectation `f/N` messages per round."
#[must_use]
pub fn load(nodes: u32, fanout: u32) -> f64 {
    f64::from(fanout) / f64::from(nodes)
}
