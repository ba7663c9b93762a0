//! The program's exit codes.

use std::process::ExitCode;

use threadx::error::ErrorKind;

/// How the program ended, as its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 2: the command line is not one.
    Usage,
    /// 3: the request or the settings break rules.
    InvalidRequest,
    /// 4: bars are missing, unreadable or damaged, or a file could not be written.
    Data,
    /// 5: the run failed.
    RunFailed,
    /// 6: some requests of a batch failed.
    SomeFailed,
    /// 130: interrupted by the user.
    Interrupted,
}

impl Exit {
    /// The number that the operating system sees.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Usage => 2,
            Self::InvalidRequest => 3,
            Self::Data => 4,
            Self::RunFailed => 5,
            Self::SomeFailed => 6,
            Self::Interrupted => 130,
        }
    }

    /// The exit code of a failure of that kind.
    pub(crate) const fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Validation | ErrorKind::Configuration => Self::InvalidRequest,
            ErrorKind::Data => Self::Data,
            _ => Self::RunFailed,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
