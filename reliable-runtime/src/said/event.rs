//! What happened: an enum, made of the table of all events.

pub(crate) mod table;

use std::fmt::{self, Write};
use std::time::Duration;

pub(crate) use table::events;

use crate::said::circuit_state::CircuitState;
use crate::said::fault::Fault;
use crate::said::ids::{QuestionId, RunId};
use crate::said::money::Usd;
use crate::said::name::ToolName;
use crate::said::request::{Argument, Listed};
use crate::said::words::{self, short};

macro_rules! make_enum {
    ($(
        $(#[$doc:meta])*
        $event:ident, $name:literal, $level:ident
        {
            $(#[$who_doc:meta])*
            $who:ident: ToolName => $who_told:ident,
            $($(#[$field_doc:meta])* $field:ident: $type:ty => $told:ident,)*
        }
        says |$f:ident| $says:block
        row |$row:ident| $counted:block
        counts $counts:block
    )*) => {
        /// Something that happened to a call or a run. A call that goes well at the first attempt has no event.
        ///
        /// Its `Display` says what happened and what the library did, on one line: what foreign words could deceive with is
        /// escaped.
        ///
        /// ```
        /// use reliable::Event;
        /// use std::time::Duration;
        ///
        /// let pause = Duration::from_millis(500);
        /// let event = Event::Retrying { tool: "forecast".into(), attempt: 1, error: "503".into(), pause };
        /// assert_eq!(event.tool(), "forecast");
        /// assert_eq!(event.name(), "reliable.retry");
        /// assert_eq!(event.to_string(), "attempt 1 failed (503); next one in 500ms");
        /// ```
        ///
        /// # In `tracing`
        ///
        /// With the feature `tracing` each is an event of `tracing`, too: with the target `reliable`, and these names and fields.
        /// The message is the name again. Names and fields are stable; fields may be added. Numbers are `i64`, which is what
        /// OpenTelemetry has. What an earlier life of a durable run has told, and what is told again while that is read back, has
        /// `read_back = true`.
        ///
        /// | event | name | level | fields |
        /// |---|---|---|---|
        $(#[doc = concat!(
            "| `", stringify!($event), "` | `", $name, "` | ", stringify!($level),
            " | `", stringify!($who_told), "`", $(", `", stringify!($told), "`",)* " |"
        )])*
        ///
        /// What takes its time is a span, with the same target. Whatever happens inside one, events and other spans, belongs to
        /// it, also when the future is dropped.
        ///
        /// | span | level | fields | recorded later |
        /// |---|---|---|---|
        /// | `reliable.run` | info | `otel.name`, `otel.kind`, `reliable.run.id`, `reliable.run.key`, `reliable.run.continued` | `error.type`, `otel.status_code`, `otel.status_description` |
        /// | `invoke_agent` | info | `otel.name`, `otel.kind`, `gen_ai.operation.name`, `gen_ai.agent.name` | `error.type`, `otel.status_code`, `otel.status_description`, `reliable.steps`, `reliable.usage.tokens`, `reliable.usage.usd_micros` |
        /// | `reliable.step` | info | `agent`, `step`, `max_steps` | |
        /// | `reliable.approval` | info | `tool`, `question` | `decision`, `by` |
        /// | `execute_tool` | info | `otel.name`, `otel.kind`, `gen_ai.operation.name`, `gen_ai.tool.name`, `question` | `error.type`, `otel.status_code`, `otel.status_description` |
        ///
        /// - `reliable.run` is one life of a durable run. `reliable.run.key` is the same in each of its lives, and another one
        ///   in each other run, be it of the same id in another store: by that what a run has done is found in the traces of
        ///   the processes that were at it. `reliable.run.continued` is there where something was recorded in an earlier life.
        ///   Where it stops without an outcome of its own, `error.type` is the kind of the halt, such as `store`, or
        ///   `cancelled` and `panic` as below.
        /// - `invoke_agent` is a run of an agent, in the words of OpenTelemetry's conventions for generative AI, which are in
        ///   development there. At its end it is told what the run took: steps begun, tokens and money charged. Only without an
        ///   answer it has an `error.type`: `step_limit`, `over_budget`, `stuck`, `too_many_denials` or `timed_out` for the limit
        ///   that stopped it, or that the step which failed had been told of; `_OTHER` for another error; `cancelled` where
        ///   its future was dropped, and `panic` where a panic did that.
        /// - `reliable.step` is a step of a run. Everything that it does is inside.
        /// - `reliable.approval` is the time for which a human is asked. A decision without waiting has none. Inside are the
        ///   events of the trail, from `reliable.asked` to the answer, all with the same `question`. When there is an answer,
        ///   `decision` is `approved`, `denied` or `expired`.
        /// - `execute_tool` is an execution of a tool with `#[requires_approval]`, from the yes to its end, in the words of the
        ///   same conventions. `question` is the one that it was approved by; it has none where the option `when` says that
        ///   nobody is to be asked. Where it fails, `error.type` is the kind of the fault that the error is or wraps, as
        ///   by [`FaultKind::name`](crate::said::fault_kind::FaultKind::name), or `_OTHER`, `cancelled` and `panic` as above.
        ///   A call that is refused is not executed, and has none. Of a tool without an approval nothing here knows that it
        ///   is one: `#[instrument]` gives it a span of the same name.
        ///
        /// A subscriber tells all this from the rest by the target: to `tracing-subscriber`, for instance, `warn,reliable=info` is
        /// the filter for warnings from everywhere, and from here also spans and what went well in the end.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[non_exhaustive]
        pub enum Event {$(
            $(#[$doc])*
            $event {
                $(#[$who_doc])*
                $who: ToolName,
                $($(#[$field_doc])* $field: $type,)*
            },
        )*}

        /// Which event it is, of one that need not be made.
        #[derive(Debug, Clone, Copy)]
        #[allow(dead_code, reason = "not every event is told by its name")]
        pub(crate) enum Which {
            $($event,)*
        }

        impl Event {
            /// Its name, for machines: `reliable.retry`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Event::$event { .. } => $name,)*
                }
            }

            /// The function or agent that it happened to.
            pub fn tool(&self) -> &str {
                self.tool_name()
            }

            pub(crate) fn tool_name(&self) -> &ToolName {
                match self {
                    $(Event::$event { $who, .. } => $who,)*
                }
            }
        }

        impl fmt::Display for Event {
            /// What happened and what the library did, without the name of the function.
            #[allow(unused_variables, reason = "the words need not say all that is known")]
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                words::tell(f, |f| match self {
                    $(Event::$event { $who, $($field,)* } => {
                        let $f = f;
                        $says
                    })*
                })
            }
        }
    };
}

events!(make_enum);

/// Why no other attempt follows a failed one.
///
/// ```
/// assert_eq!(reliable::GaveUpReason::NoRetriesLeft.to_string(), "no retries left");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum GaveUpReason {
    /// All retries are used.
    NoRetriesLeft,
    /// `when` says no, or the fault is final.
    NotTransient,
    /// The next pause would not end in time (`within`).
    NoTimeLeft,
    /// The server asks for a delay longer than `cap`.
    AskedToWaitTooLong,
    /// The retry budget has nothing left for a retry.
    BudgetEmpty,
}

impl fmt::Display for GaveUpReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            GaveUpReason::NoRetriesLeft => "no retries left",
            GaveUpReason::NotTransient => "not worth a retry",
            GaveUpReason::NoTimeLeft => "no time left for another attempt",
            GaveUpReason::AskedToWaitTooLong => "the server asks for a longer pause than allowed",
            GaveUpReason::BudgetEmpty => "the retry budget is empty",
        })
    }
}
