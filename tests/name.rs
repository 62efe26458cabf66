//! The option `name`, which every attribute has: what a function is called in faults, questions, events and plans.

#![allow(clippy::unused_async, reason = "about the little functions themselves")]

use std::time::Duration;

use reliable::approver::Scripted;
use reliable::chaos::{Chaos, fail};
use reliable::{
    After, Before, Decision, Failure, Fault, Policy, Recorder, Run, Scope, Step, agent, bulkhead, call_limit, chaos,
    circuit_breaker, failover, fallback, hedge, policy, requires_approval, retry, timeout,
};

struct Mail {
    account: String,
}

impl Mail {
    fn name(&self) -> &str {
        &self.account
    }

    #[requires_approval(name = self.name())]
    #[retry(max = 1, backoff = "none")]
    #[timeout(ms = 5)]
    async fn call(&self, to: &str) -> Result<(), Fault> {
        std::future::pending().await
    }

    #[timeout(ms = 5, name = self.account)]
    async fn by_field(&self) -> Result<(), Fault> {
        std::future::pending().await
    }

    #[timeout(ms = 5, name = format!("{}!", self.account))]
    async fn made(&mut self) -> Result<(), Fault> {
        self.account.push('?');
        std::future::pending().await
    }
}

fn mail() -> Mail {
    Mail { account: "mail of ana".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn one_mention_holds_for_all_attributes_and_may_be_known_at_run_time() {
    let (recorder, ana) = (Recorder::new(), Scripted::new([Decision::approve()]));
    let scope = Scope::current().recorder(&recorder).approver(ana.clone());
    let late = scope.run(mail().call("bob")).await.unwrap_err();
    assert_eq!(late, Fault::TimedOut { tool: "mail of ana".into(), limit: Duration::from_millis(5) });
    assert_eq!(ana.requests()[0].to_string(), "mail of ana(to = \"bob\")");
    let names: Vec<String> = recorder.report().rows().iter().map(|row| row.tool.clone()).collect();
    assert_eq!(names, ["mail of ana"], "the question, both timeouts and the retry");
    assert_eq!(mail().by_field().await.unwrap_err().to_string(), "`mail of ana` timed out after 5ms");
    assert_eq!(mail().made().await.unwrap_err().to_string(), "`mail of ana!` timed out after 5ms");
}

struct Never;

impl Policy for Never {
    type Call = ();

    fn before(&self, tool: &'static str) -> Before<()> {
        Before::Reject(Fault::Rejected { tool: tool.into(), by: "policy".into(), wait: None })
    }

    fn after(&self, _: &'static str, (): &mut (), _: Result<(), &Failure<'_>>) -> After {
        After::Done
    }
}

#[tokio::test(start_paused = true)]
async fn every_attribute_has_it() {
    fn name() -> String {
        "search".to_owned()
    }

    #[fallback(Ok(1), name = "search")]
    async fn falls_back() -> Result<u32, String> {
        Err("503".to_owned())
    }
    #[circuit_breaker(failures = 1, name = name())]
    fn breaks() -> Result<u32, Fault> {
        Err(Fault::Policy { tool: "search".into(), reason: "503".to_owned() })
    }
    #[bulkhead(max = 1, reject, name = name())]
    fn queues(inner: bool) -> Result<u32, Fault> {
        if inner { Ok(1) } else { queues(true) }
    }
    #[hedge(after = "1ms", name = name())]
    async fn hedges() -> Result<u32, String> {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Ok(1)
    }
    #[failover(model in [1, 2], name = name())]
    async fn fails_over() -> Result<u32, String> {
        if *model == 1 { Err("503".to_owned()) } else { Ok(*model) }
    }
    #[call_limit(max = 1, name = name())]
    async fn is_counted() -> Result<u32, Fault> {
        Ok(1)
    }
    #[policy(Never, name = name())]
    async fn never() -> Result<u32, Fault> {
        Ok(1)
    }
    #[retry(max = 1, backoff = "none")]
    #[chaos(name = name())]
    async fn struck() -> Result<u32, String> {
        Ok(1)
    }
    #[agent(max_steps = 1, name = name())]
    async fn runs() -> Result<Step<u32>, Fault> {
        assert_eq!(Run::current().agent(), Some("search"));
        is_counted().await.unwrap();
        is_counted().await.unwrap_err();
        Ok(Step::Next)
    }

    let recorder = Recorder::new();
    let plan = Chaos::plan().at("search", [fail(|| "503".to_owned())]);
    let all = async {
        falls_back().await.unwrap();
        breaks().unwrap_err();
        breaks().unwrap_err();
        queues(false).unwrap_err();
        hedges().await.unwrap();
        fails_over().await.unwrap();
        never().await.unwrap_err();
        struck().await.unwrap();
        runs().await.unwrap_err();
    };
    Scope::current().recorder(&recorder).chaos(&plan).run(all).await;
    plan.assert_used();
    let report = recorder.report();
    let [row] = report.rows() else { panic!("{report}") };
    assert_eq!((row.tool.as_str(), row.fallbacks, row.opened, row.rejected), ("search", 1, 1, 4));
    assert_eq!((row.hedges, row.attempts, row.steps), (1, 2, 1));
    assert_eq!((row.failovers, row.stood_in), (1, 1));
}

#[tokio::test]
async fn names_that_are_made_at_run_time_are_kept_for_a_policy_and_not_without_end() {
    async fn reject(name: &str) -> String {
        #[policy(Never, name = name)]
        async fn never(name: &str) -> Result<(), Fault> {
            let _ = name;
            Ok(())
        }
        never(name).await.unwrap_err().to_string()
    }
    assert_eq!(reject("user 1").await, "`user 1` was not called: the policy has no room");
    for n in 0..5000 {
        reject(&format!("user {n}")).await;
    }
    assert_eq!(reject("user 1").await, "`user 1` was not called: the policy has no room");
    assert_eq!(reject("user 4999").await, "`never` was not called: the policy has no room");
}

#[tokio::test(start_paused = true)]
async fn a_name_may_be_put_together_of_two() {
    #[timeout(ms = 5, name = "mail to ".to_owned() + to)]
    async fn call(to: &str) -> Result<(), Fault> {
        std::future::pending().await
    }
    assert_eq!(call("ana").await.unwrap_err().to_string(), "`mail to ana` timed out after 5ms");
}
