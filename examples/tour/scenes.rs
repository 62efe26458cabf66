//! The scenes: each injects one failure, runs the agent, and says what should have come of it.

use std::time::Duration;

use reliable::approver::Scripted;
use reliable::chaos::{Chaos, cut_after, fail, hang, slow, stall_after};
use reliable::{Decision, Grants, Recorder, Report, Scope, Usd};

use crate::agent::{ToolError, assistant};
use crate::lives::a_process_that_dies;
use crate::timeline::{self, Drill};
use crate::world::{Reply, ServiceError, Task, World};

pub async fn play_all() -> Vec<Drill> {
    vec![
        a_flaky_service().await,
        an_answer_that_is_none().await,
        a_call_that_hangs().await,
        little_time_left().await,
        an_outage().await,
        a_dead_service().await,
        a_service_that_drags().await,
        a_slow_call().await,
        a_provider_that_is_down().await,
        a_stream_that_breaks().await,
        too_many_calls_at_once().await,
        a_runaway_loop().await,
        a_cost_cap().await,
        a_tool_that_is_called_again_and_again().await,
        a_policy_of_ones_own().await,
        a_risky_action_denied().await,
        a_risky_action_approved().await,
        a_risky_action_with_nobody_to_ask().await,
        a_yes_that_is_remembered().await,
        a_correction().await,
        a_process_that_dies().await,
    ]
}

/// What a scene has to show.
struct Scene {
    title: &'static str,
    promise: &'static str,
    chaos: Chaos,
    scope: Scope,
}

impl Scene {
    fn new(title: &'static str, promise: &'static str) -> Scene {
        Scene { title, promise, chaos: Chaos::plan(), scope: Scope::current() }
    }

    fn with(self, chaos: Chaos) -> Scene {
        Scene { chaos, ..self }
    }

    /// Runs the agent, and prints the timeline of what happened.
    async fn play(self, world: &World, mut task: Task) -> (&'static str, Report) {
        let recorder = Recorder::new();
        let scope = self.scope.recorder(&recorder).chaos(&self.chaos);
        let outcome = scope.run(assistant(world, &mut task)).await;
        // A failure that was never injected would prove nothing.
        self.chaos.assert_used();
        let report = recorder.report();
        timeline::print_scene(self.title, self.promise, &report, &outcome);
        (if outcome.is_ok() { "an answer" } else { "the run is stopped" }, report)
    }
}

fn busy() -> ToolError {
    ServiceError::Busy(Duration::from_secs(3)).into()
}

fn down() -> ToolError {
    ServiceError::Down.into()
}

async fn a_flaky_service() -> Drill {
    let scene = Scene::new("A flaky service", "#[retry] waits, as long as the server asks, and tries again")
        .with(Chaos::plan().at("forecast", [fail(busy), fail(down)]));
    let (ending, report) = scene.play(&World::new(), Task::new([Reply::Forecast("Oslo")])).await;
    let attempts = report.of("forecast").map_or(0, |row| row.attempts);
    Drill {
        failure: "429, then 503, then good",
        expected: "3 attempts, then an answer",
        seen: format!("{attempts} attempts, then {ending}"),
    }
}

async fn an_answer_that_is_none() -> Drill {
    let scene = Scene::new("An answer that is none", "#[retry(when_ok = …)] asks again, as after an error");
    let world = World::new();
    world.speechless.set(2);
    let (ending, report) = scene.play(&world, Task::new([Reply::Explain("love")])).await;
    let attempts = report.of("explain").map_or(0, |row| row.attempts);
    Drill {
        failure: "an empty answer, with a 200, twice",
        expected: "3 attempts, then an answer",
        seen: format!("{attempts} attempts, then {ending}"),
    }
}

async fn a_call_that_hangs() -> Drill {
    let scene = Scene::new("A call that hangs", "#[timeout] drops the call; the agent goes on")
        .with(Chaos::plan().at("book_table", [hang()]));
    let task = Task::new([Reply::BookTable("Maaemo"), Reply::Forecast("Oslo")]);
    let (ending, report) = scene.play(&World::new(), task).await;
    let dropped = report.of("book_table").map_or(0, |row| row.timeouts);
    Drill {
        failure: "a call that never answers",
        expected: "1 call dropped, then an answer",
        seen: format!("{dropped} call dropped, then {ending}"),
    }
}

async fn little_time_left() -> Drill {
    let promise = "#[timeout(secs = 10, deadline)] tells what is left, and the server does what it can until then";
    let scene =
        Scene::new("Little time left", promise).with(Chaos::plan().at("find_flights", [slow(Duration::from_secs(8))]));
    let (ending, report) = scene.play(&World::new(), Task::new([Reply::FindFlights("Oslo")])).await;
    let dropped = report.of("find_flights").map_or(0, |row| row.timeouts);
    Drill {
        failure: "8 of 10 seconds gone, 5 needed",
        expected: "0 calls dropped, then an answer",
        seen: format!("{dropped} calls dropped, then {ending}"),
    }
}

async fn an_outage() -> Drill {
    let scene = Scene::new("An outage", "#[fallback] answers when all retries have failed")
        .with(Chaos::plan().at("forecast", [fail(down).always()]));
    let (ending, report) = scene.play(&World::new(), Task::new([Reply::Forecast("Oslo")])).await;
    let (attempts, fallbacks) = report.of("forecast").map_or((0, 0), |row| (row.attempts, row.fallbacks));
    Drill {
        failure: "503, for ever",
        expected: "4 calls, 1 fallback, then an answer",
        seen: format!("{attempts} calls, {fallbacks} fallback, then {ending}"),
    }
}

async fn a_dead_service() -> Drill {
    let promise = "#[circuit_breaker] stops calling it, probes it after a while, and trusts it again";
    let scene = Scene::new("A service that is dead for a while", promise)
        .with(Chaos::plan().at("find_hotel", [fail(down).times(3)]));
    let (world, hotel) = (World::new(), Reply::FindHotel("Oslo"));
    let task = Task::new([hotel, hotel, hotel, hotel, Reply::Wait(Duration::from_secs(30)), hotel]);
    let (_, report) = scene.play(&world, task).await;
    let kept_away = report.of("find_hotel").map_or(0, |row| row.rejected);
    Drill {
        failure: "a service that stays dead",
        expected: "1 call kept away, closed at last",
        seen: format!("{kept_away} call kept away, {} at last", world.hotel_breaker.state()),
    }
}

async fn a_service_that_drags() -> Drill {
    let promise = "#[circuit_breaker] with a `slow` takes that for failures, and leaves it alone for a while";
    let scene = Scene::new("A service that drags", promise)
        .with(Chaos::plan().at("find_hotel", [slow(Duration::from_secs(9)).times(3)]));
    let (world, hotel) = (World::new(), Reply::FindHotel("Oslo"));
    let task = Task::new([hotel, hotel, hotel, hotel, Reply::Wait(Duration::from_secs(30)), hotel]);
    let (_, report) = scene.play(&world, task).await;
    let kept_away = report.of("find_hotel").map_or(0, |row| row.rejected);
    Drill {
        failure: "a service that takes 9 seconds",
        expected: "1 call kept away, closed at last",
        seen: format!("{kept_away} call kept away, {} at last", world.hotel_breaker.state()),
    }
}

async fn a_slow_call() -> Drill {
    let scene = Scene::new("A slow call among quick ones", "#[hedge] starts a second attempt beside it")
        .with(Chaos::plan().at("translate", [slow(Duration::from_secs(9))]));
    let (_, report) = scene.play(&World::new(), Task::new([Reply::Translate("good morning")])).await;
    let took = report.entries().last().map_or(0.0, |entry| entry.at.as_secs_f64());
    Drill {
        failure: "a call that takes 9 seconds",
        expected: "an answer after 1.22 s in all",
        seen: format!("an answer after {took:.2} s in all"),
    }
}

async fn a_provider_that_is_down() -> Drill {
    let promise = "#[failover] asks the next provider, and leaves the first one out for a while";
    let scene = Scene::new("A provider that is down", promise).with(Chaos::plan().at("summarize", [fail(down)]));
    let book = Reply::Summarize("War and Peace");
    let task = Task::new([book, book, Reply::Wait(Duration::from_secs(30)), book]);
    let (ending, report) = scene.play(&World::new(), task).await;
    let (failed, stood_in) = report.of("summarize").map_or((0, 0), |row| (row.failovers, row.stood_in));
    Drill {
        failure: "a provider that is down for a while",
        expected: "1 failed, 2 stood in, then an answer",
        seen: format!("{failed} failed, {stood_in} stood in, then {ending}"),
    }
}

async fn a_stream_that_breaks() -> Drill {
    let promise = "#[retry(stream)] asks again until its first word, #[timeout(idle)] ends a hang behind it";
    let scene = Scene::new("A stream that breaks", promise)
        .with(Chaos::plan().at("narrate", [cut_after(0).with(down), stall_after(4)]));
    let (ending, report) = scene.play(&World::new(), Task::new([Reply::TellStory("a fox")])).await;
    let (attempts, stalls) = report.of("narrate").map_or((0, 0), |row| (row.attempts, row.timeouts));
    Drill {
        failure: "a stream cut at once, one that hangs",
        expected: "2 attempts, 1 hang, then an answer",
        seen: format!("{attempts} attempts, {stalls} hang, then {ending}"),
    }
}

async fn too_many_calls_at_once() -> Drill {
    let promise = "#[bulkhead] and #[rate_limit] let the others wait for their turn";
    let scene = Scene::new("Too many calls at once", promise);
    let world = World::new();
    let (ending, _) = scene.play(&world, Task::new([Reply::LookUpFour("hygge")])).await;
    Drill {
        failure: "4 calls at once on a service for 2",
        expected: "4 calls, 2 at once, then an answer",
        seen: format!("{} calls, {} at once, then {ending}", world.service.calls(), world.service.most_at_once()),
    }
}

async fn a_runaway_loop() -> Drill {
    let scene = Scene::new("A runaway loop", "#[agent(max_steps = 8)] ends the run");
    let (ending, report) = scene.play(&World::new(), Task::endless(Reply::Forecast("Oslo"))).await;
    let steps = report.of("assistant").map_or(0, |row| row.steps);
    Drill {
        failure: "a model that never comes to an end",
        expected: "8 steps, then the run is stopped",
        seen: format!("{steps} steps, then {ending}"),
    }
}

async fn a_cost_cap() -> Drill {
    let scene = Scene::new("A cost cap", "#[agent(max_usd = 0.10)] refuses a charge that does not fit");
    let world = World { price: Usd::cents(4), ..World::new() };
    let (ending, report) = scene.play(&world, Task::endless(Reply::Forecast("Oslo"))).await;
    let spent = report.of("assistant").map_or(Usd::ZERO, |row| row.usd);
    Drill {
        failure: "steps of $0.04, and a cap of $0.10",
        expected: "$0.08 spent, then the run is stopped",
        seen: format!("{spent} spent, then {ending}"),
    }
}

async fn a_tool_that_is_called_again_and_again() -> Drill {
    let promise = "#[call_limit(max = 3)] lets no more of them through in one run, and the model is told";
    let scene = Scene::new("A tool that is called again and again", promise);
    let world = World::new();
    let (ending, report) = scene.play(&world, Task::new([1, 2, 3, 4, 5].map(Reply::ReadPage))).await;
    let rejected = report.of("read_page").map_or(0, |row| row.rejected);
    Drill {
        failure: "a model that reads page after page",
        expected: "3 calls, 2 not let through, an answer",
        seen: format!("{} calls, {rejected} not let through, {ending}", world.service.calls()),
    }
}

async fn a_policy_of_ones_own() -> Drill {
    let scene = Scene::new("A policy of one's own", "#[policy] asks a type of ours: two searches, and no more");
    let world = World::new();
    let (_, report) = scene.play(&world, Task::new([Reply::SearchWeb("reliability"); 3])).await;
    let refused = report.of("search_web").map_or(0, |row| row.rejected);
    Drill {
        failure: "3 searches with a ration of 2",
        expected: "2 calls, 1 refused",
        seen: format!("{} calls, {refused} refused", world.service.calls()),
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

/// A yes for always holds for this address, and for no other one.
async fn a_yes_that_is_remembered() -> Drill {
    let ana = Scripted::new([Decision::approve().remember().by("ana"), Decision::deny("not to him").by("ana")]);
    let promise = "#[requires_approval(remember(to))] remembers a yes for the same `to`, and for no other";
    let scope = Scope::current().approver(ana).grants(&Grants::new());
    let scene = Scene { scope, ..Scene::new("A yes that is remembered, and where it must not hold", promise) };
    let mail = |to| Reply::SendEmail { to, body: "Lunch?" };
    let world = World::new();
    let (_, report) =
        scene.play(&world, Task::new(["bo@example.com", "bo@example.com", "cy@example.com"].map(mail))).await;
    let asked = report.of("send_email").map_or(0, |row| row.asked);
    Drill {
        failure: "3 mails, 2 of them to one address",
        expected: "asked about 2, 2 mails sent",
        seen: format!("asked about {asked}, {} mails sent", world.mail.calls()),
    }
}

async fn a_correction() -> Drill {
    let ana = Scripted::new([Decision::approve().edit("body", "You are hired").by("ana")]);
    let promise = "#[requires_approval(edit(body))] lets the human put it right, and runs that";
    let scene = Scene { scope: Scope::current().approver(ana), ..Scene::new("A correction", promise) };
    let world = World::new();
    let task = Task::new([Reply::SendEmail { to: "all@example.com", body: "You are fired" }]);
    let (_, report) = scene.play(&world, task).await;
    let trail = report.approvals();
    let body = trail.first().and_then(|row| row.arguments.get(1)?.value.clone()).unwrap_or_default();
    Drill {
        failure: "a mail in the wrong words",
        expected: "\"You are hired\" is sent, 1 mail",
        seen: format!("{body} is sent, {} mail", world.mail.calls()),
    }
}

/// The same task each time: the agent wants to send a mail.
async fn risky(title: &'static str, scope: Scope) -> String {
    let promise = "#[requires_approval] asks a human; without a yes it does not run";
    let scene = Scene { scope, ..Scene::new(title, promise) };
    let world = World::new();
    let task = Task::new([Reply::SendEmail { to: "all@example.com", body: "You are fired" }]);
    let (_, report) = scene.play(&world, task).await;
    let refused = report.of("send_email").map_or(0, |row| row.refused);
    let plural = |n: u32| if n == 1 { "" } else { "s" };
    let mails = world.mail.calls();
    format!("{refused} refusal{}, {mails} mail{} sent", plural(refused), plural(mails))
}
