//! How the command ends.

use std::{io, process::ExitCode};

/// What became of the command, as its exit code. Part of the command's interface: stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: a file, the network or the program itself failed.
    Failed,
    /// 2: the command line is not usable.
    Usage,
    /// 3: a policy, the parameters or the input is not valid.
    Invalid,
    /// 4: cases failed, could not be run or missed a mutant, a promise is refuted, a script is not
    /// formatted, or a gate fails.
    CasesFailed,
    /// 5: the decision log does not hold, or a decision made again is another.
    Differs,
    /// 10: decided REFER, with `--exit-outcome`.
    Refer,
    /// 11: decided DECLINE, with `--exit-outcome`.
    Decline,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Invalid => 3,
            Self::CasesFailed => 4,
            Self::Differs => 5,
            Self::Refer => 10,
            Self::Decline => 11,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why the command ends early.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    /// What to say; nothing when it has been said.
    pub(crate) message: Option<String>,
    pub(crate) help: Option<String>,
}

impl Failure {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: Some(message.into()),
            help: None,
        }
    }

    /// An ending whose reason has been printed.
    pub(crate) fn said(exit: Exit) -> Self {
        Self {
            exit,
            message: None,
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn help_opt(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// Writing failed. A reader that has gone away, such as `head`, is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::said(Exit::Done);
        }
        Self::new(Exit::Failed, format!("cannot write: {error}"))
    }
}
