//! A small HTTP server on loopback that misbehaves as its script says: one act for each request, in order.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Answers with a status, a header line (or none: `""`) and a body. `<date>` in the header becomes a date: the next
    /// whole second that is 200 ms away or more.
    Answer(u16, &'static str, &'static str),
    /// Answers with the first half of a body, then cuts the connection.
    CutOff,
    /// Cuts the connection without a word.
    HangUp,
    /// Never answers.
    Silence,
}

/// A good answer.
pub const fn good(body: &'static str) -> Act {
    Act::Answer(200, "", body)
}

/// A status with nothing to say.
pub const fn status(code: u16) -> Act {
    Act::Answer(code, "", "{}")
}

/// A status with a header such as `"retry-after: 1"`.
pub const fn status_with(code: u16, header: &'static str) -> Act {
    Act::Answer(code, header, "{}")
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::Answer(code, "", _) => write!(f, "{code}"),
            Act::Answer(code, header, _) => write!(f, "{code} with {header}"),
            Act::CutOff => f.write_str("cut off in mid-body"),
            Act::HangUp => f.write_str("hung up"),
            Act::Silence => f.write_str("no answer"),
        }
    }
}

/// The headers of a request, by their names in lower case.
pub type Headers = HashMap<String, String>;

/// The running server. It stops with the program.
pub struct Server {
    address: SocketAddr,
    stage: Arc<Mutex<Stage>>,
}

#[derive(Default)]
struct Stage {
    script: VecDeque<Act>,
    played: Vec<Act>,
    arrived: Vec<Headers>,
}

impl Server {
    /// Starts on a free port of 127.0.0.1.
    ///
    /// # Errors
    /// When the system has no port to give.
    pub async fn start() -> io::Result<Server> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let stage = Arc::default();
        tokio::spawn(accept(listener, Arc::clone(&stage)));
        Ok(Server { address, stage })
    }

    /// `http://127.0.0.1:` and the port.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Hands the server a new script. What is left of the old one is forgotten.
    pub fn will_play(&self, script: &[Act]) {
        *lock(&self.stage) = Stage { script: script.iter().copied().collect(), ..Stage::default() };
    }

    /// What the server did since then.
    pub fn played(&self) -> Vec<Act> {
        lock(&self.stage).played.clone()
    }

    /// What arrived since then: the headers of each request.
    pub fn arrived(&self) -> Vec<Headers> {
        lock(&self.stage).arrived.clone()
    }
}

fn lock(stage: &Mutex<Stage>) -> MutexGuard<'_, Stage> {
    stage.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, stage: Arc<Mutex<Stage>>) {
    while let Ok((socket, _)) = listener.accept().await {
        let stage = Arc::clone(&stage);
        // A client that goes away early is no error: that is what a timeout looks like from here.
        tokio::spawn(async move { serve(socket, &stage).await.ok() });
    }
}

/// Serves one request, and closes the connection.
async fn serve(socket: TcpStream, stage: &Mutex<Stage>) -> io::Result<()> {
    let mut socket = BufReader::new(socket);
    let headers = read_request(&mut socket).await?;
    match next_act(stage, headers) {
        Act::Answer(code, header, body) => answer(&mut socket, code, header, body, body.len()).await,
        Act::CutOff => answer(&mut socket, 200, "", r#"{"celsius""#, 1000).await,
        Act::HangUp => Ok(()),
        Act::Silence => socket.read_to_end(&mut Vec::new()).await.map(drop), // until the client hangs up
    }
}

/// The next act of the script. A request too many gets a status that nobody retries.
fn next_act(stage: &Mutex<Stage>, headers: Headers) -> Act {
    let mut stage = lock(stage);
    stage.arrived.push(headers);
    let act = stage.script.pop_front().unwrap_or(status_with(400, "x-problem: not in the script"));
    stage.played.push(act);
    act
}

async fn read_request(socket: &mut BufReader<TcpStream>) -> io::Result<Headers> {
    let mut headers = Headers::new();
    loop {
        let mut line = String::new();
        socket.read_line(&mut line).await?;
        if line.trim_end().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    socket.read_exact(&mut vec![0; length]).await?;
    Ok(headers)
}

async fn answer(
    socket: &mut BufReader<TcpStream>,
    code: u16,
    header: &str,
    body: &str,
    promised_length: usize,
) -> io::Result<()> {
    let soon = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_millis(1200));
    let header = if header.is_empty() { String::new() } else { header.replace("<date>", &soon()) + "\r\n" };
    let head = format!("HTTP/1.1 {code} \r\ncontent-length: {promised_length}\r\nconnection: close\r\n{header}\r\n");
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await?;
    socket.shutdown().await
}
