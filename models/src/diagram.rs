//! Runs drawn as sequence diagrams, in SVG.

use std::fmt::Write as _;

use rumormill_core::{Event, Protocol};

use crate::ModelPeer;
use crate::story::tell;
use crate::world::Scene;

const COLUMN: usize = 160;
const ROW: usize = 30;
const LEFT: usize = 80;
const TOP: usize = 50;
const CAPTION: usize = 80;

/// A life line for each of `nodes` machines, and a row for each scene: arrows for what arrived,
/// dashed ones for what was lost or came in vain, dots for what a machine did of itself. Every row
/// shows its whole text as a tooltip.
#[must_use]
pub fn sequence_diagram<X: Protocol<ModelPeer>>(nodes: usize, scenes: &[Scene<X>]) -> String {
    let (width, bottom) = (LEFT + nodes * COLUMN + 420, TOP + (scenes.len() + 1) * ROW);
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' \
         height='{height}' font-family='sans-serif' font-size='12'>\
         <defs><marker id='tip' viewBox='0 0 8 8' refX='8' refY='4' markerWidth='8' \
         markerHeight='8' orient='auto'><path d='M0 0 8 4 0 8z' fill='context-stroke'/></marker></defs>",
        height = bottom + 20,
    );
    for node in 0..nodes {
        let x = column(node);
        let _ = write!(
            svg,
            "<text x='{x}' y='{}' text-anchor='middle' font-weight='bold'>node {node}</text>\
             <line x1='{x}' y1='{}' x2='{x}' y2='{bottom}' stroke='#bbb'/>",
            TOP - 20,
            TOP - 10,
        );
    }
    for (place, scene) in scenes.iter().enumerate() {
        let whole = tell(scene);
        let y = TOP + (place + 1) * ROW;
        let _ = write!(svg, "<g><title>{}. {}</title>", place + 1, escape(&whole));
        draw(&mut svg, scene, y);
        let caption = format!("{}. {}", place + 1, shorten(&whole));
        let _ = write!(
            svg,
            "<text x='{}' y='{}' fill='#444'>{}</text></g>",
            LEFT + nodes * COLUMN,
            y + 4,
            escape(&caption),
        );
    }
    svg.push_str("</svg>");
    svg
}

fn draw<X: Protocol<ModelPeer>>(svg: &mut String, scene: &Scene<X>, y: usize) {
    match scene {
        Scene::NextRound => {
            let _ = write!(
                svg,
                "<line x1='0' y1='{y}' x2='100%' y2='{y}' stroke='#36c' stroke-dasharray='2 4'/>"
            );
        }
        Scene::Crashed { node } => cross(svg, *node, y),
        Scene::Lost { from, to, .. } | Scene::InVain { from, to, .. } => {
            arrow(svg, *from, *to, y, "stroke='#c33' stroke-dasharray='5 4'");
        }
        Scene::Acted { node, from, handled, cut, .. } => {
            let message = matches!(handled.first().map(|h| &h.event), Some(Event::Message { .. }));
            if message {
                arrow(svg, *from, *node, y, "stroke='#222'");
            } else {
                let _ = write!(svg, "<circle cx='{}' cy='{y}' r='5' fill='#36c'/>", at(*node));
            }
            if cut.is_some() {
                cross(svg, *node, y);
            }
        }
    }
}

/// From the side where the sender is forgotten.
fn arrow(svg: &mut String, from: Option<ModelPeer>, to: ModelPeer, y: usize, style: &str) {
    let start = from.map_or(at(to) - COLUMN / 4, at);
    let end = at(to);
    let _ = write!(
        svg,
        "<line x1='{start}' y1='{}' x2='{end}' y2='{y}' {style} marker-end='url(#tip)'/>",
        y - ROW / 4,
    );
}

fn cross(svg: &mut String, node: ModelPeer, y: usize) {
    let _ = write!(
        svg,
        "<path d='M{left} {top}l12 12m0 -12l-12 12' stroke='#c33' stroke-width='3'/>",
        left = at(node) - 6,
        top = y - 6,
    );
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

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\'' => escaped.push_str("&#39;"),
            '"' => escaped.push_str("&quot;"),
            other => escaped.push(other),
        }
    }
    escaped
}
