//! Servers of which several cases make use, one after the other: most of what a short one costs is the start of its server.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use reliable::durable::{Status, Workflows};
use reliable_restate::Endpoint;

use crate::process::Process;
use crate::server::{Server, free_port};

/// A server, and the port of the endpoint that it knows.
pub struct Shared {
    server: Server,
    pub port: u16,
}

static IDLE: Mutex<Vec<Shared>> = Mutex::new(Vec::new());

/// One that nobody else has meanwhile.
pub struct Lent {
    shared: Option<Shared>,
    is_used_up: AtomicBool,
}

impl Lent {
    /// `None` where there is no program for it.
    pub async fn new() -> Option<Lent> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let shared = match idle {
            Some(shared) => {
                shared.clear().await;
                shared
            }
            None => Shared::start().await?,
        };
        Some(Lent { shared: Some(shared), is_used_up: AtomicBool::new(false) })
    }

    /// It is not as it was: nobody else is to have it.
    pub fn is_used_up(&self) {
        self.is_used_up.store(true, Ordering::Relaxed);
    }
}

impl Deref for Lent {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        self.shared.as_ref().expect("it is there until it is given back")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        if !std::thread::panicking() && !self.is_used_up.load(Ordering::Relaxed) {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).extend(self.shared.take());
        }
    }
}

impl Deref for Shared {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

impl Shared {
    async fn start() -> Option<Shared> {
        let shared = Shared { server: Server::start().await?, port: free_port() };
        let process = Process::start(shared.port, |listener| async move {
            Endpoint::new(&Workflows::new()).serve(listener).await;
        });
        shared.restate.register(&format!("http://127.0.0.1:{}", shared.port)).await.unwrap();
        process.kill().await;
        Some(shared)
    }

    /// What others have left is not to run in the next one's processes, nor to be looked through again and again.
    async fn clear(&self) {
        for run in self.restate.list().await.unwrap() {
            if !matches!(run.status, Status::Ended | Status::Cancelled) {
                self.restate.cancel(&run.id).await.unwrap();
            }
        }
        let http = reqwest::Client::new();
        let ended = self.rows("select id from sys_invocation where status = 'completed'").await;
        let purged = ended.iter().map(async |row| {
            let address = format!("{}/invocations/{}/purge", self.admin(), row["id"].as_str().unwrap());
            http.patch(address).send().await.unwrap()
        });
        futures_util::future::join_all(purged).await;
    }
}
