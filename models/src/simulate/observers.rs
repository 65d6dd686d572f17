//! Observers of what most experiments ask for.

mod duplicates;
mod informed;
mod load;
mod overlay;

pub use duplicates::Duplicates;
pub use informed::Informed;
pub use load::Load;
pub use overlay::{Overlay, Shape};
