//! A service in a process of its own, and the workflows that it serves.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use reliable_restate::Endpoint;
use reliable_runtime::durable::call::call;
use reliable_runtime::durable::workflows::Workflows;

use crate::server::{Server, free_port, new_folder, until};

const ADDRESS: &str = "TEST_SERVICE_ADDRESS";
/// Names the version of the workflows, if they are to have one.
pub const VERSION: &str = "TEST_SERVICE_VERSION";
const FOLDER: &str = "TEST_SERVICE_FOLDER";

/// A service that can be killed, and started again at the same address.
pub struct Service {
    address: String,
    folder: PathBuf,
    process: Option<Child>,
    variables: Vec<(&'static str, String)>,
}

impl Service {
    /// One that the server knows of.
    pub async fn start(server: &Server) -> Service {
        let address = format!("127.0.0.1:{}", free_port());
        let mut service = Service { address, folder: new_folder("service"), process: None, variables: Vec::new() };
        service.start_again().await;
        server.restate.register(&format!("http://{}", service.address)).await.unwrap();
        service
    }

    /// From the next start on it has this variable.
    pub fn with(&mut self, variable: &'static str, value: &str) {
        self.variables.retain(|(known, _)| *known != variable);
        self.variables.push((variable, value.to_owned()));
    }

    pub async fn start_again(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "serve", "--nocapture"])
            .env(ADDRESS, &self.address)
            .env(FOLDER, &self.folder)
            .envs(self.variables.iter().map(|(variable, value)| (variable, value)))
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.process = Some(process.expect("the service starts"));
        until("the service listens", async || tokio::net::TcpStream::connect(&self.address).await.is_ok()).await;
    }

    /// As by `kill -9`.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// What the workflows have done, in order.
    pub fn done(&self) -> Vec<String> {
        let done = fs::read_to_string(self.folder.join("done")).unwrap_or_default();
        done.lines().map(str::to_owned).collect()
    }

    pub fn times(&self, what: &str) -> usize {
        self.done().iter().filter(|done| *done == what).count()
    }

    pub async fn until_done(&self, what: &str) {
        until(what, async || self.times(what) > 0).await;
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            println!("done: {:?}", self.done());
            println!("log: {}", fs::read_to_string(self.folder.join("log")).unwrap_or_default());
        } else {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

pub async fn serve_if_asked_to() {
    let Ok(address) = env::var(ADDRESS) else { return };
    let mut workflows = Workflows::new();
    if let Ok(version) = env::var(VERSION) {
        workflows = workflows.version(version);
    }
    for more in
        [crate::calls::workflows, crate::parallel::workflows, crate::waits::workflows, crate::measured::workflows]
    {
        workflows = more(workflows);
    }
    Endpoint::new(&workflows).listen(&address).await.unwrap();
}

/// Writes down that this was done, where the test reads it.
pub fn did(what: &str) {
    let Ok(folder) = env::var(FOLDER) else { return };
    let path = Path::new(&folder).join("done");
    let mut file = fs::File::options().create(true).append(true).open(path).unwrap();
    file.write_all(format!("{what}\n").as_bytes()).unwrap();
}

/// A recorded call that takes its time.
pub async fn step(name: &'static str, takes: Duration) -> Result<String, String> {
    let body = async move {
        did(&format!("begin {name}"));
        tokio::time::sleep(takes).await;
        did(&format!("end {name}"));
        Ok(name.to_owned())
    };
    call(name).run(body).await
}
