//! One suite of cases for every engine of durable runs: its ten rules, each on submitted runs whose processes die.
//!
//! An engine says how its processes begin and die, as a [`Bench`](bench::Bench), and one line makes a test of each case:
//!
//! ```ignore
//! engines::suite!(Mine::new().await, Real);
//! ```
//!
//! `Paused` instead of `Real` is for an engine whose time goes with tokio's clock. Groups that not every engine can pass are named
//! behind it: `workers` (several processes at once, so many runs at once, versions), `remembers` (answers that hold for later
//! questions, too), `in_place` ([`Runs::run`](reliable::durable::Runs::run)).

#![allow(clippy::missing_panics_doc, reason = "a case panics where an engine is at fault")]

pub mod bench;
#[doc(hidden)]
pub mod cases;
#[cfg(feature = "sqlite")]
pub mod drill;
#[doc(hidden)]
pub mod lab;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod random;
#[doc(hidden)]
pub mod world;

/// Makes a test of each case: see the [crate].
#[macro_export]
macro_rules! suite {
    ($bench:expr, $clock:ident $(, $more:ident)*) => {
        $crate::suite!(@group $bench, $clock, recorded:
            rule_3_what_is_finished_does_not_run_again
            rule_3_an_ended_run_gives_its_outcome
            rule_3_a_call_that_is_the_whole_run_is_recorded
            rule_3_an_error_is_recorded_as_an_answer_is
            rule_3_what_a_call_gives_is_what_was_read_back
            rule_3_an_error_of_another_crate_is_made_again
            rule_3_a_fault_comes_back_as_the_fault_that_it_was
            rule_3_what_was_spent_is_spent
            rule_3_what_an_approver_has_spent_is_spent
            rule_3_what_was_seen_is_seen
            rule_2_what_is_inside_of_a_recorded_call_just_runs
            rule_2_what_is_redacted_is_not_written_down
            rule_7_a_key_is_the_same_after_a_restart
            rule_7_a_pause_in_a_call_begins_anew
        );
        $crate::suite!(@group $bench, $clock, program:
            rule_4_it_gains_a_call
            rule_4_the_arguments_differ
            rule_4_calls_of_other_functions_change_places
            rule_4_an_outcome_is_of_another_type
            rule_4_a_call_is_known_by_the_path_of_its_function
            rule_4_a_question_is_known_by_the_path_of_its_function
            rule_4_a_question_is_known_by_the_name_that_it_was_given
            rule_3_an_outcome_cannot_be_written
        );
        $crate::suite!(@group $bench, $clock, halts:
            rule_5_a_panic_parks_the_run
            rule_5_a_call_in_a_task_of_its_own_parks_the_run
            rule_5_a_question_inside_of_a_recorded_call_parks_the_run
            rule_5_no_retry_and_no_fallback_sees_a_halt
            rule_5_an_input_of_another_type_parks_the_run
            rule_5_a_panic_before_its_flow_parks_the_run
        );
        $crate::suite!(@group $bench, $clock, questions:
            rule_6_it_is_answered_while_nothing_runs
            rule_6_it_is_asked_once_wherever_the_process_dies
            rule_6_its_time_is_up_while_nothing_runs
            rule_6_its_time_is_up_while_it_is_waited_for
            rule_6_a_yes_to_another_one_is_none
            rule_6_one_that_was_acted_on_is_another_one_now
            rule_6_the_first_answer_counts
            rule_6_an_approver_is_asked_as_well
            rule_6_a_correction_is_known_in_the_next_life
            rule_6_a_map_makes_no_other_question
            rule_6_side_by_side_each_gets_its_own_answer
            rule_6_the_trail_has_all_of_it
            rule_6_one_that_the_flow_has_dropped_is_void
        );
        $crate::suite!(@group $bench, $clock, standing:
            rule_6_a_panic_beside_it_takes_no_answer_away
            rule_6_a_panic_that_the_flow_catches_makes_it_void
            rule_6_the_loser_of_a_race_is_void_in_the_next_life
            rule_6_one_without_a_digest_is_known_by_its_words
            rule_6_another_reason_makes_another_question
        );
        $crate::suite!(@group $bench, $clock, order:
            rule_8_the_branches_of_a_join
            rule_8_the_same_call_in_several_branches
            rule_8_joins_in_a_join
            rule_8_the_loser_of_a_select
            rule_8_a_race_that_is_won_by_the_second
            rule_8_a_limit_of_the_flow
            rule_8_many_at_once
            rule_8_those_that_are_not_polled_meanwhile
            rule_8_questions_and_calls_side_by_side
            rule_8_a_call_that_is_dropped
            rule_8_whatever_a_program_does
            rule_8_whatever_another_program_does
            rule_8_whatever_a_third_program_does
            rule_8_the_time
            rule_8_a_pause_that_is_over
        );
        $crate::suite!(@group $bench, $clock, operator:
            rule_9_the_same_id_is_the_same_run
            rule_9_an_outcome_is_waited_for
            rule_9_what_there_is_not
            rule_9_the_list_and_what_is_recorded
            rule_9_a_run_that_waits_is_cancelled
            rule_9_a_run_that_asks_is_cancelled
            rule_9_a_run_that_is_at_work_is_cancelled
            rule_9_a_run_that_is_parked_is_cancelled
            rule_9_only_what_is_parked_is_resumed
        );
        $crate::suite!(@group $bench, $clock, told:
            rule_10_what_is_read_back_is_told_as_that
            rule_10_a_question_is_told_once
        );
        $( $crate::suite!(@more $bench, $clock, $more); )*
    };
    (@more $bench:expr, $clock:ident, workers) => {
        $crate::suite!(@group $bench, $clock, workers:
            rule_5_two_of_them_never_drive_one_run
            rule_5_one_goes_on_with_what_another_has_left
            rule_9_they_are_at_so_many_runs_at_once
            rule_9_one_that_is_cancelled_makes_room
            rule_9_one_that_is_cancelled_while_it_sleeps_makes_room
            rule_9_they_leave_a_run_to_its_version
            rule_9_a_panic_is_only_that_run_s
        );
    };
    (@more $bench:expr, $clock:ident, remembers) => {
        $crate::suite!(@group $bench, $clock, remembers:
            rule_6_an_answer_holds_for_later_runs
            rule_6_a_no_goes_before_a_yes
            rule_6_what_is_revoked_holds_no_longer
            rule_6_what_was_remembered_is_the_same_in_each_life
            rule_6_what_an_approver_says_is_remembered
            rule_6_what_is_remembered_is_listed
        );
    };
    (@more $bench:expr, $clock:ident, in_place) => {
        $crate::suite!(@group $bench, $clock, in_place:
            rule_3_what_is_finished_does_not_run_again
            rule_3_what_is_not_send
            rule_5_a_run_is_driven_once_at_a_time
            rule_5_a_halt_says_what_it_is
            rule_6_an_answer_comes_while_it_runs
            rule_9_a_worker_and_a_call_never_drive_one_run
        );
    };
    (@group $bench:expr, $clock:ident, $group:ident: $($case:ident)*) => {
        mod $group {
            #[allow(unused_imports, reason = "the bench may stand there")]
            use super::*;

            $(
                #[test]
                fn $case() {
                    $crate::lab::run_case($crate::lab::Clock::$clock, async {
                        let bench = $bench;
                        let name = concat!(stringify!($group), "::", stringify!($case));
                        if let Some(case) = $crate::lab::Case::on(&bench, name) {
                            $crate::cases::$group::$case(&case).await;
                        }
                    });
                }
            )*
        }
    };
}
