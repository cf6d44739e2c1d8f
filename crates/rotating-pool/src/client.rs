//! Connections of `tokio-postgres`, for the pools that are made of them.

mod opening;
mod pool;
mod refusal;
mod sql;

pub(crate) use self::{
    opening::{Connector, Opened, Opening, cannot_connect, connector},
    pool::{Places, RotatingPool},
    refusal::Refusing,
};
