//! A PostgreSQL server of the test run's own, on loopback, in a temporary folder.
//!
//! A shell holds the server: when the test process ends, however it ends, the shell's input
//! closes, and it stops the server and removes the folder.

use std::{
    io::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

pub(crate) struct Cluster {
    bin: PathBuf,
    /// Everything the server writes.
    pub(crate) dir: PathBuf,
    port: u16,
    holder: Option<Child>,
}

/// The server that tests share; none where PostgreSQL is not installed.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(Cluster::start).as_ref()
}

impl Cluster {
    /// Makes and starts a server; says so when there is none to start.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = binaries() else {
            println!("SKIPPED: no PostgreSQL server binaries under /usr/lib/postgresql");
            return None;
        };
        let dir = tempfile::Builder::new()
            .prefix("dictamen-pg")
            .tempdir()
            .unwrap()
            .keep();
        if is_root() {
            assert!(run(Command::new("chown").arg("postgres").arg(&dir)));
        }
        let mut init = as_postgres(&bin.join("initdb"));
        init.args([
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--no-sync",
            "-D",
        ])
        .arg(dir.join("data"));
        assert!(run(&mut init), "initdb failed");
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut cluster = Self {
            bin,
            dir,
            port,
            holder: None,
        };
        cluster.up();
        Some(cluster)
    }

    /// Starts the server.
    pub(crate) fn up(&mut self) {
        let server = as_postgres(&self.bin.join("postgres"));
        let mut line: Vec<String> = vec![text(server.get_program())];
        line.extend(server.get_args().map(text));
        line.extend([
            "-D".to_owned(),
            self.dir.join("data").display().to_string(),
            "-p".to_owned(),
            self.port.to_string(),
            "-h".to_owned(),
            "127.0.0.1".to_owned(),
            "-k".to_owned(),
            self.dir.display().to_string(),
            // What is tested are crashes of the service, not of the machine.
            "-F".to_owned(),
            "-c".to_owned(),
            "max_connections=300".to_owned(),
        ]);
        // What it says goes into the folder, which the last shell removes.
        let dir = self.dir.display();
        let script = format!(
            "cd /; {} >{dir}/log 2>&1 & p=$!; read stop; kill -INT $p; wait $p; \
             test -n \"$stop\" || rm -rf {dir}",
            line.join(" "),
        );
        let holder = Command::new("sh")
            .args(["-c", &script])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.holder = Some(holder);
        let start = Instant::now();
        loop {
            let mut ready = Command::new(self.bin.join("pg_isready"));
            ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
            if run(&mut ready) {
                return;
            }
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "PostgreSQL does not start"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Stops the server, cutting off whoever is connected.
    pub(crate) fn down(&mut self) {
        if let Some(mut holder) = self.holder.take() {
            holder.stdin.take().unwrap().write_all(b"keep\n").unwrap();
            holder.wait().unwrap();
        }
    }

    /// A new database on it.
    pub(crate) fn database(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("t{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut psql = Command::new(self.bin.join("psql"))
            .args([
                "-q",
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "-p",
                &self.port.to_string(),
            ])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let sql = format!("CREATE DATABASE {name};");
        psql.stdin
            .take()
            .unwrap()
            .write_all(sql.as_bytes())
            .unwrap();
        assert!(psql.wait().unwrap().success());
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.down();
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

fn binaries() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .map(|entry| entry.unwrap().path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// PostgreSQL refuses to run as root.
fn as_postgres(program: &Path) -> Command {
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn run(command: &mut Command) -> bool {
    let output = command.current_dir("/").output().unwrap();
    output.status.success()
}

fn text(part: &std::ffi::OsStr) -> String {
    part.to_str().unwrap().to_owned()
}
