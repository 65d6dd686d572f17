//! Many runs, on several threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use std::thread;

use super::{At, Experiment, Grid, Header, Outcome, Point, Record, Results, Seeds, Shard};

/// An experiment at the points of a grid.
pub struct Sweep {
    header: Header,
    points: Vec<(Point, Box<dyn Experiment>)>,
}

/// How far a sweep is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The runs that are done.
    pub done: u64,
    /// All runs that are to be done here.
    pub of: u64,
}

impl Sweep {
    /// So many runs at each point of the grid. `at` makes the experiment for a point.
    ///
    /// # Errors
    /// Whatever `at` returns.
    pub fn new<E>(
        experiment: &str,
        parameters: Grid,
        runs: u64,
        seed: u64,
        at: impl Fn(&Point) -> Result<Box<dyn Experiment>, E>,
    ) -> Result<Self, E> {
        let points = parameters.points().unwrap_or_default();
        let points =
            points.into_iter().map(|point| at(&point).map(|experiment| (point, experiment)));
        let points = points.collect::<Result<Vec<_>, E>>()?;
        let measures = points.first().map_or_else(Vec::new, |(_, first)| first.measures());
        let (experiment, version) = (experiment.into(), env!("CARGO_PKG_VERSION").into());
        let header = Header { experiment, version, seed, runs, parameters, measures };
        Ok(Self { header, points })
    }

    /// Runs the part of it that is done here. Neither the number of threads nor the division into
    /// shards tells on any run.
    pub fn run(
        &self,
        shard: Shard,
        threads: NonZeroUsize,
        watch: &mut dyn FnMut(Progress),
    ) -> Results {
        let runs = self.header.runs;
        let jobs = shard.count((self.points.len() as u64).saturating_mul(runs));
        let which = |place| (shard.job(place) / runs, shard.job(place) % runs);
        let mut records = vec![Record::default(); self.points.len()];
        let mut progress = Progress { done: 0, of: jobs };
        in_parallel(jobs, threads, |place| self.job(which(place)), &mut |place, outcome| {
            let (point, run) = which(place);
            records[point as usize].add(run, &outcome).expect("each job is done once");
            progress.done += 1;
            watch(progress);
        });
        let points = self.points.iter().zip(records);
        let points = points.map(|((point, _), record)| At { point: point.clone(), record });
        Results { header: self.header.clone(), shard, points: points.collect() }
    }

    fn job(&self, (point, run): (u64, u64)) -> Outcome {
        let (parameters, experiment) = &self.points[point as usize];
        let series = format!("{}: {parameters}", self.header.experiment);
        experiment.run(Seeds::of(self.header.seed, &series).of_run(run))
    }
}

/// Does so many jobs on threads, each of which takes the next one that nobody has; tells each result
/// here, in whatever order they come.
fn in_parallel<T: Send>(
    jobs: u64,
    threads: NonZeroUsize,
    work: impl Fn(u64) -> T + Sync,
    tell: &mut dyn FnMut(u64, T),
) {
    let next = AtomicU64::new(0);
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..jobs.min(threads.get() as u64) {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= jobs || sender.send((place, work(place))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        results.into_iter().for_each(|(place, result)| tell(place, result));
    });
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::super::{Measure, MergeError};
    use super::*;

    /// An experiment that takes no time, of all kinds of measures.
    struct Dice {
        sides: u64,
    }

    impl Experiment for Dice {
        fn measures(&self) -> Vec<Measure> {
            vec![Measure::figure("fall", "points", "how it fell")]
        }

        fn run(&self, seed: u64) -> Outcome {
            let fall = (seed % self.sides) as f64;
            let curve = (0..seed % 5).map(|at| fall / (at + 1) as f64).collect();
            let outcome = Outcome::default().figure("fall", fall / 7.0).curve("curve", curve);
            outcome.event("high", fall > 3.0).histogram("falls", [fall].into_iter().collect())
        }
    }

    fn sweep(sides: &str, runs: u64, seed: u64) -> Sweep {
        let grid = Grid::default().with("sides", sides.parse().expect("values"));
        let at = |point: &Point| {
            let sides = point.get("sides").unwrap_or(6.0) as u64;
            Ok::<_, Infallible>(Box::new(Dice { sides }) as Box<dyn Experiment>)
        };
        Sweep::new("dice", grid, runs, seed, at).unwrap_or_else(|never| match never {})
    }

    /// Something that goes wrong with a shard.
    type Change = fn(&mut Results);

    fn on(threads: usize, sweep: &Sweep, shard: Shard) -> Results {
        sweep.run(shard, NonZeroUsize::new(threads).expect("a thread"), &mut |_| ())
    }

    fn shards(sweep: &Sweep, of: u64) -> Vec<Results> {
        (1..=of).map(|n| on(2, sweep, Shard::new(n, of).expect("a shard"))).collect()
    }

    #[test]
    fn neither_threads_nor_shards_tell() {
        let sweep = sweep("6,20", 25, 1);
        let whole = on(1, &sweep, Shard::WHOLE);
        assert_eq!(on(7, &sweep, Shard::WHOLE), whole);
        for of in [1, 2, 16, 60] {
            let mut parts = shards(&sweep, of);
            parts.reverse();
            assert_eq!(Results::merge(&parts), Ok(whole.clone()), "{of} shards");
        }
        assert_ne!(on(1, &self::sweep("6,20", 25, 2), Shard::WHOLE).points, whole.points);
    }

    #[test]
    fn a_larger_sweep_has_the_runs_of_a_smaller_one() {
        let small = on(2, &sweep("20", 10, 1), Shard::WHOLE);
        let large = on(2, &sweep("6,20,30", 25, 1), Shard::WHOLE);
        let figure = |results: &Results, place: usize| {
            results.points[place].record.figure("fall")[..10].to_vec()
        };
        assert_eq!(figure(&small, 0), figure(&large, 1));
    }

    #[test]
    fn only_all_shards_of_one_sweep_are_put_together() {
        let sweep = sweep("6", 10, 1);
        let parts = shards(&sweep, 3);
        let merge = |parts: &[&Results]| {
            let parts: Vec<_> = parts.iter().map(|&part| part.clone()).collect();
            Results::merge(&parts)
        };
        let [one, two, three] = &parts[..] else { panic!("three shards") };
        let shard = |number| Shard::new(number, 3).expect("a shard");
        assert!(merge(&[one, two, three]).is_ok());
        assert_eq!(merge(&[]), Err(MergeError::Nothing));
        assert_eq!(merge(&[three, one]), Err(MergeError::Missing(vec![shard(2)])));
        assert_eq!(merge(&[one, two, two]), Err(MergeError::Twice(shard(2))));
        let halves = shards(&sweep, 2);
        let division = merge(&[one, &halves[1]]);
        assert!(matches!(division, Err(MergeError::Division(..))), "{division:?}");

        let changes: [(&str, Change); 6] = [
            ("experiment", |part| part.header.experiment = "cards".into()),
            ("version of the program", |part| part.header.version = "9".into()),
            ("seed", |part| part.header.seed = 2),
            ("number of runs", |part| part.header.runs = 9),
            ("list of parameters", |part| part.header.parameters = Grid::default()),
            ("list of measures", |part| part.header.measures.clear()),
        ];
        for (what, change) in changes {
            let mut other = two.clone();
            change(&mut other);
            let different = MergeError::Different(shard(1), shard(2), what);
            assert_eq!(merge(&[one, &other, three]), Err(different));
        }
    }

    #[test]
    fn a_shard_holds_its_own_runs_and_no_others() {
        let parts = shards(&sweep("6,20", 10, 1), 3);
        let changes: [Change; 4] = [
            |part| part.points[0].record = Record::default(),
            |part| drop(part.points.pop()),
            |part| part.points.swap(0, 1),
            |part| part.points[1].record.add(8, &Outcome::default()).expect("a new run"),
        ];
        for change in changes {
            let mut broken = parts.clone();
            change(&mut broken[1]);
            let refused = Results::merge(&broken);
            assert_eq!(refused, Err(MergeError::Incomplete(parts[1].shard)));
        }
    }
}
