//! The protocols, one file per algorithm. Each opens with the pseudo-code lines that it realises.

pub mod fixed_size;
pub mod periodic_gossip;
pub mod renyi_erdos;
