//! Runs drawn as sequence diagrams, in SVG.

use std::fmt::Write as _;

use rumormill_core::{Effect, Event, Protocol};

use crate::ModelPeer;
use crate::markup::escape;
use crate::story::tell;
use crate::world::{Letter, Scene};

const COLUMN: usize = 150;
const ROW: usize = 30;
const LEFT: usize = 60;
const TOP: usize = 50;
const CAPTION: usize = 110;
const CAPTION_WIDTH: usize = 760;

/// A life line for each of `nodes` machines and a row for each scene. Dots stand for what a machine
/// did of itself, rings for what it told its application, arrows for messages from the row in which
/// they were sent to the row in which they arrived; those that were lost, or came in vain, are
/// dashed. A red dot stands for a forged message that was received. A message that left although its machine crashed within the step starts at a small dot of
/// its own. Every row shows its whole text as a tooltip.
#[must_use]
pub fn sequence_diagram<X: Protocol<ModelPeer>>(nodes: usize, scenes: &[Scene<X>]) -> String {
    let mut diagram = Diagram { svg: String::new(), captions: LEFT + nodes * COLUMN, sent: vec![] };
    let bottom = TOP + (scenes.len() + 1) * ROW;
    diagram.open(bottom);
    (0..nodes).for_each(|node| diagram.life_line(node, bottom));
    for (place, scene) in scenes.iter().enumerate() {
        diagram.row(place, scene);
    }
    diagram.svg.push_str("</svg>\n");
    diagram.svg
}

/// A diagram on its way.
struct Diagram<M> {
    svg: String,
    /// Where the captions begin.
    captions: usize,
    /// The messages in flight, in the order in which they were sent.
    sent: Vec<Sent<M>>,
}

struct Sent<M> {
    from: ModelPeer,
    to: ModelPeer,
    message: M,
    /// The height of the row.
    y: usize,
}

impl<M: Eq> Sent<M> {
    fn is(&self, from: Option<ModelPeer>, to: ModelPeer, message: &M) -> bool {
        self.to == to && self.message == *message && from.is_none_or(|from| from == self.from)
    }
}

impl<M: Clone + Eq> Diagram<M> {
    fn open(&mut self, bottom: usize) {
        let (width, height) = (self.captions + CAPTION_WIDTH, bottom + 20);
        let _ = write!(
            self.svg,
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' \
             width='{width}' height='{height}' font-family='sans-serif' font-size='12'>\
             <defs><marker id='tip' viewBox='0 0 8 8' refX='8' refY='4' markerWidth='8' \
             markerHeight='8' orient='auto'><path d='M0 0 8 4 0 8z'/></marker></defs>\
             <rect width='100%' height='100%' fill='white'/>"
        );
    }

    fn life_line(&mut self, node: usize, bottom: usize) {
        let (x, head, top) = (column(node), TOP - 20, TOP - 10);
        let _ = write!(
            self.svg,
            "<text x='{x}' y='{head}' text-anchor='middle' font-weight='bold'>node {node}</text>\
             <line x1='{x}' y1='{top}' x2='{x}' y2='{bottom}' stroke='#bbb'/>"
        );
    }

    fn row<X: Protocol<ModelPeer, Message = M>>(&mut self, place: usize, scene: &Scene<X>) {
        let (whole, y) = (tell(scene), TOP + (place + 1) * ROW);
        let _ = write!(self.svg, "<g><title>{}. {}</title>", place + 1, escape(&whole));
        self.draw(scene, y);
        let (x, caption) = (self.captions, escape(&shorten(&whole)));
        let _ = write!(
            self.svg,
            "<text x='{x}' y='{}' fill='#444'>{}. {caption}</text></g>",
            y + 4,
            place + 1,
        );
    }

    fn draw<X: Protocol<ModelPeer, Message = M>>(&mut self, scene: &Scene<X>, y: usize) {
        match scene {
            Scene::NextRound | Scene::Tick => {
                let _ = write!(
                    self.svg,
                    "<line x1='0' y1='{y}' x2='{}' y2='{y}' stroke='#36c' stroke-dasharray='2 4'/>",
                    self.captions - 20,
                );
            }
            Scene::Crashed { node } => self.cross(at(*node), y),
            Scene::InVain(Letter { from, to, message }) => {
                self.arrow(*from, *to, message, y, true, false);
            }
            Scene::Lost(letter) | Scene::CrowdedOut(letter) => {
                let Letter { from, to, message } = letter;
                self.arrow(*from, *to, message, y, true, false);
                self.cross(at(*to), y);
            }
            Scene::Left(letter) => {
                if let Some(sent) = self.latest(letter) {
                    self.sent[sent].y = y;
                    self.circle(at(self.sent[sent].from), y, "r='3' fill='#222'");
                }
            }
            Scene::NeverLeft(letter) => {
                if let Some(sent) = self.latest(letter) {
                    let Sent { from, .. } = self.sent.remove(sent);
                    self.cross(at(from), y);
                }
            }
            Scene::Acted { node, from, handled, copied, torn, forged } => {
                match handled.first().map(|first| &first.event) {
                    _ if *forged => self.circle(at(*node), y, "r='5' fill='#c33'"),
                    Some(Event::Message { message, .. }) => {
                        self.arrow(*from, *node, message, y, false, *copied);
                    }
                    _ => self.circle(at(*node), y, "r='5' fill='#36c'"),
                }
                let effects = || handled.iter().flat_map(|handled| &handled.effects);
                if effects().any(|effect| matches!(effect, Effect::Notify(_))) {
                    self.circle(at(*node), y, "r='8' fill='none' stroke='#293' stroke-width='2'");
                }
                effects().for_each(|effect| self.send(*node, effect, y));
                if *torn {
                    self.cross(at(*node), y);
                }
            }
        }
    }

    fn send<X: Protocol<ModelPeer, Message = M>>(
        &mut self,
        from: ModelPeer,
        effect: &Effect<'_, ModelPeer, X>,
        y: usize,
    ) {
        if let Effect::Send { to, message } = effect {
            for &to in to.iter() {
                self.sent.push(Sent { from, to, message: message.clone(), y });
            }
        }
    }

    /// Where the letter is among the messages in flight, if it was sent in the step at hand: then
    /// no equal one was sent later.
    fn latest(&self, letter: &Letter<M>) -> Option<usize> {
        self.sent.iter().rposition(|sent| sent.is(letter.from, letter.to, &letter.message))
    }

    /// From where the message was sent; where senders are forgotten, equal messages to one machine
    /// are taken in the order in which they were sent.
    fn arrow(
        &mut self,
        from: Option<ModelPeer>,
        to: ModelPeer,
        message: &M,
        y: usize,
        lost: bool,
        stays: bool,
    ) {
        let is_it = |sent: &Sent<M>| sent.is(from, to, message);
        let Some(place) = self.sent.iter().position(is_it) else { return };
        let (start_x, start_y) = (at(self.sent[place].from), self.sent[place].y);
        if !stays {
            self.sent.remove(place);
        }
        let style = if lost { "stroke='#c33' stroke-dasharray='5 4'" } else { "stroke='#222'" };
        let _ = write!(
            self.svg,
            "<line x1='{start_x}' y1='{start_y}' x2='{}' y2='{y}' {style} marker-end='url(#tip)'/>",
            at(to),
        );
    }

    fn circle(&mut self, x: usize, y: usize, style: &str) {
        let _ = write!(self.svg, "<circle cx='{x}' cy='{y}' {style}/>");
    }

    fn cross(&mut self, x: usize, y: usize) {
        let (left, top) = (x - 6, y - 6);
        let _ = write!(
            self.svg,
            "<path d='M{left} {top}l12 12m0 -12l-12 12' stroke='#c33' stroke-width='3'/>"
        );
    }
}

fn at(node: ModelPeer) -> usize {
    column(node.index())
}

fn column(node: usize) -> usize {
    LEFT + node * COLUMN
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= CAPTION {
        return text.into();
    }
    text.chars().take(CAPTION).chain(['…']).collect()
}
