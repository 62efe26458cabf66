//! What can't be done, and in which words that is said.

use std::time::Duration;

use reliable::Decision;
use reliable_restate::Restate;
use reliable_runtime::durable::halt::HaltKind;
use reliable_runtime::durable::workflows::Workflows;

use crate::server::{Server, free_port};

#[tokio::test]
async fn a_run_is_driven_by_the_server_and_by_nobody_else() {
    let restate = Restate::at("http://127.0.0.1:1", "http://127.0.0.1:1");
    let halt = restate.run("run-1", async {}).await.unwrap_err();
    assert_eq!(halt.kind, HaltKind::Busy);
    assert!(halt.message.contains("submit it, and serve its workflow"), "{halt}");
    let error = restate.work(&Workflows::new()).await.unwrap_err();
    assert!(error.message.contains("submit it, and serve its workflow"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told() {
    let address = format!("http://127.0.0.1:{}", free_port());
    let restate = Restate::at(&address, &address);
    for error in [
        restate.submit("trip", "run-1", &()).await.unwrap_err(),
        restate.list().await.unwrap_err(),
        restate.outcome::<()>("run-1").await.unwrap_err(),
        restate.inbox().pending().await.unwrap_err(),
        restate.inbox().answer(&"3f9a0c21b7de-17".parse().unwrap(), Decision::approve()).await.unwrap_err(),
        restate.register("http://127.0.0.1:9080").await.unwrap_err(),
    ] {
        assert!(error.message.contains(&address) && error.message.contains("start it, and try again"), "{error}");
    }
}

#[tokio::test]
async fn a_server_without_an_endpoint_takes_no_run() {
    let Some(server) = Server::start().await else { return };
    let error = server.restate.submit("trip", "run-1", &()).await.unwrap_err();
    assert!(error.message.contains("no endpoint is registered"), "{error}");
    let nobody = format!("http://127.0.0.1:{}", free_port());
    let refused = tokio::time::timeout(Duration::from_secs(60), server.restate.register(&nobody)).await;
    let error = refused.expect("the server says so soon").unwrap_err();
    assert!(error.message.contains(&format!("does not take `{nobody}` as an endpoint")), "{error}");
}
