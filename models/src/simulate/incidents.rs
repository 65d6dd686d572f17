//! The faults strike.

use rumormill_core::{Bias, Protocol};

use super::chance::below;
use super::driver::Due;
use super::faults::{Churn, Incident, Victims};
use super::{Fault, Observer, Simulation};

impl<X: Protocol<u32>> Simulation<X> {
    /// What was to happen at `time` happens.
    pub(super) fn happen(
        &mut self,
        time: u64,
        incident: Incident,
        observer: &mut impl Observer<X>,
    ) {
        match incident {
            Incident::Crash(number) => self.crash(time, number, observer),
            Incident::Separation(number) => {
                let sides = &self.faults.partitions[number as usize].sides;
                self.driver.partitions.begin(number, sides, self.group.born());
            }
            Incident::Healing(number) => self.driver.partitions.heal(number),
            Incident::ChurnPeriod(number) => self.churn(time, number),
            Incident::Stop { churn, node } => {
                self.strike_down(node, Fault::ChurnStop(churn), observer);
            }
            Incident::Start(fault) => self.start_newcomer(fault, observer),
        }
    }

    fn crash(&mut self, time: u64, number: u32, observer: &mut impl Observer<X>) {
        let crash = &self.faults.crashes[number as usize];
        let restart_after = crash.restart_after;
        let victims = match &crash.who {
            Victims::These(list) => list.clone(),
            Victims::Share(share) => self.drawn(*share),
        };
        for node in victims {
            let stopped = self.strike_down(node, Fault::Crash(number), observer);
            if let Some(after) = restart_after.filter(|_| stopped) {
                self.enter(time.saturating_add(after), Incident::Start(Fault::Restart(number)));
            }
        }
    }

    /// A share of those that are alive.
    fn drawn(&mut self, share: Bias) -> Vec<u32> {
        let mut alive: Vec<u32> = self.group.nodes().map(|node| node.me()).collect();
        let (numerator, denominator) = share.into();
        let count = alive.len() as u64 * u64::from(numerator) / u64::from(denominator);
        for place in 0..count as usize {
            let others = (alive.len() - place) as u64;
            let drawn = place + below(&mut self.fortune, others) as usize;
            alive.swap(place, drawn);
        }
        alive.truncate(count as usize);
        alive
    }

    /// Draws who stops in the period that begins at `time`, how many start, and when.
    fn churn(&mut self, time: u64, number: u32) {
        let Churn { until, period, stops, starts, .. } = self.faults.churn[number as usize];
        let alive: Vec<u32> = self.group.nodes().map(|node| node.me()).collect();
        for node in alive {
            if stops.happens(&mut self.fortune) {
                let when = time.saturating_add(below(&mut self.fortune, period));
                self.enter(when, Incident::Stop { churn: number, node });
            }
            if starts.happens(&mut self.fortune) {
                let when = time.saturating_add(below(&mut self.fortune, period));
                self.enter(when, Incident::Start(Fault::ChurnStart(number)));
            }
        }
        let next = time.saturating_add(period);
        if next < until {
            self.enter(next, Incident::ChurnPeriod(number));
        }
    }

    fn enter(&mut self, time: u64, incident: Incident) {
        self.driver.agenda.enter(time, Due::Incident(incident));
    }

    /// Tells whether it was alive.
    fn strike_down(&mut self, node: u32, fault: Fault, observer: &mut impl Observer<X>) -> bool {
        let was_alive = self.stop(node, observer);
        if was_alive {
            self.driver.tally.strike(fault);
        }
        was_alive
    }

    fn start_newcomer(&mut self, fault: Fault, observer: &mut impl Observer<X>) {
        let Some(newcomer) = &mut self.newcomer else { return };
        let node = newcomer(self.group.born(), &self.group, &mut self.fortune);
        self.driver.tally.strike(fault);
        self.admit(node, observer);
    }
}
