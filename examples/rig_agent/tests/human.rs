//! A human in the loop: what the model reads of a yes, a correction, a no and an end, and what happens of it.

use std::process::Command;

use reliable::{AgentLimits, Decision, Recorder, Scope, approver};
use rig::http_client::ReqwestClient;
use rig::providers::openai::OpenAIConfig;
use rig::rig_reqwest::reqwest;
use rig::{Agent, AgentBuilder};
use rig_agent_example::human::{DeleteFile, SendEmail};
use rig_agent_example::model::{Call, Model};

const SAID: &str = r#"the model read: sent to alice@example.com
the model read: sent to bob@example.com
the model read: `delete_file` was denied: the auditors still need it. It did not run. Do not call it again unless the user asks you to.
the run was ended by the human

done: a mail to alice@example.com (Budget): The review is at 3pm.
done: a mail to bob@example.com (Budget): The review is at 3pm. See you there.

trail: send_email(to = "alice@example.com", subject = "Budget", body = "The review is at 3pm."): approved by ana
trail: send_email(to = "bob@example.com", subject = "Budget", body = "The review is at 3pm. See you there."): approved by ana
trail: delete_file(path = "/tmp/old_report.csv"): denied by ana
trail: delete_file(path = "/"): withdrawn
"#;

#[test]
fn approve_edit_deny_and_abort() {
    let output = Command::new(env!("CARGO_BIN_EXE_human_in_the_loop")).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), SAID);
    assert!(output.status.success());
}

fn agent(model: &Model) -> Agent {
    let http = ReqwestClient::from(reqwest::Client::builder().no_proxy().build().unwrap());
    let model = OpenAIConfig::new("no key").with_base_url(model.url()).connect(http).chat("scripted");
    AgentBuilder::new(model).tool(SendEmail).tool(DeleteFile).build()
}

const TO_DELETE: &[Call] = &[("delete_file", r#"{"path":"/a"}"#), ("delete_file", r#"{"path":"/b"}"#)];

/// The other way to end it: after a no nobody is asked any more, and the model is told to finish.
#[tokio::test]
async fn max_denials_ends_the_asking() {
    let model = Model::start(TO_DELETE, &[]).await.unwrap();
    let agent = agent(&model);
    let recorder = Recorder::new();
    let ana = approver::Scripted::new([Decision::deny("no").by("ana"), Decision::approve()]);
    let scope = Scope::current().approver(ana.clone()).recorder(&recorder);
    let run = AgentLimits::new().max_denials(1).begin("assistant");
    let answer = scope.run(run.scope(agent.prompt("?").max_turns(4).run())).await.unwrap().output();
    assert_eq!(ana.requests().len(), 1, "nobody is asked about the second");
    let (denied, ended) = answer.split_once(" | ").unwrap();
    assert!(denied.starts_with("I was told: `delete_file` was denied: no."), "{answer}");
    assert!(ended.starts_with("`assistant` "), "{answer}");
}
