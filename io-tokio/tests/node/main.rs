//! Machines on real sockets of the loopback interface.

mod consumers;
mod datagrams;
mod faults;
mod group;
mod logs;
mod mutations;
mod pace;
mod parrot;
mod restart;
mod shutdown;
mod start;
mod support;
mod traces;
