//! The protocols, one file per algorithm, and beside it those of its parts. Each opens with the
//! pseudo-code lines that it realises.

pub mod adoption;
pub mod averaging;
pub mod cyclon;
pub mod fixed_size;
pub mod neighbor_management;
pub mod periodic_gossip;
pub mod random_walk;
pub mod renyi_erdos;
pub mod sample_and_collide;
pub mod search;
pub mod system_size;
