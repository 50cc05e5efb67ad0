//! Where drafts are looked at: in a child process with limits on time and memory.
//!
//! A hostile script can overflow the stack of whatever loads it, and that ends the process. The
//! child has nothing to lose: no environment, no keys, no database, only the question on its
//! standard input.

use std::{ffi::OsString, path::PathBuf, process::Stdio, time::Duration};

use dictamen_engine::Diagnostic;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
    sync::Semaphore,
};

use super::check::{self, Checked, Question};

/// Longest time a draft may take, cases included.
const TIME: Duration = Duration::from_secs(20);
/// Longest wait for a place to be looked at.
const QUEUE: Duration = Duration::from_secs(20);
/// How many are looked at at the same time.
const AT_ONCE: usize = 2;
/// Longest answer of a child.
const ANSWER: u64 = 16 * 1024 * 1024;

/// Looks at drafts.
#[derive(Debug)]
pub struct Checker {
    place: Place,
    room: Semaphore,
}

#[derive(Debug)]
enum Place {
    Child {
        program: PathBuf,
        args: Vec<OsString>,
        time: Duration,
    },
    Here,
}

impl Checker {
    /// Looks at each in a process of its own: `program` reads a [`Question`] as JSON from its
    /// standard input and writes [`Checked`] to its standard output. It limits its own memory.
    pub fn child(program: impl Into<PathBuf>, args: impl IntoIterator<Item = OsString>) -> Self {
        Self::at(Place::Child {
            program: program.into(),
            args: args.into_iter().collect(),
            time: TIME,
        })
    }

    /// Looks at them in this process. For whoever trusts all authors: a draft can end the process.
    pub fn here() -> Self {
        Self::at(Place::Here)
    }

    fn at(place: Place) -> Self {
        Self {
            place,
            room: Semaphore::new(AT_ONCE),
        }
    }

    /// What is wrong with a draft. That it could not be looked at is a finding as well: such a
    /// draft cannot be published.
    pub(crate) async fn check(&self, question: Question) -> Checked {
        let waited = tokio::time::timeout(QUEUE, self.room.acquire()).await;
        let Ok(Ok(_room)) = waited else {
            return Checked::only(
                &Diagnostic::error("draft::not-checked", "too many drafts wait to be checked")
                    .help("save it again in a moment"),
            );
        };
        match &self.place {
            Place::Child {
                program,
                args,
                time,
            } => {
                let mut command = Command::new(program);
                command.args(args);
                match tokio::time::timeout(*time, ask(command, &question)).await {
                    Ok(Ok(checked)) => checked,
                    Ok(Err(failure)) => failure.told(),
                    Err(_) => Checked::only(
                        &Diagnostic::error(
                            "draft::too-slow",
                            format!(
                                "loading it and running its cases took over {} s",
                                time.as_secs()
                            ),
                        )
                        .help("does its script build very much, or has it very many cases?"),
                    ),
                }
            }
            Place::Here => {
                let checked = tokio::task::spawn_blocking(move || check::check(&question));
                checked.await.unwrap_or_else(|_| Failure::Ended.told())
            }
        }
    }
}

/// Why a child gave no answer.
enum Failure {
    NotStarted,
    Ended,
}

impl Failure {
    fn told(&self) -> Checked {
        Checked::only(&match self {
            Self::NotStarted => {
                tracing::error!("the process that checks drafts cannot be started");
                Diagnostic::error("draft::not-checked", "it could not be checked")
                    .help("the service's log has more; save it again once it is settled")
            }
            Self::Ended => Diagnostic::error(
                "draft::crashed",
                "the process that loaded it was ended: it needs more stack or memory than any policy",
            )
            .help("are values nested without end, or does a function build itself up?"),
        })
    }
}

async fn ask(mut command: Command, question: &Question) -> Result<Checked, Failure> {
    let question = serde_json::to_vec(question).map_err(|_| Failure::NotStarted)?;
    let mut child = command
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(|_| Failure::NotStarted)?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let (Some(mut stdin), Some(stdout)) = (stdin, stdout) else {
        return Err(Failure::NotStarted);
    };
    let write = async move {
        // A child that has ended reads no more, and its answer says so.
        let _ = stdin.write_all(&question).await;
        drop(stdin);
    };
    let mut answer = Vec::new();
    let mut stdout = stdout.take(ANSWER);
    let ((), read) = tokio::join!(write, stdout.read_to_end(&mut answer));
    // A child with more to say than is listened to ends by it.
    drop(stdout);
    let status = child.wait().await;
    if read.is_err() || !status.is_ok_and(|status| status.success()) {
        return Err(Failure::Ended);
    }
    serde_json::from_slice(&answer).map_err(|_| Failure::Ended)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, time: Duration) -> Checker {
        Checker::at(Place::Child {
            program: "/bin/sh".into(),
            args: vec!["-c".into(), script.into()],
            time,
        })
    }

    async fn codes(checker: &Checker) -> Vec<String> {
        let checked = checker.check(Question::default()).await;
        assert!(!checked.publishable);
        checked.findings.into_iter().map(|f| f.code).collect()
    }

    #[tokio::test]
    async fn whatever_the_child_does_is_a_finding() {
        let long = Duration::from_secs(10);
        for (script, code) in [
            ("kill -SEGV $$", "draft::crashed"),
            ("kill -ABRT $$", "draft::crashed"),
            ("exit 1", "draft::crashed"),
            ("cat > /dev/null", "draft::crashed"),
            (
                "cat > /dev/null; echo '{\"publishable\": true}'",
                "draft::crashed",
            ),
            ("head -c 20000000 /dev/zero", "draft::crashed"),
        ] {
            assert_eq!(codes(&shell(script, long)).await, [code], "{script}");
        }
        let slow = shell("exec sleep 60", Duration::from_millis(200));
        assert_eq!(codes(&slow).await, ["draft::too-slow"]);
        let none = Checker::child("/nowhere/dictamen", []);
        assert_eq!(codes(&none).await, ["draft::not-checked"]);
        // The next one has its place.
        assert_eq!(slow.room.available_permits(), AT_ONCE);
    }

    #[tokio::test]
    async fn the_child_has_no_environment() {
        let script = r#"cat > /dev/null; test -z "$PATH$HOME$DATABASE_URL$CARGO_MANIFEST_DIR" || exit 1
            echo '{"version":null,"hash":null,"publishable":false,"cases":null,"findings":[]}'"#;
        // A shell may give itself a search path; what counts is what it was given.
        let script = script.replace("$PATH", "");
        let checker = shell(&script, Duration::from_secs(10));
        assert!(codes(&checker).await.is_empty());
    }
}
