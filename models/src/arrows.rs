//! Which numbers lead to which, and strongly connected components.

/// No component.
const NONE: u32 = u32::MAX;

/// Which numbers lead to which.
#[derive(Clone, Default)]
pub(crate) struct Arrows {
    ends: Vec<u32>,
    targets: Vec<u32>,
}

impl Arrows {
    /// The next number leads to these.
    pub(crate) fn push(&mut self, targets: impl IntoIterator<Item = u32>) {
        self.targets.extend(targets);
        self.ends.push(self.targets.len() as u32);
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn of(&self, from: u32) -> &[u32] {
        let start = from.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.targets[start as usize..self.ends[from as usize] as usize]
    }

    /// The lists, one after the other.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.len() as u32).map(|from| self.of(from))
    }

    /// The strongly connected components, each as the list of its members; what a component leads
    /// to comes before it. Within one, too, most of what a member leads to comes before the member:
    /// all but what closes a cycle.
    ///
    /// R. Tarjan, "Depth-first search and linear graph algorithms" (1972), with a stack of its own
    /// instead of recursion.
    pub(crate) fn components(&self) -> Self {
        let mut search = Search {
            arrows: self,
            order: vec![NONE; self.len()],
            low: vec![NONE; self.len()],
            left: Vec::new(),
            met: 0,
            found: Self::default(),
        };
        for root in 0..self.len() as u32 {
            if search.order[root as usize] == NONE {
                search.from(root);
            }
        }
        search.found
    }
}

struct Search<'a> {
    arrows: &'a Arrows,
    /// When each was met; [`NONE`] if it was not.
    order: Vec<u32>,
    /// The first met of those that are known to be in the same component; [`NONE`] once the
    /// component is complete.
    low: Vec<u32>,
    /// Those that were left, in this order, but whose component is not complete.
    left: Vec<u32>,
    met: u32,
    found: Arrows,
}

/// One of those that are on the way from the root to where the search is.
struct Step {
    at: u32,
    /// Which of its arrows is next.
    next: usize,
    /// How many had been left when it was met.
    left_before: usize,
}

impl Search<'_> {
    fn from(&mut self, root: u32) {
        let mut path = vec![self.meet(root)];
        while let Some(step) = path.last_mut() {
            let Some(&target) = self.arrows.of(step.at).get(step.next) else {
                let done = self.leave(step);
                path.pop();
                if let Some(before) = path.last() {
                    self.lower(before.at, self.low[done as usize]);
                }
                continue;
            };
            step.next += 1;
            if self.order[target as usize] == NONE {
                path.push(self.meet(target));
            } else if self.low[target as usize] != NONE {
                let at = step.at;
                self.lower(at, self.order[target as usize]);
            }
        }
    }

    fn meet(&mut self, at: u32) -> Step {
        self.order[at as usize] = self.met;
        self.low[at as usize] = self.met;
        self.met += 1;
        Step { at, next: 0, left_before: self.left.len() }
    }

    fn lower(&mut self, at: u32, low: u32) {
        self.low[at as usize] = self.low[at as usize].min(low);
    }

    /// All that it leads to was looked at. If it was the first met of its component, the component
    /// is what was left since.
    fn leave(&mut self, step: &Step) -> u32 {
        let at = step.at;
        self.left.push(at);
        if self.low[at as usize] == self.order[at as usize] {
            let component = self.left.drain(step.left_before..);
            self.found.push(component.inspect(|&member| self.low[member as usize] = NONE));
        }
        at
    }
}
