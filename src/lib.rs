#![doc = include_str!("../README.md")]
//!
//! # Finding your way
//! - The attributes: [`retry`](macro@retry), [`timeout`](macro@timeout), [`fallback`](macro@fallback),
//!   [`requires_approval`](macro@requires_approval), [`agent`](macro@agent), [`circuit_breaker`](macro@circuit_breaker),
//!   [`failover`](macro@failover), [`bulkhead`](macro@bulkhead), [`hedge`](macro@hedge), [`rate_limit`](macro@rate_limit),
//!   [`call_limit`](macro@call_limit), [`policy`](macro@policy) for one of your own, and [`chaos`](macro@chaos) for tests.
//! - What they stand for, usable by hand and in a `static`: [`Retry`], [`Timeout`], [`AgentLimits`], [`CircuitBreaker`],
//!   [`Failover`], [`CallLimit`], [`Bulkhead`], [`Hedge`], [`RateLimit`]. What they make for a call is in [`policies`].
//! - What can go wrong besides a tool's own error: [`Fault`]. What of all that is worth a retry: [`Transient`], and for
//!   the answers of an HTTP API the module `http` (feature `http`; the feature `reqwest` knows that client's errors).
//! - Approvals, a human in the loop: [`requires_approval`](macro@requires_approval) puts the question, an [`Approver`]
//!   answers it, and [`approver`] has those that come with the library: the terminal, a channel to your own interface,
//!   scripted answers for tests. Answers that hold for later calls, too: [`Grants`]. A question by hand: [`Approval`]. Proof
//!   that a guard is there: [`guarded!`](macro@guarded), and in a test [`approver::asks`].
//! - Runs that outlive their process: [`durable`](macro@durable) writes down how a call ended, and the module `durable`
//!   (feature `durable`) has what an engine keeps, and one in memory for tests; the module `sqlite` (feature `sqlite`) has one on a
//!   file.
//! - Tests: a test of your plan injects failures with [`chaos`](macro@chaos) and the module `chaos` (feature `chaos`), on
//!   tokio's paused clock, so that no pause takes time; the README above has one to copy. `approver::Scripted` answers
//!   questions, and a [`Recorder`] says what happened.
//! - Reports, logs and metrics: a [`Recorder`] makes a [`Report`], [`Scope::listen`] hears each [`Event`] at once, and the
//!   features `tracing` and `metrics` hand them on.
//! - Streams: an attribute is around the call, until it returns. Of a function that returns a stream this is the opening; with the
//!   option `stream` the attributes are around the items, too: the module `stream` (feature `stream`).
//! - For frameworks, each with the feature of its name: the modules `rmcp`, `rig` and `metrics`; what goes to `tracing` is
//!   listed at [`Event`]. What a model is told of a fault: [`Fault::model_feedback`].
//! - What is in force around a call: [`Scope`], with an [`Approver`] and a [`Recorder`]; in an agent, [`Run`]. Into another
//!   task it goes along with [`spawn`].

// With the label of its feature on each item, where the documentation is built by a compiler that knows how.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![deny(missing_docs)]

// The attributes.
pub use reliable_macros::{
    Transient, agent, bulkhead, call_limit, chaos, circuit_breaker, durable, failover, fallback, guarded, hedge,
    policy, rate_limit, requires_approval, retry, timeout,
};

// The policies as values, for several functions or for a `static`.
pub use reliable_runtime::policies::bulkhead::Bulkhead;
pub use reliable_runtime::policies::call_limit::CallLimit;
pub use reliable_runtime::policies::circuit_breaker::CircuitBreaker;
pub use reliable_runtime::policies::failover::Failover;
pub use reliable_runtime::policies::hedge::Hedge;
pub use reliable_runtime::policies::keyed::Keyed;
pub use reliable_runtime::policies::rate_limit::RateLimit;
pub use reliable_runtime::policies::retry::Retry;
pub use reliable_runtime::policies::retry::backoff::Backoff;
pub use reliable_runtime::policies::retry::budget::RetryBudget;
pub use reliable_runtime::policies::timeout::Timeout;
pub use reliable_runtime::said::circuit_state::CircuitState;
pub use reliable_runtime::said::idempotency::IdempotencyKey;

// A policy of your own.
pub use reliable_runtime::policies::policy::{After, Before, Policy};
pub use reliable_runtime::seen::failure::Failure;

// What goes wrong, and what of it is worth a retry.
pub use reliable_runtime::said::fault::{BudgetExceeded, Fault};
pub use reliable_runtime::said::fault_kind::FaultKind;
pub use reliable_runtime::said::found::FoundFault;
pub use reliable_runtime::said::name::ToolName;
pub use reliable_runtime::said::run_time_name::run_time_name;
pub use reliable_runtime::seen::transient::Transient;

// Agents and what they spend.
pub use reliable_runtime::agent::limits::AgentLimits;
pub use reliable_runtime::agent::reservation::Reservation;
pub use reliable_runtime::agent::run::Run;
pub use reliable_runtime::agent::step::Step;
pub use reliable_runtime::said::charge::Charge;
pub use reliable_runtime::said::money::{ParseUsdError, Usd};

// Asking a human.
pub use reliable_runtime::approval::approver::Approver;
pub use reliable_runtime::approval::grants::Grants;
pub use reliable_runtime::approval::question::Approval;
pub use reliable_runtime::said::decision::Decision;
pub use reliable_runtime::said::request::Request;

// What is in force around a call, and what happened.
pub use reliable_runtime::policies::timeout::deadline::time_left;
pub use reliable_runtime::said::event::{Event, GaveUpReason};
pub use reliable_runtime::scope::{Scope, spawn};
pub use reliable_runtime::seen::recorder::Recorder;
pub use reliable_runtime::seen::report::Report;

#[cfg(feature = "durable")]
pub mod durable {
    #![doc = include_str!("durable.md")]

    pub use reliable_runtime::durable::alike::{Alike, Holds};
    pub use reliable_runtime::durable::call::{Call, Shown, call};
    pub use reliable_runtime::durable::engine::{Claim, Engine, Journal, Reply, Wait, Work};
    pub use reliable_runtime::durable::halt::{Halt, HaltKind};
    pub use reliable_runtime::durable::inbox::Inbox;
    pub use reliable_runtime::durable::memory::Memory;
    pub use reliable_runtime::durable::recorded::Recorded;
    pub use reliable_runtime::durable::records::{
        Asking, Begun, End, Entry, Kind, Place, Question, Recording, RunInfo, Status, TrailEntry, Written,
    };
    pub use reliable_runtime::durable::runs::Runs;
    pub use reliable_runtime::durable::store_error::StoreError;
    pub use reliable_runtime::durable::store_grant::StoreGrant;
    pub use reliable_runtime::durable::store_grants::StoreGrants;
    pub use reliable_runtime::durable::time::{is_read_back, now, sleep};
    pub use reliable_runtime::durable::workflows::Workflows;
    pub use reliable_runtime::scope::noted::{Noted, Observed};
}

#[cfg(feature = "stream")]
pub mod stream {
    #![doc = include_str!("stream.md")]

    pub use reliable_runtime::stream::begun::{Begun, FromItem, ResultStream, StreamItem, begun, begun_at, pinned};
    pub use reliable_runtime::stream::boxed::{IntoBox, boxed};
    pub use reliable_runtime::stream::counted::Counted;
    #[cfg(feature = "chaos")]
    pub use reliable_runtime::stream::cut::{Cut, Items, OfAny, struck};
    pub use reliable_runtime::stream::either::{Either, left, right};
    pub use reliable_runtime::stream::gaps::Gaps;
    pub use reliable_runtime::stream::held::Held;
    pub use reliable_runtime::stream::lend::{Lend, lend};
}

/// An engine that keeps its runs in one SQLite file.
#[cfg(feature = "sqlite")]
pub mod sqlite {
    pub use reliable_sqlite::store::Store;
}

// For frameworks, each with the feature of its name.
#[cfg(feature = "http")]
pub use reliable_runtime::frameworks::http;
#[cfg(feature = "rig")]
pub use reliable_runtime::frameworks::rig;
#[cfg(feature = "rmcp")]
pub use reliable_runtime::frameworks::rmcp;
#[cfg(feature = "metrics")]
pub use reliable_runtime::seen::metrics;

// For tests and drills.
#[cfg(feature = "chaos")]
pub use reliable_runtime::policies::chaos;

// For the expansions of the attributes, and nobody else.
pub use reliable_runtime::expansion;

/// Who is asked: the approvers that come with the library, and the one of the whole process.
pub mod approver {
    pub use reliable_runtime::approval::approver::{Approve, Approver, Deny, install};
    pub use reliable_runtime::approval::asks::asks;
    pub use reliable_runtime::approval::channel::{Channel, Inbox, Question, channel};
    pub use reliable_runtime::approval::grants::Grants;
    pub use reliable_runtime::approval::scripted::Scripted;
    pub use reliable_runtime::approval::terminal::Terminal;
    pub use reliable_runtime::said::digest::Digest;
    pub use reliable_runtime::said::edits::{Editable, Edits};
    pub use reliable_runtime::said::grant::Grant;
    pub use reliable_runtime::said::ids::{ParseIdError, QuestionId, RunId};
    pub use reliable_runtime::said::remember::Remember;
    pub use reliable_runtime::said::request::Argument;
}

/// What a [`Report`] is made of.
pub mod report {
    pub use reliable_runtime::seen::report::approvals::{Answer, ApprovalRow};
    pub use reliable_runtime::seen::report::{Entry, Row};
}

/// What the policies make for a call, where they are used by hand: guards, futures, the attempts of a retry.
pub mod policies {
    /// Of a [`Bulkhead`](crate::Bulkhead).
    pub mod bulkhead {
        pub use reliable_runtime::policies::bulkhead::Permit;
        pub use reliable_runtime::policies::bulkhead::owned::OwnedPermit;
    }

    /// Of a [`CircuitBreaker`](crate::CircuitBreaker).
    pub mod circuit_breaker {
        pub use reliable_runtime::policies::circuit_breaker::Permit;
        pub use reliable_runtime::policies::circuit_breaker::owned::OwnedPermit;
    }

    /// Of a [`Failover`](crate::Failover).
    pub mod failover {
        pub use reliable_runtime::policies::failover::Candidates;
    }

    /// Of a [`Hedge`](crate::Hedge).
    pub mod hedge {
        pub use reliable_runtime::policies::hedge::HedgedCall;
    }

    /// Of a [`RateLimit`](crate::RateLimit).
    pub mod rate_limit {
        pub use reliable_runtime::policies::rate_limit::reserved::Reserved;
    }

    /// Of a [`Retry`](crate::Retry).
    pub mod retry {
        pub use reliable_runtime::policies::retry::attempts::{Attempts, BudgetedAttempts};
        pub use reliable_runtime::policies::retry::keeping::KeepingAttempts;
    }

    /// Of a [`Timeout`](crate::Timeout).
    pub mod timeout {
        pub use reliable_runtime::policies::timeout::TimedCall;
        pub use reliable_runtime::policies::timeout::deadline::{Deadline, TellingCall};
    }
}

/// The future of [`Scope::run`].
pub mod scope {
    pub use reliable_runtime::scope::Scoped;
}
