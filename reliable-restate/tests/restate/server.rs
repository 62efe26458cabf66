//! A Restate server for a test, on loopback, in a folder of its own.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;
use std::{env, fs, process};

use reliable_restate::Restate;
use serde_json::{Value, json};

pub struct Server {
    program: PathBuf,
    folder: PathBuf,
    ports: [u16; 3],
    process: Option<Child>,
    pub restate: Restate,
}

/// It is killed when it is told so, and also when the process of the tests is gone: then nobody else removes its folder.
const WATCHED: &str =
    "\"$0\" \"$@\" < /dev/null & read -r _ || is_alone=1; kill -9 $!; wait $!; [ -z \"$is_alone\" ] || rm -rf \"$PWD\"";

impl Server {
    /// One that is there, or `None` where there is no program for it.
    pub async fn start() -> Option<Server> {
        let program = program()?;
        let ports = [free_port(), free_port(), free_port()];
        let restate = Restate::at(&format!("http://127.0.0.1:{}", ports[0]), &format!("http://127.0.0.1:{}", ports[1]));
        let folder = new_folder("server");
        let mut server = Server { program, folder, ports, process: None, restate };
        server.start_again().await;
        Some(server)
    }

    pub async fn start_again(&mut self) {
        let [ingress, admin, node] = self.ports;
        let config = format!(
            "base-dir = '{}'\nnode-name = \"test\"\nlisten-mode = \"tcp\"\nbind-ip = \"127.0.0.1\"\nadvertised-host = \
             \"127.0.0.1\"\nbind-port = {node}\ndefault-num-partitions = 2\ndisable-telemetry = true\nlog-filter = \"warn\"\n\
             rocksdb-total-memory-size = \"256 MiB\"\n\n[ingress]\nbind-port = {ingress}\n\n[admin]\nbind-port = {admin}\n",
            self.folder.join("data").display()
        );
        let path = self.folder.join("restate.toml");
        fs::write(&path, config).unwrap();
        let log = fs::File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let process = Command::new("sh")
            .args(["-c", WATCHED])
            .arg(&self.program)
            .arg("--no-logo")
            .arg("-c")
            .arg(&path)
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn();
        self.process = Some(process.expect("the Restate server starts"));
        let is_there = async || {
            let is_healthy =
                async |address: String| reqwest::get(address).await.is_ok_and(|answer| answer.status().is_success());
            is_healthy(format!("http://127.0.0.1:{ingress}/restate/health")).await
                && is_healthy(format!("http://127.0.0.1:{admin}/health")).await
                && self.restate.list().await.is_ok()
        };
        until("the Restate server is there", is_there).await;
    }

    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.stdin.take().unwrap().write_all(b"kill\n").unwrap();
            process.wait().unwrap();
        }
    }

    /// What its tables say.
    pub async fn rows(&self, query: &str) -> Vec<Value> {
        let request =
            reqwest::Client::new().post(format!("{}/query", self.admin())).header("accept", "application/json");
        let answer: Value = request.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap();
        answer["rows"].as_array().unwrap().clone()
    }

    pub fn ingress(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[0])
    }

    pub fn admin(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports[1])
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if !std::thread::panicking() {
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Asks again and again, until it is so.
pub async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let asked = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let patience = Duration::from_secs(60);
    assert!(tokio::time::timeout(patience, asked).await.is_ok(), "not within {patience:?}: {what}");
}

/// One that no other test has got, and that the system gives to nobody who connects from here.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = 10_000 + u16::try_from(process::id() % 100).unwrap() * 200;
    loop {
        let port = first + NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

pub fn new_folder(what: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = env::temp_dir().join(format!("reliable-restate-{}-{what}-{number}", process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

const PACKAGE: &str = "@restatedev/restate-server@1.7.12";

/// Found once: of several that npm installs in one folder at the same time, one runs what another has half written.
fn program() -> Option<PathBuf> {
    static PROGRAM: LazyLock<Option<PathBuf>> = LazyLock::new(find_program);
    if PROGRAM.is_none() {
        println!(
            "!!! SKIPPED: there is no Restate server. To install it: npm install --ignore-scripts --prefix {} {PACKAGE}",
            npm_folder().display()
        );
    }
    PROGRAM.clone()
}

fn find_program() -> Option<PathBuf> {
    if let Some(program) = env::var_os("RESTATE_SERVER") {
        return Some(program.into());
    }
    let folder = npm_folder();
    let kind = format!("{}-{}", env::consts::OS, if env::consts::ARCH == "x86_64" { "x64" } else { "arm64" });
    let program = folder.join(format!("node_modules/@restatedev/restate-server-{kind}/bin/restate-server"));
    if !program.exists() && env::var_os("CI").is_some() {
        let install =
            Command::new("npm").args(["install", "--ignore-scripts", "--prefix"]).arg(&folder).arg(PACKAGE).status();
        println!("npm install {PACKAGE}: {install:?}");
    }
    program.exists().then_some(program)
}

fn npm_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm")
}
