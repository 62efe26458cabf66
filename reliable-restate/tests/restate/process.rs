//! A process that is a thread with a runtime of its own: when that is dropped, so are its connections and all that it runs.

use std::future::Future;
use std::net::TcpListener;
use std::thread::JoinHandle;

use socket2::{Domain, Socket, Type};
use tokio::sync::oneshot;

pub struct Process {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Process {
    /// One that serves at this port, where others may serve, too, as behind one address: the kernel hands out the connections.
    pub fn start<F>(port: u16, serve: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static) -> Process
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = listen(port);
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            runtime.spawn(async move { serve(tokio::net::TcpListener::from_std(listener).unwrap()).await });
            let _ = stopped.blocking_recv();
        });
        Process { stop, thread }
    }

    /// As by `kill -9`. Ready when it is dead.
    pub async fn kill(self) {
        let _ = self.stop.send(());
        tokio::task::spawn_blocking(|| self.thread.join()).await.unwrap().unwrap();
    }
}

/// From here on it is connected to, though nobody is there yet to take that.
fn listen(port: u16) -> TcpListener {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_address(true).unwrap();
    socket.set_reuse_port(true).unwrap();
    socket.set_nonblocking(true).unwrap();
    socket.bind(&std::net::SocketAddr::from(([127, 0, 0, 1], port)).into()).unwrap();
    socket.listen(1024).unwrap();
    socket.into()
}
