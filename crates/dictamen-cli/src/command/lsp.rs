//! `dictamen lsp`.

use lsp_server::Connection;

use crate::{
    exit::{Exit, Failure},
    lsp::{self, Served},
};

/// Speaks the protocol on standard input and output; nothing else may be written there.
pub(crate) fn run() -> Result<Exit, Failure> {
    let (connection, threads) = Connection::stdio();
    let served = lsp::serve(&connection);
    drop(connection);
    let failed = |message: String| Err(Failure::new(Exit::Failed, message));
    match served {
        // Whoever misuses the protocol may keep standard input open for good.
        Served::Misused => failed("the editor left without a shutdown".to_owned()),
        Served::Properly => {
            threads.join()?;
            Ok(Exit::Done)
        }
        Served::Gone => match threads.join() {
            Ok(()) => failed("the editor left without a shutdown".to_owned()),
            Err(error) => failed(format!("the editor sent what is no message: {error}")),
        },
    }
}
