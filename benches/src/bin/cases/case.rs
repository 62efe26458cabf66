//! What is done to the tool.

use std::fmt;

macro_rules! cases {
    ($($case:ident => $name:literal,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Case {
            $($case,)*
        }

        impl fmt::Display for Case {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Case::$case => $name,)*
                })
            }
        }
    };
}

// First the calls that go well, then those that do not.
cases! {
    Retry => "retry",
    TimeoutReady => "timeout, ready at once",
    TimeoutPending => "timeout, pending once",
    CircuitBreaker => "circuit breaker, closed",
    Bulkhead => "bulkhead",
    RateLimit => "rate limit",
    Fallback => "fallback",
    Failover => "failover",
    CallLimit => "call limit, no run",
    Durable => "durable, no engine",
    Approval => "approval, yes at once",
    Stack => "retry + breaker + timeout",
    Telling => "retry + breaker + timeout, a 48-byte error",
    Borrowed => "retry, a `String` borrowed",
    Cloned => "retry, a `String` cloned",
    RetryLarge => "retry, a 1 KiB future",
    TimeoutLarge => "timeout, a 1 KiB future",
    WhenOk => "retry, `when_ok`",
    Deadline => "timeout, `deadline`",
    TimeWindow => "circuit breaker, a window of time",
    Slow => "circuit breaker, `slow`",
    Cost => "rate limit, `cost`",
    Streamed => "retry, `stream`, to the first item",
    FailedOnce => "a failed attempt, then a good one",
    FailedAlways => "four failed attempts",
    Open => "circuit breaker, open",
    HalfOpen => "circuit breaker, half-open, no place",
    Full => "bulkhead, full",
    Exhausted => "rate limit, rejects",
    TimedOut => "timeout, fires",
    Hedged => "hedge, the second attempt wins",
    Answered => "fallback, answers",
    Outage => "fallback + retry + breaker, open",
    Denied => "approval, denied",
}

impl Case {
    /// Whether the call fails in the end.
    pub fn fails(self) -> bool {
        use Case::{Denied, Exhausted, FailedAlways, Full, HalfOpen, Open, TimedOut};
        matches!(self, FailedAlways | Open | HalfOpen | Full | Exhausted | TimedOut | Denied)
    }

    /// Whether a timer has to fire before the call ends.
    pub fn waits(self) -> bool {
        matches!(self, Case::TimedOut | Case::Hedged)
    }
}
