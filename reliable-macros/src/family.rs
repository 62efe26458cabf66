//! The list of attributes: by it those on one function are found, and know each other.

use crate::attributes::{
    agent, approval, bulkhead, call_limit, chaos, circuit_breaker, durable, failover, fallback, hedge, policy,
    rate_limit, retry, timeout,
};
use crate::frameworks::{rig, rmcp};
use crate::stack::Family;

pub(crate) const FAMILY: Family = Family {
    attributes: &[
        retry::RETRY,
        timeout::TIMEOUT,
        fallback::FALLBACK,
        failover::FAILOVER,
        approval::REQUIRES_APPROVAL,
        agent::AGENT,
        circuit_breaker::CIRCUIT_BREAKER,
        bulkhead::BULKHEAD,
        hedge::HEDGE,
        rate_limit::RATE_LIMIT,
        call_limit::CALL_LIMIT,
        policy::POLICY,
        chaos::CHAOS,
        durable::DURABLE,
    ],
    frameworks: &[&rig::Rig, &rmcp::Rmcp],
};
