//! The table holds, and would not if the machines, or the figures, were others.

use super::*;

const EFFORT: Effort = Effort { is_quick: true, seed: 1, threads: NonZeroUsize::MIN };

fn lines(trial: &Trial) -> Vec<Line> {
    trial.lines(EFFORT, &mut |_| ()).expect("a setting that there is")
}

fn quick_trials() -> Vec<Trial> {
    let trials = table().into_iter().filter_map(|entry| match entry {
        Entry::Random(trial) => Some(trial),
        Entry::Exact(_) => None,
    });
    trials.filter(|trial| trial.quick.is_some()).collect()
}

/// With so many rows, a false alarm has a probability below 1 %; the seed is fixed.
#[test]
fn the_quick_table_holds() {
    let trials = quick_trials();
    let rows: usize = trials.iter().map(|trial| trial.rows.len()).sum();
    assert!(rows >= 20 && rows as f64 * MEAN_FAILS < 0.01, "{rows}");
    for line in trials.iter().flat_map(lines) {
        println!("{} {} {}: {} {}", line.id, line.setting, line.figure, line.known, line.ours);
        assert!(line.holds, "{line:?}");
    }
}

#[test]
fn fractions_are_equal() {
    let rows: Vec<_> = tiny::rows().iter().map(Tiny::line).collect();
    assert!(rows.len() > 10 && rows.iter().all(|line| line.holds), "{rows:?}");
    let wrong = Tiny { known: "1/2", ..tiny::rows()[0] };
    let elsewhere = Tiny { suite: "nowhere", ..wrong };
    assert!(!wrong.line().holds && !elsewhere.line().holds);
}

/// Every trial of the quick table fails when its machine is another one.
#[test]
fn other_machines_are_found_out() {
    for trial in quick_trials() {
        let mut other = trial.clone();
        match trial.experiment {
            "push" => other.experiment = "pull",
            "pull" => other.experiment = "push-pull",
            "push-pull" | "push-clocks" => other.experiment = "push",
            "mongering" => other.point = trial.point.with("k", 3.0),
            "flood" => other.point = trial.point.with("degree", 4.0),
            _ => {
                let fanout = trial.point.get("fanout").unwrap_or(0.0);
                other.point = trial.point.with("fanout", fanout + 1.0);
            }
        }
        let lines = lines(&other);
        assert!(lines.iter().any(|line| !line.holds), "{lines:?}");
    }
}

/// A fixed number of targets reaches more than a random one of the same mean: its first nodes never
/// have none.
#[test]
fn a_binomial_fanout_is_no_fixed_one() {
    let (fixed, binomial) = ("infect-and-die", "infect-and-die-binomial");
    let coverage = |trial: &Trial| trial.rows.iter().any(|row| row.figure == "coverage");
    for mut trial in quick_trials().into_iter().filter(coverage) {
        trial.experiment = if trial.experiment == fixed { binomial } else { fixed };
        let coverage = lines(&trial).into_iter().find(|line| line.figure == "coverage");
        assert!(coverage.is_some_and(|line| !line.holds));
    }
}

/// And when losses are forgotten, a figure is misprinted, or some runs do not have it.
#[test]
fn other_figures_are_found_out() {
    let push = quick_trials().into_iter().find(|trial| trial.experiment == "push");
    let push = push.expect("a quick trial of push");
    let holds = |trial: &Trial| lines(trial).iter().all(|line| line.holds);
    assert!(holds(&push));
    let lossy = Trial { point: push.point.clone().with("loss", 0.1), ..push.clone() };
    assert!(!holds(&lossy));
    let misprinted = vec![Row::exact("", "all", "12.705")];
    assert!(!holds(&Trial { rows: misprinted, ..push.clone() }));
    let cut_short = Trial { point: push.point.clone().with("periods", 13.0), ..push };
    let all = lines(&cut_short).into_iter().find(|line| line.figure == "all");
    assert_eq!(all.map(|line| (line.ours, line.holds)), Some(("not in all runs".into(), false)));
}

/// Student's distribution with an odd number of degrees of freedom, in closed form.
#[test]
fn a_false_alarm_is_as_likely_as_it_says() {
    let beyond = libm::erfc(4.0 * std::f64::consts::FRAC_1_SQRT_2);
    assert!((beyond / IMPLAUSIBLE - 1.0).abs() < 1e-9, "{beyond:e}");
    let freedom = 199.0_f64;
    let angle = libm::atan(4.0 / freedom.sqrt());
    let (mut term, mut sum) = (angle.cos(), angle.cos());
    for odd in (3..199).step_by(2).map(f64::from) {
        term *= (odd - 1.0) / odd * angle.cos() * angle.cos();
        sum += term;
    }
    let beyond = 1.0 - 2.0 / std::f64::consts::PI * (angle + angle.sin() * sum);
    assert!(IMPLAUSIBLE < beyond && beyond < MEAN_FAILS, "{beyond:e}");
}

#[test]
fn means_are_of_so_many_runs_that_they_are_nearly_normal() {
    for entry in table() {
        let is_steady = |row: &Row| row.target.source == Source::Steady;
        if let Entry::Random(trial) = entry
            && !trial.rows.iter().all(is_steady)
        {
            assert!(trial.runs >= 200 && trial.quick.is_none_or(|runs| runs >= 200), "{trial:?}");
        }
    }
}

#[test]
fn the_last_digit_tells_the_tolerance() {
    let target = |digits| Row::exact("", "", digits).target.value();
    assert_eq!(target("12.305").0, 12.305);
    assert!((target("12.305").1 - 0.0005).abs() < 1e-12);
    assert!((target("7").1 - 0.5).abs() < 1e-12);
    let law = Row::law("", "", "6.907", "0.518").target;
    assert_eq!((law.value(), law.to_string()), ((6.907, 0.518), "6.907 ± 0.518".into()));
}

#[test]
fn of_few_runs_each_is_near() {
    let summary = |least, greatest| Summary {
        count: 2,
        mean: f64::midpoint(least, greatest),
        deviation: 0.0,
        interval: None,
        least,
        low: least,
        median: least,
        high: greatest,
        greatest,
    };
    let row = Row::steady("", "", "1.0", "0.25");
    let holds = |summary| row.judge_each("", summary).holds;
    assert!(holds(Some(summary(0.75, 1.25))) && !holds(None));
    assert!(!holds(Some(summary(0.7, 1.0))) && !holds(Some(summary(1.0, 1.3))));
}

#[test]
fn what_is_measured_has_an_error_of_its_own() {
    let summary = |mean| Summary {
        count: 400,
        mean,
        deviation: 1.0,
        interval: None,
        least: mean,
        low: mean,
        median: mean,
        high: mean,
        greatest: mean,
    };
    let p_value =
        |row: Row, mean| row.against(&summary(mean), &Kind::Figure).map(|sampled| sampled.p_value);
    // Four standard errors are 0.2, and 0.25 with theirs; half a unit of the last digit is 0.05.
    let (exact, measured) = (Row::exact("", "", "5.0"), Row::measured("", "", "5.0", 711));
    let is_above = |row, mean| p_value(row, mean).is_some_and(|p_value| p_value >= IMPLAUSIBLE);
    assert!(is_above(exact, 5.2499) && !is_above(exact, 5.2501));
    assert!(is_above(measured, 5.2999) && !is_above(measured, 5.3001));
}
