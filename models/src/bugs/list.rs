//! The seeded bugs: one-line mistakes that a competent author would make.

/// A mistake in one of core's files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bug {
    /// Its name, which is also that of the module that holds the file with the mistake in it.
    pub name: &'static str,
    /// What the author thought, or overlooked.
    pub thought: &'static str,
    /// The file, from the sources of the core.
    pub file: &'static str,
    /// What stands there, exactly once.
    pub right: &'static str,
    /// What stands there with the mistake.
    pub wrong: &'static str,
}

const RENYI_ERDOS: &str = "protocols/renyi_erdos.rs";
const PERIODIC_GOSSIP: &str = "protocols/periodic_gossip.rs";
const BROADCAST: &str = "stacks/broadcast.rs";

/// All of them.
pub const BUGS: &[Bug] = &[
    Bug {
        name: "forwards_every_copy",
        thought: "more copies can only help",
        file: RENYI_ERDOS,
        right: "Err(Refusal::Repeated) => {}",
        wrong: "Err(Refusal::Repeated) => self.forward(context, rumor),",
    },
    Bug {
        name: "forgets_it_started",
        thought: "only what arrives is received",
        file: RENYI_ERDOS,
        right: "if rumor.id.origin == context.me() {",
        wrong: "if rumor.id.origin == context.me() && self.started == 0 {",
    },
    Bug {
        name: "relays_as_its_own",
        thought: "forwarding is starting with another's payload",
        file: RENYI_ERDOS,
        right: "Ok(()) => self.forward(context, rumor),",
        wrong: "Ok(()) => self.start(context, rumor.payload),",
    },
    Bug {
        name: "takes_the_common_logarithm",
        thought: "log is log, and N + c is what c is added to",
        file: RENYI_ERDOS,
        right: "let wanted = libm::ceil(logarithm) as i32 + i32::from(margin);",
        wrong: "let wanted = libm::ceil(logarithm / 2.302_585) as i32 + i32::from(margin) / 64;",
    },
    Bug {
        name: "counts_messages_as_time",
        thought: "time passes when something happens",
        file: RENYI_ERDOS,
        right: "        match self.received.insert(rumor.id) {",
        wrong: "        self.received.period_passed();\n        match self.received.insert(rumor.id) {",
    },
    Bug {
        name: "never_forgets",
        thought: "remembering is safe",
        file: RENYI_ERDOS,
        right: "        self.received.period_passed();\n",
        wrong: "",
    },
    Bug {
        name: "broadcasts_without_numbers",
        thought: "who started it says which it is",
        file: RENYI_ERDOS,
        right: "        self.started += 1;\n",
        wrong: "",
    },
    Bug {
        name: "starts_what_it_hears",
        thought: "what is heard is published again",
        file: PERIODIC_GOSSIP,
        right: "                self.learn(context, rumor);",
        wrong: "                self.start(context, rumor.payload);",
    },
    Bug {
        name: "delivers_every_copy",
        thought: "the filter is there for the buffer",
        file: PERIODIC_GOSSIP,
        right: "Err(Refusal::Repeated) => {}",
        wrong: "Err(Refusal::Repeated) => context.notify(Notice::Delivered(rumor)),",
    },
    Bug {
        name: "keeps_one_too_many",
        thought: "greater than the limit is too many",
        file: PERIODIC_GOSSIP,
        right: "if self.buffer.len() >= usize::from(self.settings.buffer.max(1))",
        wrong: "if self.buffer.len() > usize::from(self.settings.buffer.max(1))",
    },
    Bug {
        name: "stays_hot_once_more",
        thought: "hot for n periods means up to n",
        file: PERIODIC_GOSSIP,
        right: "hot.periods < limit.get()",
        wrong: "hot.periods <= limit.get()",
    },
    Bug {
        name: "stays_hot_for_ever",
        thought: "cooling is an optimisation",
        file: PERIODIC_GOSSIP,
        right: "        self.cool();\n",
        wrong: "",
    },
    Bug {
        name: "gossips_to_one",
        thought: "one peer a period is gossip",
        file: PERIODIC_GOSSIP,
        right: "let to = context.neighbors(self.settings.fanout.into());",
        wrong: "let to = context.neighbors(1);",
    },
    Bug {
        name: "gossips_once",
        thought: "a timer goes on by itself",
        file: PERIODIC_GOSSIP,
        right: "Period: Period) {\n        context.set_timer(self.settings.period, Period);\n",
        wrong: "Period: Period) {\n",
    },
    Bug {
        name: "answers_nobody",
        thought: "whoever has what the asker has, has nothing to say",
        file: PERIODIC_GOSSIP,
        right: "!have.contains(&rumor.id)",
        wrong: "have.contains(&rumor.id)",
    },
    Bug {
        name: "publishes_without_numbers",
        thought: "who started it says which it is",
        file: PERIODIC_GOSSIP,
        right: "        self.started += 1;\n",
        wrong: "",
    },
    Bug {
        name: "publishes_what_was_broadcast",
        thought: "the gossip layer spreads what it publishes",
        file: BROADCAST,
        right: "periodic_gossip::Request::Spread(rumor)",
        wrong: "periodic_gossip::Request::Publish(rumor.payload)",
    },
    Bug {
        name: "stands_on_a_broken_layer",
        thought: "the layer below has its own tests (it delivers every copy)",
        file: BROADCAST,
        right: "use crate::protocols::periodic_gossip::{self, PeriodicGossip};",
        wrong: "use super::delivers_every_copy::{self as periodic_gossip, PeriodicGossip};",
    },
    Bug {
        name: "leaves_itself_out",
        thought: "the size is that of the rest",
        file: BROADCAST,
        right: "renyi_erdos::Request::Size(size.0)",
        wrong: "renyi_erdos::Request::Size(size.0 - 1)",
    },
    Bug {
        name: "does_not_repair",
        thought: "the application wants to know as soon as possible",
        file: BROADCAST,
        right: "Route::Layer(Request::Repair(periodic_gossip::Request::Spread(rumor)))",
        wrong: "Route::Application(Notice::Delivered(rumor))",
    },
];
