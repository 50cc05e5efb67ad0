//! A rules folder of its own for each test, and the command run in it.

use std::{fs, path::Path, process::Output};

use assert_cmd::Command;
use tempfile::TempDir;

pub(crate) const REQUEST: &str = include_str!("../../../dictamen-server/examples/request.json");

/// A folder with `rules/` and `request.json` in it.
pub(crate) struct Place(pub(crate) TempDir);

/// What the command printed and how it ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Place {
    pub(crate) fn new() -> Self {
        let place = Self(TempDir::new().unwrap());
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        place.copy(&here.join("../dictamen-server/tests/demo"), "rules/demo");
        place.copy(&here.join("../../rules/parameters"), "rules/parameters");
        place.write("request.json", REQUEST);
        place
    }

    fn copy(&self, from: &Path, to: &str) {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            let to = format!("{to}/{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                self.copy(&path, &to);
            } else {
                self.write(&to, &fs::read_to_string(&path).unwrap());
            }
        }
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Changes a file by replacing some of its text.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.0.path().join(file)).unwrap();
        assert!(text.contains(from), "{from} is not in {file}");
        self.write(file, &text.replace(from, to));
    }

    pub(crate) fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dictamen"));
        command
            .current_dir(self.0.path())
            .args(line.split_whitespace())
            .env_remove("DICTAMEN_RULES")
            .env_remove("DATABASE_URL");
        command
    }

    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(line, "")
    }

    pub(crate) fn run_with(&self, line: &str, input: &str) -> Ran {
        // Figures that end are told by the day it is.
        let dated = line.starts_with("check") && !line.contains("--explain");
        let day = if dated && !line.contains("--as-of") {
            " --as-of 2026-09-15"
        } else {
            ""
        };
        let mut command = self.command(&format!("{line}{day}"));
        ran(&command.write_stdin(input).output().unwrap())
    }
}

fn ran(output: &Output) -> Ran {
    Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout.clone()).unwrap(),
        err: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}
