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

const NEIGHBOR_MANAGEMENT: &str = "protocols/neighbor_management.rs";
const RANDOM_WALK: &str = "protocols/random_walk.rs";
const ADOPTION: &str = "protocols/adoption.rs";
const NEIGHBORS: &str = "stacks/neighbors.rs";
const CYCLON: &str = "protocols/cyclon.rs";

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
        right: "&& self.learn(context, rumor)",
        wrong: "&& self.start(context, rumor.payload) == ()",
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
        name: "gives_no_feedback",
        thought: "a push needs no answer",
        file: PERIODIC_GOSSIP,
        right: "            context.send(Message::Feedback { verdicts }, &[from]);\n",
        wrong: "",
    },
    Bug {
        name: "waits_for_an_answer",
        thought: "as long as nobody says so, nothing was useless",
        file: PERIODIC_GOSSIP,
        right: "Outcome::Unheard if mongering.response == Response::Feedback => return true,",
        wrong: "Outcome::Unheard => return true,",
    },
    Bug {
        name: "never_forgives",
        thought: "k unnecessary contacts is what the text says",
        file: PERIODIC_GOSSIP,
        right: "(Removal::Counter, true) => self.periods = 0,",
        wrong: "(Removal::Counter, true) => {}",
    },
    Bug {
        name: "judges_at_once",
        thought: "what is known is not needed",
        file: PERIODIC_GOSSIP,
        right: "needed: is_new || self.is_fresh(&id)",
        wrong: "needed: is_new",
    },
    Bug {
        name: "counts_answers",
        thought: "each of them is a contact",
        file: PERIODIC_GOSSIP,
        right: "hot.outcome = hot.outcome.max(told);",
        wrong: "hot.outcome = hot.outcome.max(told);\n hot.periods += u16::from(!needed);",
    },
    Bug {
        name: "mongers_once_more",
        thought: "k useless periods are allowed",
        file: PERIODIC_GOSSIP,
        right: "self.periods < mongering.k.get()",
        wrong: "self.periods <= mongering.k.get()",
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
    Bug {
        name: "hears_no_answer",
        thought: "whoever lives pings by itself",
        file: NEIGHBOR_MANAGEMENT,
        right: "Message::Pong => self.on_pong(from),",
        wrong: "Message::Pong => Ok(()),",
    },
    Bug {
        name: "leaves_no_heir",
        thought: "whoever is left finds somebody else",
        file: NEIGHBOR_MANAGEMENT,
        right: "context.send(Message::Leave { instead }, &[watcher]);",
        wrong: "context.send(Message::Leave { instead: instead.filter(|_| false) }, &[watcher]);",
    },
    Bug {
        name: "welcomes_everybody",
        thought: "the view knows how many it can hold",
        file: NEIGHBOR_MANAGEMENT,
        right: "if self.missing(context) > 0 {",
        wrong: "if context.neighborhood().room() > 0 {",
    },
    Bug {
        name: "begins_once",
        thought: "contacts are for the beginning",
        file: NEIGHBOR_MANAGEMENT,
        right: "        self.begin_with_contacts(context);\n        self.heartbeat(context);",
        wrong: "        self.heartbeat(context);",
    },
    Bug {
        name: "remembers_the_gone",
        thought: "whoever is pinged answers or not",
        file: NEIGHBOR_MANAGEMENT,
        right: "Change::Down(gone) => self.neighbors.retain(|known| known.peer != gone),",
        wrong: "Change::Down(_) => {}",
    },
    Bug {
        name: "stands_on_a_silent_search",
        thought: "a search that fails has nothing to tell",
        file: NEIGHBORS,
        right: "random_walk::Notice::Failed { .. } => Route::Layer(Request::Neighbors(NotFound)),",
        wrong: "random_walk::Notice::Failed { .. } => Route::Nowhere,",
    },
    Bug {
        name: "ends_one_hop_early",
        thought: "one hop left is the last one",
        file: RANDOM_WALK,
        right: "if walk.hop.left == 0 { self.end(context, walk) } else {",
        wrong: "if walk.hop.left <= 1 { self.end(context, walk) } else {",
    },
    Bug {
        name: "keeps_the_end_to_itself",
        thought: "the walk is over when it ends",
        file: RANDOM_WALK,
        right: "        self.carry(context, Message::End { number, left, path }, origin);\n",
        wrong: "        let _over = (number, left, path);\n",
    },
    Bug {
        name: "tries_once",
        thought: "the network delivers",
        file: RANDOM_WALK,
        right: "            self.carried.push(Carried { letter, to, retried, detours, overdue });\n",
        wrong: "            let _sent = (letter, to, retried, detours, overdue);\n",
    },
    Bug {
        name: "ends_every_time",
        thought: "an end is an end",
        file: RANDOM_WALK,
        right: "let tag = self.awaited.remove(place.ok_or(Refusal::Unasked)?).tag;",
        wrong: "let tag = self.awaited[place.ok_or(Refusal::Unasked)?].tag;",
    },
    Bug {
        name: "waits_for_ever",
        thought: "a walk that is retried comes to its end",
        file: RANDOM_WALK,
        right: "        self.lose_patience(context);\n",
        wrong: "",
    },
    Bug {
        name: "lets_everybody_in",
        thought: "a neighbour is a neighbour",
        file: RANDOM_WALK,
        right: "Mode::Metropolis if walk.degree >= degree => true,",
        wrong: "Mode::Metropolis if walk.degree > 0 => true,",
    },
    Bug {
        name: "carries_everything",
        thought: "walks are short, so they are few",
        file: RANDOM_WALK,
        right: "            None if self.has_no_room() => return Err(Refusal::NoRoom),\n",
        wrong: "",
    },
    Bug {
        name: "hands_somebody_over",
        thought: "any neighbour is as good as the other",
        file: ADOPTION,
        right: "context.send(Message::Adopted { instead }, &[newcomer]);",
        wrong: "let instead = context.choose(&others, 1).first().copied();\n    context.send(Message::Adopted { instead }, &[newcomer]);",
    },
    Bug {
        name: "does_not_let_go",
        thought: "there is always room for one more",
        file: ADOPTION,
        right: "            context.remove_neighbor(given);\n",
        wrong: "            let _kept = given;\n",
    },
    Bug {
        name: "asks_for_ever",
        thought: "whoever is asked answers",
        file: ADOPTION,
        right: "        if self.asked.is_empty() {\n            context.set_timer(self.settings.period, Period);",
        wrong: "        if self.asked.is_empty() {",
    },
    Bug {
        name: "believes_anybody",
        thought: "whoever is adopted has asked for it",
        file: ADOPTION,
        right: "self.asked.remove(place.ok_or(Refusal::Unasked)?);",
        wrong: "place.map(|place| self.asked.remove(place));",
    },
    Bug {
        name: "counts_itself_twice",
        thought: "whoever comes up was down",
        file: CYCLON,
        right: "Change::Up(peer) if self.entries.iter().any(|entry| entry.peer == peer) => {}\n",
        wrong: "",
    },
    Bug {
        name: "gives_its_partner_up",
        thought: "the pointer to the partner is turned round, so it is gone",
        file: CYCLON,
        right: "        self.exchange = Some(Exchange { number, with, offered });\n",
        wrong: "        context.remove_neighbor(with);\n        self.exchange = Some(Exchange { number, with, offered });\n",
    },
    Bug {
        name: "keeps_its_partner",
        thought: "the answer may still come",
        file: CYCLON,
        right: "            && context.remove_neighbor(with)\n",
        wrong: "            && self.entries.is_empty()\n",
    },
    Bug {
        name: "answers_with_what_it_takes",
        thought: "what comes in first can be given away again",
        file: CYCLON,
        right: "                let given = self.answer(context, from, number);\n                self.take_in(context, from, &entries, &[], &given);",
        wrong: "                let names: Names<P> = entries.iter().map(|entry| entry.peer).collect();\n                self.take_in(context, from, &entries, &[], &names);\n                self.answer(context, from, number);\n                for name in names {\n                    context.remove_neighbor(name);\n                }",
    },
];
