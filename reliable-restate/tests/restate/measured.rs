//! What a recorded call costs, beside a bare `ctx.run`: `cargo test --release --test restate measured -- --ignored --nocapture`.

use std::time::Instant;

use reliable_runtime::durable::call::call;
use reliable_runtime::durable::workflows::Workflows;
use restate_sdk::prelude::{ContextSideEffects, Endpoint, HandlerResult, HttpServer, WorkflowContext};
use socket2::SockRef;
use tokio::net::TcpListener;

use crate::server::Server;
use crate::service::Service;

const RUNS: u32 = 200;
/// Of runs of two lengths what one costs once is told from what each of its calls costs.
const CALLS: [u32; 2] = [20, 60];
const ROUNDS: usize = 3;

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

/// What a run of so many calls takes: in one run after the other, and in so many at once.
async fn measure(what: &str, calls: u32, run: impl AsyncFn(String, u32)) -> [f64; 2] {
    run(format!("{what}-{calls}-warm"), calls).await;
    let began = Instant::now();
    for n in 0..RUNS / 4 {
        run(format!("{what}-{calls}-alone-{n}"), calls).await;
    }
    let alone = began.elapsed() / (RUNS / 4);
    let began = Instant::now();
    let runs: Vec<_> = (0..RUNS).map(|n| run(format!("{what}-{calls}-{n}"), calls)).collect();
    futures_util::future::join_all(runs).await;
    [alone, began.elapsed() / RUNS].map(|took| took.as_secs_f64() * 1e6)
}

/// What a run costs once, what each of its calls costs, and what a call of the shorter ones costs with its share of that; in µs.
fn costs([shorter, longer]: [f64; 2]) -> [f64; 3] {
    let [few, many] = CALLS.map(f64::from);
    let call = (longer - shorter) / (many - few);
    [shorter - few * call, call, shorter / few]
}

fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// How many bytes and commands of a run the server keeps: once, and for each call.
async fn kept(server: &Server, run: impl Fn(u32) -> String) -> [[f64; 2]; 2] {
    let mut of = [[0.0; 2]; 2];
    for (calls, kept) in CALLS.into_iter().zip(&mut of) {
        let query = format!(
            "select j.entry_type as entry_type, j.entry_json as entry_json from sys_journal j join sys_invocation i on j.id = i.id \
             where i.target_service_key = '{}'",
            run(calls)
        );
        let rows = server.rows(&query).await;
        let entries = rows.iter().map(|row| (row["entry_type"].as_str().unwrap(), row["entry_json"].as_str().unwrap()));
        for (kind, entry) in entries {
            if kind == "Notification: Run" {
                let entry: serde_json::Value = serde_json::from_str(entry).unwrap();
                let result = &entry["Notification"]["Completion"]["Run"]["result"]["Success"];
                kept[0] += f64::from(u32::try_from(result.as_array().unwrap().len()).unwrap());
            }
            kept[1] += f64::from(u8::from(kind.starts_with("Command")));
        }
    }
    let [few, many] = CALLS.map(f64::from);
    let call = [0, 1].map(|n| (of[1][n] - of[0][n]) / (many - few));
    [[0, 1].map(|n| of[0][n] - few * call[n]), call]
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
    let bare = async |run: String, calls: u32| call("Bare", run, calls.to_string()).await;
    let recorded = async |run: String, calls: u32| {
        call("ReliableRun", run, format!(r#"{{"workflow":"counts","input":"{calls}"}}"#)).await;
    };
    // Of each round: bare and recorded; alone and many at once; once, a call, and a call with its share.
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        let (mut bares, mut recordeds) = ([[0.0; 2]; 2], [[0.0; 2]; 2]);
        for (n, calls) in CALLS.into_iter().enumerate() {
            let took = measure(&format!("bare-{round}"), calls, &bare).await;
            (bares[0][n], bares[1][n]) = (took[0], took[1]);
            let took = measure(&format!("recorded-{round}"), calls, &recorded).await;
            (recordeds[0][n], recordeds[1][n]) = (took[0], took[1]);
        }
        rounds.push([bares.map(costs), recordeds.map(costs)]);
    }
    for (at, which) in ["one run after the other", &format!("{RUNS} runs at once")].into_iter().enumerate() {
        println!("{which}, the median of {ROUNDS} rounds:");
        for (what, told) in
            ["a run, once", "a call", &format!("a call in a run of {}", CALLS[0])].into_iter().enumerate()
        {
            let of = |who: usize| median(rounds.iter().map(|round| round[who][at][what]).collect());
            let by = median(rounds.iter().map(|round| round[1][at][what] / round[0][at][what]).collect());
            println!("  {told}: {:.0} µs, bare {:.0} µs; recorded by bare: {by:.2}", of(1), of(0));
        }
    }
    for who in ["recorded", "bare"] {
        let [[bytes, commands], [bytes_of_call, commands_of_call]] =
            kept(&server, |calls| format!("{who}-0-{calls}-alone-0")).await;
        println!(
            "{who}: {bytes:.0} bytes in {commands:.0} commands of a run once, and {bytes_of_call:.1} in {commands_of_call:.0} of a call"
        );
    }
}
