//! What happens in a run: the events of approvals, of durable runs and of agents.

/// Hands the rows so far, and then these, to `$make`.
macro_rules! events_of_runs {
    ($make:ident $($so_far:tt)*) => {
        $make! {
            $($so_far)*

            /// Somebody is asked whether a call may run.
            Asked, "reliable.asked", info
            {
                /// The function.
                tool: ToolName => tool,
                /// Which question it is; its answer has the same.
                id: QuestionId => question,
                /// The run of an agent that the call belongs to.
                run: Option<RunId> => run,
                /// The step of that run.
                step: Option<u32> => step,
                /// Why somebody is asked.
                reason: Option<String> => reason,
                /// The arguments, as far as they are shown.
                arguments: Vec<Argument> => arguments,
            }
            says |f| { write!(f, "may it run? ({})", Listed(arguments)) }
            row |row| { row.asked += 1; }
            counts {}

            /// A human said yes.
            Approved, "reliable.approved", info
            {
                /// The function that may run.
                tool: ToolName => tool,
                /// Which question it is.
                id: QuestionId => question,
                /// The run of an agent that the call belongs to.
                run: Option<RunId> => run,
                /// The step of that run.
                step: Option<u32> => step,
                /// Who said so, where the approver knows.
                by: Option<String> => by,
                /// How long the question stood open.
                waited: Duration => waited_ms,
                /// The arguments that it runs with, as far as they are shown.
                arguments: Vec<Argument> => arguments,
                /// Those of them that the human has changed.
                edits: Vec<Argument> => edits,
                /// Whether nobody was asked, since the yes to an earlier call holds for this one.
                remembered: bool => remembered,
            }
            says |f| {
                f.write_str(if *remembered { "approved as before" } else { "approved" })?;
                if let Some(by) = by {
                    write!(f, " by {by}")?;
                }
                if !edits.is_empty() {
                    write!(f, ", with {}", Listed(edits))?;
                }
                Ok(())
            }
            row |row| { row.approved += 1; }
            counts { decided(tool, "approved", *waited); }

            /// Nobody said yes: the body does not run.
            Refused, "reliable.refused", warn
            {
                /// The function that does not run.
                tool: ToolName => tool,
                /// Which question it is.
                id: QuestionId => question,
                /// The run of an agent that the call belongs to.
                run: Option<RunId> => run,
                /// The step of that run.
                step: Option<u32> => step,
                /// Who said so, where the approver knows.
                by: Option<String> => by,
                /// [`Fault::Denied`], [`Fault::Expired`], or, where nobody was asked any more, [`Fault::TooManyDenials`].
                fault: Fault => fault,
                /// How long the question stood open.
                waited: Duration => waited_ms,
                /// The arguments, as far as they are shown.
                arguments: Vec<Argument> => arguments,
                /// Whether nobody was asked, since the no to an earlier call holds for this one.
                remembered: bool => remembered,
            }
            says |f| {
                match by {
                    Some(by) => write!(f, "not run: {fault} ({by})"),
                    None => write!(f, "not run: {fault}"),
                }
            }
            row |row| { row.refused += 1; }
            counts { decided(tool, refusal(fault), *waited); }

            /// A call was dropped before its question had an answer: the body does not run.
            Withdrawn, "reliable.withdrawn", info
            {
                /// The function.
                tool: ToolName => tool,
                /// Which question it is.
                id: QuestionId => question,
                /// How long the question stood open.
                waited: Duration => waited_ms,
            }
            says |f| { write!(f, "dropped before there was an answer, after {}", short(*waited)) }
            row |row| { row.withdrawn += 1; }
            counts {}

            /// A recorded call was not made, since its outcome is known from an earlier life of the run.
            ReadBack, "reliable.read_back", debug
            {
                /// The function.
                tool: ToolName => tool,
                /// Its number among the calls of that function in the run.
                number: u32 => call,
                /// Whether the arguments are, in words, those with which it was made.
                same_arguments: bool => same_arguments,
            }
            says |f| {
                let other = if *same_arguments { "" } else { ", made with other arguments" };
                write!(f, "call {number} is known from an earlier life{other}")
            }
            row |_row| {}
            counts {}

            /// A durable run stopped without an outcome of its own.
            Halted, "reliable.halted", warn
            {
                /// The id of the run.
                run: ToolName => durable_run,
                /// What happened, and what to do.
                halt: String => halt,
            }
            says |f| { write!(f, "stopped: {halt}") }
            row |row| { row.ended = Some("halted".to_owned()); }
            counts {}

            /// An agent begins a step.
            Step, "reliable.step", debug
            {
                /// The agent.
                agent: ToolName => agent,
                /// The step; the first is 1.
                step: u32 => step,
                /// The steps that it may take.
                max_steps: u32 => max_steps,
            }
            says |f| { write!(f, "step {step} of {max_steps}") }
            row |row| { row.steps += 1; }
            counts { one("ft.agent.steps.total", agent); }

            /// Something was spent in an agent's run.
            Charged, "reliable.charged", debug
            {
                /// The agent.
                agent: ToolName => agent,
                /// The money.
                usd: Usd => usd_micros,
                /// The tokens.
                tokens: u64 => tokens,
            }
            says |f| {
                match tokens {
                    0 => write!(f, "spent {usd}"),
                    tokens => write!(f, "spent {usd} and {tokens} tokens"),
                }
            }
            row |row| {
                row.usd = row.usd.saturating_add(*usd);
                row.tokens = row.tokens.saturating_add(*tokens);
            }
            counts { spent(agent, *usd, *tokens); }

            /// A charge did not fit in a budget, and nothing was spent.
            ChargeRefused, "reliable.charge_refused", warn
            {
                /// The agent whose budget it is.
                agent: ToolName => agent,
                /// [`Fault::OverBudget`] or [`Fault::Unpriced`].
                fault: Fault => fault,
            }
            says |f| { write!(f, "nothing spent: {fault}") }
            row |row| { row.charges_refused += 1; }
            counts {}

            /// An agent has its answer.
            Finished, "reliable.finished", info
            {
                /// The agent.
                agent: ToolName => agent,
                /// The steps that it took.
                steps: u32 => steps,
            }
            says |f| { write!(f, "finished after {steps} {}", if *steps == 1 { "step" } else { "steps" }) }
            row |row| { row.ended = Some("finished".to_owned()); }
            counts { run_ended(agent, "valueReturned"); }

            /// A step of an agent failed, and with it the run.
            Failed, "reliable.failed", warn
            {
                /// The agent.
                agent: ToolName => agent,
                /// The steps that were begun, the failed one among them.
                steps: u32 => steps,
            }
            says |f| { write!(f, "failed in step {steps}") }
            row |row| { row.ended = Some("failed".to_owned()); }
            counts { run_ended(agent, "exceptionThrown"); }

            /// An agent was stopped by one of its limits.
            Stopped, "reliable.stopped", warn
            {
                /// The agent.
                agent: ToolName => agent,
                /// The limit, in the runtime's words.
                fault: Fault => fault,
            }
            says |f| { write!(f, "stopped: {fault}") }
            row |row| { row.ended = Some(fault.to_string()); }
            counts { run_ended(agent, limit(fault)); }
        }
    };
}

pub(crate) use events_of_runs;
