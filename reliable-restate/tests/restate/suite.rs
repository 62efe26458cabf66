//! The suite that every engine passes.

use std::thread::JoinHandle;

use engines::bench::Bench;
use reliable::durable::{Runs, Workflows};
use reliable_restate::Endpoint;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::server::{Server, free_port, until};

/// A process is a thread with a runtime of its own: when that is dropped, so are its connections and all that it runs.
struct OnRestate {
    server: Option<Server>,
    port: u16,
}

impl OnRestate {
    async fn new() -> Self {
        let bench = OnRestate { server: Server::start().await, port: free_port() };
        if let Some(server) = &bench.server {
            let process = bench.start(Workflows::new()).await;
            server.restate.register(&format!("http://127.0.0.1:{}", bench.port)).await.unwrap();
            bench.kill(process).await;
        }
        bench
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("without a server nothing is tested")
    }
}

struct Process {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Bench for OnRestate {
    type Process = Process;

    fn runs(&self) -> Runs {
        (*self.server().restate).clone()
    }

    async fn start(&self, workflows: Workflows) -> Process {
        let address = format!("127.0.0.1:{}", self.port);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn({
            let address = address.clone();
            move || {
                let runtime =
                    tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
                runtime.spawn(async move {
                    let listener = TcpListener::bind(&address).await.unwrap();
                    Endpoint::new(&workflows).serve(listener).await;
                });
                let _ = stopped.blocking_recv();
            }
        });
        until("it listens", async || tokio::net::TcpStream::connect(&address).await.is_ok()).await;
        Process { stop, thread }
    }

    async fn kill(&self, process: Process) {
        let _ = process.stop.send(());
        tokio::task::spawn_blocking(|| process.thread.join()).await.unwrap().unwrap();
    }

    fn cannot(&self, _: &str) -> Option<&'static str> {
        self.server.is_none().then_some("there is no Restate server")
    }
}

engines::suite!(OnRestate::new().await, Real, remembers);
