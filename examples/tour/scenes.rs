//! The scenes: each injects one failure, runs the agent, and says what should have come of it.

use std::time::Duration;

use reliable::approver::Scripted;
use reliable::{Decision, Recorder, Report, Scope, Usd};

use crate::agent::{ToolError, assistant};
use crate::timeline::{self, Drill};
use crate::world::{Reply, Service, Task, Weather, World};

pub async fn play_all() -> Vec<Drill> {
    vec![
        a_flaky_service().await,
        a_call_that_hangs().await,
        an_outage().await,
        a_dead_service().await,
        a_runaway_loop().await,
        a_cost_cap().await,
        a_risky_action_denied().await,
        a_risky_action_approved().await,
        a_risky_action_with_nobody_to_ask().await,
    ]
}

/// Runs the agent in a scope with a recorder, and prints the timeline of what happened.
async fn play(
    title: &str,
    promise: &str,
    scope: Scope,
    world: &World,
    task: &mut Task,
) -> (Result<String, ToolError>, Report) {
    let recorder = Recorder::new();
    let outcome = scope.recorder(&recorder).run(assistant(world, task)).await;
    let report = recorder.report();
    timeline::print_scene(title, promise, &report, &outcome);
    (outcome, report)
}

fn ending(outcome: &Result<String, ToolError>) -> &'static str {
    if outcome.is_ok() { "an answer" } else { "the run is stopped" }
}

async fn a_flaky_service() -> Drill {
    let plan = [Weather::Busy(Duration::from_secs(3)), Weather::Down, Weather::Good];
    let world = World { weather: Service::new(plan), ..World::kind() };
    let mut task = Task::new([Reply::Forecast("Oslo")]);
    let promise = "#[retry] waits, as long as the server asks, and tries again";
    let (outcome, report) = play("A flaky service", promise, Scope::current(), &world, &mut task).await;
    let attempts = report.of("forecast").map_or(0, |row| row.attempts);
    Drill {
        failure: "429, then 503, then good",
        expected: "3 attempts, then an answer",
        seen: format!("{attempts} attempts, then {}", ending(&outcome)),
    }
}

async fn a_call_that_hangs() -> Drill {
    let world = World { restaurant: Service::new([Weather::Hang]), ..World::kind() };
    let mut task = Task::new([Reply::BookTable("Maaemo"), Reply::Forecast("Oslo")]);
    let promise = "#[timeout] drops the call; the agent goes on";
    let (outcome, report) = play("A call that hangs", promise, Scope::current(), &world, &mut task).await;
    let dropped = report.of("book_table").map_or(0, |row| row.timeouts);
    Drill {
        failure: "a call that never answers",
        expected: "1 call dropped, then an answer",
        seen: format!("{dropped} call dropped, then {}", ending(&outcome)),
    }
}

async fn an_outage() -> Drill {
    let world = World { weather: Service::new([Weather::Down]), ..World::kind() };
    let mut task = Task::new([Reply::Forecast("Oslo")]);
    let promise = "#[fallback] answers when all retries have failed";
    let (outcome, report) = play("An outage", promise, Scope::current(), &world, &mut task).await;
    let fallbacks = report.of("forecast").map_or(0, |row| row.fallbacks);
    Drill {
        failure: "503, for ever",
        expected: "4 calls, 1 fallback, then an answer",
        seen: format!("{} calls, {fallbacks} fallback, then {}", world.weather.calls(), ending(&outcome)),
    }
}

async fn a_dead_service() -> Drill {
    let plan = [Weather::Down, Weather::Down, Weather::Down, Weather::Good];
    let world = World { hotels: Service::new(plan), ..World::kind() };
    let hotel = Reply::FindHotel("Oslo");
    let mut task = Task::new([hotel, hotel, hotel, hotel, Reply::Wait(Duration::from_secs(30)), hotel]);
    let promise = "#[circuit_breaker] stops calling it, probes it after a while, and trusts it again";
    let (_, report) = play("A service that is dead for a while", promise, Scope::current(), &world, &mut task).await;
    let kept_away = report.of("find_hotel").map_or(0, |row| row.rejected);
    Drill {
        failure: "a service that stays dead",
        expected: "4 calls, 1 kept away, closed at last",
        seen: format!("{} calls, {kept_away} kept away, {} at last", world.hotels.calls(), world.hotel_breaker.state()),
    }
}

async fn a_runaway_loop() -> Drill {
    let world = World::kind();
    let mut task = Task::endless(Reply::Forecast("Oslo"));
    let promise = "#[agent(max_steps = 8)] ends the run";
    let (outcome, report) = play("A runaway loop", promise, Scope::current(), &world, &mut task).await;
    let steps = report.of("assistant").map_or(0, |row| row.steps);
    Drill {
        failure: "a model that never comes to an end",
        expected: "8 steps, then the run is stopped",
        seen: format!("{steps} steps, then {}", ending(&outcome)),
    }
}

async fn a_cost_cap() -> Drill {
    let world = World { price: Usd::cents(4), ..World::kind() };
    let mut task = Task::endless(Reply::Forecast("Oslo"));
    let promise = "#[agent(max_usd = 0.10)] refuses a charge that does not fit";
    let (outcome, report) = play("A cost cap", promise, Scope::current(), &world, &mut task).await;
    let spent = report.of("assistant").map_or(Usd::ZERO, |row| row.usd);
    Drill {
        failure: "steps of $0.04, and a cap of $0.10",
        expected: "$0.08 spent, then the run is stopped",
        seen: format!("{spent} spent, then {}", ending(&outcome)),
    }
}

async fn a_risky_action_denied() -> Drill {
    let ana = Scripted::new([Decision::deny("certainly not").by("ana")]);
    let seen = risky("A risky action, denied", Scope::current().approver(ana)).await;
    Drill { failure: "a risky action, and a human says no", expected: "1 refusal, 0 mails sent", seen }
}

async fn a_risky_action_approved() -> Drill {
    let ana = Scripted::new([Decision::approve().by("ana")]);
    let seen = risky("A risky action, approved", Scope::current().approver(ana)).await;
    Drill { failure: "a risky action, and a human says yes", expected: "0 refusals, 1 mail sent", seen }
}

async fn a_risky_action_with_nobody_to_ask() -> Drill {
    let seen = risky("A risky action, and nobody to ask", Scope::current()).await;
    Drill { failure: "a risky action, and nobody to ask", expected: "1 refusal, 0 mails sent", seen }
}

/// The same task each time: the agent wants to send a mail.
async fn risky(title: &str, scope: Scope) -> String {
    let world = World::kind();
    let mut task = Task::new([Reply::SendEmail { to: "all@example.com", body: "You are fired" }]);
    let promise = "#[requires_approval] asks a human; without a yes it does not run";
    let (_, report) = play(title, promise, scope, &world, &mut task).await;
    let refused = report.of("send_email").map_or(0, |row| row.refused);
    let plural = |n: u32| if n == 1 { "" } else { "s" };
    let mails = world.mail.calls();
    format!("{refused} refusal{}, {mails} mail{} sent", plural(refused), plural(mails))
}
