//! The case that would kill a mutant, as a file of the policy's folder.

use dictamen_engine::{Policy, Scratch};
use dictamen_model::characteristic::{Value, definitions};

use super::{change::Mutant, report::WrittenCase, search::Witness, session::Session};
use crate::cases::{self, Prepared};

impl Session<'_> {
    /// Writes the case of a witness and has it decided by both: it passes on the policy and fails on
    /// the mutant, or it is not written.
    pub(super) fn write(
        &self,
        mutant: &Mutant,
        policy: &Policy,
        witness: &Witness,
        taken: &[(WrittenCase, Prepared)],
    ) -> Option<(WrittenCase, Prepared)> {
        let base = self.cases.get(witness.case)?;
        let facts = self.applicant(witness.case, &witness.changed)?;
        let answer = self.policy.evaluate(&facts, &mut Scratch::new()).answer();
        let title = title(mutant, &witness.changed);
        let is_free = |path: &String| {
            self.source.get(path).is_none() && !taken.iter().any(|(other, _)| other.path == *path)
        };
        let subject: String = mutant.subject.chars().map(plain).collect();
        let extension = base.extension();
        let mut paths = (1_u32..).map(|n| format!("cases/{subject}-boundary-{n}.{extension}"));
        let path = paths.find(is_free)?;
        [false, true].into_iter().find_map(|all| {
            let content = base.neighbour(&title, &witness.changed, &answer, all);
            let (source, parameters) = (self.source, self.parameters);
            let case = cases::prepare_one(self.policy, source, parameters, &path, &content).ok()?;
            let passes = case.differences(self.policy).is_empty();
            let kills = !case.differences(policy).is_empty();
            let path = path.clone();
            (passes && kills).then_some((WrittenCase { path, content }, case))
        })
    }
}

fn plain(c: char) -> char {
    if c.is_ascii_alphanumeric() || c == '_' {
        c
    } else {
        '-'
    }
}

fn title(mutant: &Mutant, changed: &[(usize, Value)]) -> String {
    let named = changed.iter().filter_map(|(index, value)| {
        let name = definitions().get(*index)?.name;
        Some(match value {
            Value::Missing => format!("{name} unknown"),
            value => format!("{name} {}", dictamen_engine::tree::print_value(value)),
        })
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return format!("Would notice: {}", mutant.what);
    }
    format!("{}; would notice: {}", named.join(", "), mutant.what)
}
