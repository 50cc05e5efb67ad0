//! Rows that could not be read, for the side file: an object on each line with the row as it stands
//! and everything that is wrong with it.

use dictamen_lab::simulate::Part;
use serde_json::json;

/// Collects what goes to the side file. It is told after each row, and writes when that was
/// rejected.
#[derive(Debug, Default)]
pub(super) struct Rejects {
    pub(super) text: Vec<u8>,
}

impl Rejects {
    pub(super) fn line(&mut self, part: &mut Part, line: &[u8]) {
        self.write(part, || Some(String::from_utf8_lossy(line).into_owned()));
    }

    pub(super) fn record(&mut self, part: &mut Part, record: Option<&::csv::StringRecord>) {
        self.write(part, || {
            let mut writer = ::csv::Writer::from_writer(Vec::new());
            writer.write_record(record?).ok()?;
            let text = String::from_utf8(writer.into_inner().ok()?).ok()?;
            Some(text.trim_end_matches(['\n', '\r']).to_owned())
        });
    }

    pub(super) fn row(&mut self, part: &mut Part) {
        self.write(part, || None);
    }

    fn write(&mut self, part: &mut Part, text: impl FnOnce() -> Option<String>) {
        let Some((row, problems)) = part.rejected.pop() else {
            return;
        };
        let line = json!({"row": row, "problems": problems, "text": text()});
        self.text.extend_from_slice(line.to_string().as_bytes());
        self.text.push(b'\n');
    }
}
