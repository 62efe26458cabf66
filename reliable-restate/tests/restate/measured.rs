//! What a recorded call costs, beside a bare `ctx.run`: `cargo test --release --test restate measured -- --ignored --nocapture`.

use std::time::{Duration, Instant};

use reliable_runtime::durable::call::call;
use reliable_runtime::durable::workflows::Workflows;
use restate_sdk::prelude::{ContextSideEffects, Endpoint, HandlerResult, HttpServer, WorkflowContext};
use socket2::SockRef;
use tokio::net::TcpListener;

use crate::server::Server;
use crate::service::Service;

const RUNS: u32 = 200;
const CALLS: u32 = 20;

pub fn workflows(workflows: Workflows) -> Workflows {
    workflows.add("counts", |calls: u32| async move {
        let mut sum = 0;
        for n in 0..calls {
            sum += call("add").run(async move { Ok::<_, String>(n) }).await?;
        }
        Ok::<_, String>(sum)
    })
}

struct Bare;

#[restate_sdk::workflow]
impl Bare {
    #[handler]
    async fn run(&self, ctx: WorkflowContext<'_>, calls: u32) -> HandlerResult<u32> {
        let mut sum = 0;
        for n in 0..calls {
            sum += ctx.run(move || async move { Ok(n) }).await?;
        }
        Ok(sum)
    }
}

/// In one run after the other, and in so many at once.
async fn measure(what: &str, run: impl AsyncFn(String)) -> [Duration; 2] {
    run(format!("{what}-warm")).await;
    let began = Instant::now();
    for n in 0..RUNS / 4 {
        run(format!("{what}-alone-{n}")).await;
    }
    let alone = began.elapsed() / (RUNS / 4 * CALLS);
    let began = Instant::now();
    let runs: Vec<_> = (0..RUNS).map(|n| run(format!("{what}-{n}"))).collect();
    futures_util::future::join_all(runs).await;
    let many = began.elapsed() / (RUNS * CALLS);
    println!("{what}: {alone:?} a call in one run after the other, {many:?} in {RUNS} runs at once");
    [alone, many]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it measures"]
async fn what_a_recorded_call_costs() {
    let Some(server) = Server::start().await else { return };
    let _service = Service::start(&server).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    SockRef::from(&listener).set_tcp_nodelay(true).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(HttpServer::new(Endpoint::builder().bind(Bare).build()).serve(listener));
    server.restate.register(&format!("http://{address}")).await.unwrap();
    let http = reqwest::Client::new();
    let call = async |service: &str, run: String, body: String| {
        let address = format!("{}/{service}/{run}/run", server.ingress());
        let answer = http.post(address).header("content-type", "application/json").body(body).send().await.unwrap();
        assert!(answer.status().is_success(), "{answer:?}");
    };
    for round in 0..3 {
        let bare = measure(&format!("bare-{round}"), async |run| call("Bare", run, CALLS.to_string()).await).await;
        let body = format!(r#"{{"workflow":"counts","input":"{CALLS}"}}"#);
        let recorded =
            measure(&format!("recorded-{round}"), async |run| call("ReliableRun", run, body.clone()).await).await;
        let times = |n: usize| recorded[n].as_secs_f64() / bare[n].as_secs_f64();
        println!("recorded by bare: {:.2} and {:.2}", times(0), times(1));
    }
}
