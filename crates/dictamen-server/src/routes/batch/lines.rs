//! A body as lines, however it is cut into pieces on its way.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt as _;

use crate::problem::{Kind, Problem};

/// A line of the body, by its number from 1.
pub(super) struct Line {
    number: u64,
    content: Result<Bytes, Problem>,
}

impl Line {
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    pub(super) fn size(&self) -> usize {
        self.content.as_ref().map_or(0, Bytes::len)
    }

    pub(super) fn into_parts(self) -> (u64, Result<Bytes, Problem>) {
        (self.number, self.content)
    }
}

/// Lines of a body, read as they are asked for. Never holds more than one line and one piece of
/// the body.
pub(super) struct Lines {
    body: Body,
    longest: usize,
    patience: Duration,
    number: u64,
    /// Of the line at hand.
    begun: Vec<u8>,
    /// Received and not looked at.
    ahead: Bytes,
    /// The line at hand is too long, and is being left out.
    skipping: bool,
    ended: bool,
}

impl Lines {
    /// Lines of at most `longest` bytes, each piece of which comes within `patience`.
    pub(super) fn new(body: Body, longest: usize, patience: Duration) -> Self {
        Self {
            body,
            longest,
            patience,
            number: 0,
            begun: Vec::new(),
            ahead: Bytes::new(),
            skipping: false,
            ended: false,
        }
    }

    /// The next line that is not blank; `None` behind the last. A body that ends badly ends with
    /// a line that says so.
    pub(super) async fn next(&mut self) -> Option<Line> {
        loop {
            let line = self.take().await?;
            let blank = line
                .content
                .as_ref()
                .is_ok_and(|content| content.iter().all(u8::is_ascii_whitespace));
            if !blank {
                return Some(line);
            }
        }
    }

    async fn take(&mut self) -> Option<Line> {
        loop {
            let end = self.ahead.iter().position(|byte| *byte == b'\n');
            let piece = self.ahead.split_to(end.unwrap_or(self.ahead.len()));
            self.keep(&piece);
            if end.is_some() {
                self.ahead = self.ahead.slice(1..);
                return Some(self.finish());
            }
            if self.ended {
                let rest = self.skipping || !self.begun.is_empty();
                return rest.then(|| self.finish());
            }
            if let Err(problem) = self.receive().await {
                self.ended = true;
                self.begun.clear();
                self.skipping = false;
                self.number = self.number.saturating_add(1);
                return Some(Line {
                    number: self.number,
                    content: Err(problem),
                });
            }
        }
    }

    fn keep(&mut self, piece: &[u8]) {
        if self.skipping {
            return;
        }
        if self.begun.len().saturating_add(piece.len()) > self.longest {
            self.skipping = true;
            self.begun = Vec::new();
            return;
        }
        self.begun.extend_from_slice(piece);
    }

    fn finish(&mut self) -> Line {
        self.number = self.number.saturating_add(1);
        let content = if std::mem::take(&mut self.skipping) {
            let longest = self.longest;
            Err(Problem::new(
                Kind::BodyTooLarge,
                format!("the limit of a line is {longest} bytes"),
            ))
        } else {
            Ok(std::mem::take(&mut self.begun).into())
        };
        Line {
            number: self.number,
            content,
        }
    }

    async fn receive(&mut self) -> Result<(), Problem> {
        let frame = tokio::time::timeout(self.patience, self.body.frame()).await;
        let Ok(frame) = frame else {
            let seconds = self.patience.as_secs();
            return Err(Problem::new(
                Kind::RequestTimeout,
                format!("nothing came for {seconds} s; lines before this one are answered"),
            ));
        };
        match frame {
            None => self.ended = true,
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    self.ahead = data;
                }
            }
            Some(Err(_)) => {
                return Err(Problem::new(
                    Kind::UnreadableBody,
                    "the body broke off here; lines before this one are answered",
                ));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: Vec<Vec<u8>>, longest: usize) -> Vec<(u64, Result<Vec<u8>, &'static str>)> {
        let pieces = pieces.into_iter().map(Ok::<_, std::io::Error>);
        let body = Body::from_stream(stream::iter(pieces));
        let mut lines = Lines::new(body, longest, Duration::from_secs(5));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut read = Vec::new();
            while let Some(line) = lines.next().await {
                let (number, content) = line.into_parts();
                let content = content.map(|bytes| bytes.to_vec());
                read.push((number, content.map_err(|problem| problem.kind().code())));
            }
            read
        })
    }

    proptest! {
        /// However the network cuts it, a body has the same lines.
        #[test]
        fn lines_do_not_depend_on_the_cuts(
            text in "[a-c \n]{0,60}",
            cuts in proptest::collection::vec(0_usize..60, 0..8),
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| *cut < text.len()).collect();
            cuts.sort_unstable();
            let mut pieces = Vec::new();
            let mut from = 0;
            for cut in cuts {
                pieces.push(text.as_bytes()[from..cut].to_vec());
                from = cut;
            }
            pieces.push(text.as_bytes()[from..].to_vec());
            let expected: Vec<_> = text
                .split('\n')
                .zip(1_u64..)
                .filter(|(line, _)| !line.trim().is_empty())
                .map(|(line, number)| {
                    let content = Ok(line.as_bytes().to_vec());
                    (number, if line.len() > 12 { Err("body-too-large") } else { content })
                })
                .collect();
            let read = read(pieces, 12);
            // A blank line that is too long cannot be told from another.
            let blank = |number: u64| {
                let at = usize::try_from(number).unwrap().saturating_sub(1);
                text.split('\n').nth(at).unwrap().trim().is_empty()
            };
            let read: Vec<_> = read.into_iter().filter(|(number, _)| !blank(*number)).collect();
            prop_assert_eq!(read, expected);
        }
    }

    #[test]
    fn the_last_line_needs_no_end() {
        let lines = read(vec![b"one\n\n".to_vec(), b"two".to_vec()], 10);
        let text = |text: &str| Ok(text.as_bytes().to_vec());
        assert_eq!(lines, [(1, text("one")), (3, text("two"))]);
        assert!(read(vec![b"\n\n".to_vec()], 10).is_empty());
    }
}
