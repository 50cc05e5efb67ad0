//! A service as a process of its own, on a core of its own.

use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

/// The core that services run on; whoever asks runs on another.
const CORE: &str = "0";

/// A running service; ended when dropped.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    child: Child,
}

impl Server {
    /// Starts a program beside this one and waits until it accepts connections.
    pub(crate) fn start(name: &'static str, port: u16, program: &str, arguments: &[&str]) -> Self {
        let child = Command::new("taskset")
            .args(["-c", CORE])
            .arg(beside(program))
            .args(arguments)
            .env_remove("DATABASE_URL")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { name, port, child };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return server;
            }
            std::thread::sleep(Duration::from_millis(50));
            if let Ok(Some(status)) = server.child.try_wait() {
                panic!("{name} ended with {status}");
            }
        }
        panic!("{name} does not listen");
    }

    /// Processor time used so far, in hundredths of a second.
    pub(crate) fn ticks(&self) -> u64 {
        let stat = self.proc("stat");
        // The name of the program is in brackets and may hold spaces.
        let fields = stat.rsplit_once(')').unwrap().1;
        let mut fields = fields.split_whitespace().skip(11);
        let mut next = || fields.next().unwrap().parse::<u64>().unwrap();
        next() + next()
    }

    /// Memory held, in KiB.
    pub(crate) fn memory(&self) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.unwrap().trim().split(' ').next().unwrap();
        number.parse().unwrap()
    }

    fn proc(&self, file: &str) -> String {
        let path = Path::new("/proc").join(self.child.id().to_string());
        fs::read_to_string(path.join(file)).unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn beside(program: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap();
    own.parent().unwrap().join(program)
}
