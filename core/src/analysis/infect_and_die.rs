//! How far a rumor gets that everybody forwards once: the final size of infect-and-die, exactly.
//!
//! Whoever is informed sends to its targets once, and is done: Rényi-Erdős broadcast. In which
//! order the informed send makes no difference to how many there are in the end, so let them send
//! one after the other. The next sender reaches some of the `alive - informed` that have not heard:
//! as many of them as a uniform subset of all others contains, without those whose messages are
//! lost. When everybody who is informed has sent, it is over.
//!
//! Source: our derivation. Kermarrec, Massoulié, Ganesh (2003) give the limit for large groups, in
//! which everybody is reached with probability `exp(-exp(-c))` for a mean of `ln size + c` targets.
//!
//! Of `n` that are alive, with at most `f` targets, it takes `n^2 f / 2` multiplications and memory
//! for `n f` numbers. Nothing is truncated, and only probabilities are added and multiplied, so in
//! `f64` each probability has a relative error of at most about `n f / 2^50`; those below 1e-300
//! may become 0.

use alloc::vec;

use super::sender::Sender;
use super::{Group, Number, Reached, Refused};

/// How many processes hear of the rumor in the end, the one that knew it at the start included.
///
/// # Errors
/// When there is no such group, or it is too large.
pub fn final_size<T: Number>(group: &Group<T>) -> Result<Reached<T>, Refused> {
    let alive = group.alive()?;
    let sender = Sender::new(group);
    let mut over = vec![T::from(0); alive + 1];
    let mut informed = over.clone();
    informed[1] = T::from(1);
    for sent in 1..=alive {
        sender.send(&mut informed, sent);
        over[sent] = core::mem::replace(&mut informed[sent], T::from(0));
    }
    Ok(Reached::from_probabilities(over))
}
