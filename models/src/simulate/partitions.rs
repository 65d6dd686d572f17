//! Partitions that are in force.

use super::chance::{Source, below};
use super::faults::Sides;

/// The partitions that are in force, with the side of each machine.
#[derive(Debug)]
pub(crate) struct Partitions {
    active: Vec<Active>,
    source: Source,
}

#[derive(Debug)]
struct Active {
    number: u32,
    /// Who came later is at their end.
    sides: Vec<u16>,
    /// Newcomers are on one of so many sides, which is drawn; the last side of lists.
    newcomers: Newcomers,
}

#[derive(Clone, Copy, Debug)]
enum Newcomers {
    Drawn(u16),
    On(u16),
}

impl Partitions {
    pub(crate) fn new(source: Source) -> Self {
        Self { active: Vec::new(), source }
    }

    /// The partition of that number begins, in a group in which so many machines were born.
    pub(crate) fn begin(&mut self, number: u32, sides: &Sides, born: u32) {
        let newcomers = match sides {
            Sides::Drawn(count) => Newcomers::Drawn(*count),
            Sides::Lists(lists) => Newcomers::On(lists.len() as u16),
        };
        let source = &mut self.source;
        let mut of: Vec<u16> = (0..born).map(|_| newcomers.side(source)).collect();
        if let Sides::Lists(lists) = sides {
            for (side, list) in lists.iter().enumerate() {
                list.iter().for_each(|&node| of[node as usize] = side as u16);
            }
        }
        self.active.push(Active { number, sides: of, newcomers });
    }

    /// The partition of that number ends.
    pub(crate) fn heal(&mut self, number: u32) {
        self.active.retain(|active| active.number != number);
    }

    /// Somebody was born.
    pub(crate) fn admit(&mut self) {
        for active in &mut self.active {
            active.sides.push(active.newcomers.side(&mut self.source));
        }
    }

    /// The number of a partition that separates the two.
    #[inline]
    pub(crate) fn between(&self, one: u32, other: u32) -> Option<u32> {
        let (one, other) = (one as usize, other as usize);
        let separates = |active: &&Active| active.sides.get(one) != active.sides.get(other);
        self.active.iter().find(separates).map(|active| active.number)
    }
}

impl Newcomers {
    fn side(self, source: &mut Source) -> u16 {
        match self {
            Self::On(side) => side,
            Self::Drawn(count) => below(source, u64::from(count)) as u16,
        }
    }
}
