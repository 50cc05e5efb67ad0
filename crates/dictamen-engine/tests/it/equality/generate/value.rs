//! Values: literals, names, operators, calls, and choices used as values.

use super::{BARE, Generator, HANDLED, Type, fits};

pub(super) const INTS: [&str; 16] = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "5",
    "10",
    "26",
    "-7",
    "52",
    "100",
    "365",
    "4000000000",
    "-3000000000",
    "9223372036854775807",
    "-9223372036854775807",
];
const DECIMALS: [&str; 12] = [
    "0.5",
    "1.0",
    "2.50",
    "-0.1",
    "0.35",
    "0.25",
    "100.0",
    "-2.5",
    "0.333333",
    "12345.678",
    "0.0000000000000000000000000001",
    "79228162514264337593543950335.0",
];
const TEXTS: [&str; 2] = ["\"imss\"", "\"issste\""];
/// What can be picked out of them.
const PICKED: [(&str, Type); 6] = [
    ("l_num[2]", Type::Int),
    ("m_all.low", Type::Int),
    ("l_num[1]", Type::Number),
    ("m_all[\"rate\"]", Type::Number),
    ("m_all.word", Type::Text),
    ("m_all.yes", Type::Bool),
];

impl Generator<'_> {
    /// A value; an operand wherever it stands.
    pub(super) fn value(&mut self, kind: Type, depth: usize) -> String {
        if !self.spend(depth) {
            return self.leaf(kind);
        }
        let next = depth.saturating_sub(1);
        match self.pick(12) {
            0 | 1 => self.leaf(kind),
            2..=6 => self.operation(kind, next),
            7 => {
                let condition = self.value(Type::Bool, next);
                let (one, other) = (self.value(kind, next), self.value(kind, next));
                format!("(if {condition} {{ {one} }} else {{ {other} }})")
            }
            8 if self.shape.switches => format!("({})", self.switch(kind, next, false)),
            9 => {
                let mark = self.names.len();
                let binding = self.binding(next);
                let value = self.value(kind, next);
                self.names.truncate(mark);
                format!("({{ {binding} {value} }})")
            }
            10 => self.call(kind, next),
            _ => self.otherwise(kind, next),
        }
    }

    fn leaf(&mut self, kind: Type) -> String {
        match self.pick(6) {
            1 | 4 if self.applicant.is_some() => self.characteristic(kind),
            2 => {
                let fitting = self.names_of(kind);
                if fitting.is_empty() {
                    self.literal(kind)
                } else {
                    self.one_of(&fitting).to_owned()
                }
            }
            3 if self.applicant.is_some() => self.handled(kind, 0),
            5 if self.structures => {
                let fitting: Vec<&str> = PICKED
                    .iter()
                    .filter(|(_, is)| fits(kind, *is))
                    .map(|(name, _)| *name)
                    .collect();
                self.one_of(&fitting).to_owned()
            }
            _ => self.literal(kind),
        }
    }

    fn literal(&mut self, kind: Type) -> String {
        match kind {
            Type::Int => self.one_of(&INTS).to_owned(),
            Type::Number => match self.pick(2) {
                0 => self.one_of(&DECIMALS).to_owned(),
                _ => self.one_of(&INTS).to_owned(),
            },
            Type::Bool => self.one_of(&["true", "false"]).to_owned(),
            Type::Text => self.one_of(&TEXTS).to_owned(),
        }
    }

    fn characteristic(&mut self, kind: Type) -> String {
        let fitting: Vec<&str> = BARE
            .iter()
            .filter(|(_, is)| fits(kind, *is))
            .map(|(name, _)| *name)
            .collect();
        let name = self.one_of(&fitting);
        format!("{}.{name}", self.applicant.unwrap())
    }

    /// The names whose innermost meaning has the type.
    fn names_of(&self, kind: Type) -> Vec<&'static str> {
        let mut seen = Vec::new();
        let mut fitting = Vec::new();
        for (name, is) in self.names.iter().rev() {
            if !seen.contains(name) {
                seen.push(*name);
                if fits(kind, *is) {
                    fitting.push(*name);
                }
            }
        }
        fitting
    }

    /// A handled characteristic, as a value.
    fn handled(&mut self, kind: Type, depth: usize) -> String {
        let fitting: Vec<&str> = HANDLED
            .iter()
            .filter(|(_, is)| fits(kind, *is))
            .map(|(name, _)| *name)
            .collect();
        let name = self.one_of(&fitting);
        let who = self.applicant.unwrap();
        let other = self.value(kind, depth);
        if kind == Type::Bool && self.pick(2) == 1 {
            let (name, _) = self.one_of(&HANDLED);
            return format!("is_missing({who}.{name})");
        }
        format!("({who}.{name} ?? {other})")
    }

    /// `??` and `is_missing` of anything.
    fn otherwise(&mut self, kind: Type, depth: usize) -> String {
        if !self.shape.compound {
            return self.operation(kind, depth);
        }
        if kind == Type::Bool && self.pick(2) == 1 {
            let of = self.kind();
            let value = self.value(of, depth);
            return format!("is_missing({value})");
        }
        let (one, other) = (self.value(kind, depth), self.value(kind, depth));
        if self.pick(3) == 1 {
            let last = self.value(kind, depth);
            return format!("({one} ?? {other} ?? {last})");
        }
        format!("({one} ?? {other})")
    }

    /// A call of a function of the script.
    fn call(&mut self, kind: Type, depth: usize) -> String {
        let applicant = self.applicant;
        let fitting: Vec<usize> = self
            .helpers
            .iter()
            .enumerate()
            .filter(|(_, h)| fits(kind, h.gives) && (!h.applicant || applicant.is_some()))
            .map(|(i, _)| i)
            .collect();
        if fitting.is_empty() {
            return self.leaf(kind);
        }
        let at = self.one_of(&fitting);
        let helper = self.helpers.get(at).unwrap();
        let (name, takes) = (helper.name.clone(), helper.takes.clone());
        let who = applicant.filter(|_| helper.applicant);
        let mut arguments: Vec<String> = takes
            .into_iter()
            .map(|kind| self.value(kind, depth))
            .collect();
        arguments.extend(who.map(ToOwned::to_owned));
        format!("{name}({})", arguments.join(", "))
    }

    fn operation(&mut self, kind: Type, depth: usize) -> String {
        match kind {
            Type::Int => {
                let one = self.value(Type::Int, depth);
                match self.pick(6) {
                    4 => format!("-({one})"),
                    5 => self.function(Type::Int, &one, depth),
                    at => {
                        let symbol = ["+", "-", "*", "%"].get(at).copied().unwrap_or("+");
                        format!("({one} {symbol} {})", self.value(Type::Int, depth))
                    }
                }
            }
            Type::Number => {
                let one = self.value(Type::Number, depth);
                match self.pick(8) {
                    // `--` is no operator of Rhai.
                    5 if one.starts_with('-') => format!("-({one})"),
                    5 => format!("-{one}"),
                    6 => self.function(Type::Number, &one, depth),
                    7 => {
                        let places = match self.pick(3) {
                            2 => self.value(Type::Int, depth),
                            _ => self.one_of(&["0", "2", "5", "28", "29"]).to_owned(),
                        };
                        format!("round_half_up({one}, {places})")
                    }
                    // Times one, the dividend has no unit; weeks by weeks would be a ratio, which
                    // the checker keeps apart from the weeks everything else is measured in.
                    3 => format!("((1 * {one}) / {})", self.value(Type::Number, depth)),
                    at => {
                        let symbol = ["+", "-", "*", "/", "%"].get(at).copied().unwrap_or("+");
                        format!("({one} {symbol} {})", self.value(Type::Number, depth))
                    }
                }
            }
            Type::Text => self.call(Type::Text, depth),
            Type::Bool => self.condition(depth),
        }
    }

    fn function(&mut self, kind: Type, one: &str, depth: usize) -> String {
        let name = self.one_of(&["min", "max", "abs", "floor_to", "ceil_to"]);
        let other = match name {
            "abs" => None,
            "floor_to" | "ceil_to" if self.pick(2) == 0 => Some("10".to_owned()),
            _ => Some(self.value(kind, depth)),
        };
        let method = self.pick(3) == 1;
        match (other, method) {
            (Some(other), false) => format!("{name}({one}, {other})"),
            (Some(other), true) => format!("({one}).{name}({other})"),
            (None, false) => format!("{name}({one})"),
            (None, true) => format!("({one}).{name}()"),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        match self.pick(12) {
            0..=2 => {
                let kind = self.one_of(&[Type::Number, Type::Int]);
                let (one, other) = (self.value(kind, depth), self.value(kind, depth));
                let symbol = self.one_of(&["<", "<=", "==", "!=", ">=", ">"]);
                format!("({one} {symbol} {other})")
            }
            3 => {
                let kind = self.one_of(&[Type::Text, Type::Bool]);
                let (one, other) = (self.value(kind, depth), self.value(kind, depth));
                let symbol = self.one_of(&["==", "!="]);
                format!("({one} {symbol} {other})")
            }
            4..=6 => {
                let symbol = self.one_of(&[" && ", " || "]);
                let count = 2 + self.pick(2);
                let operands: Vec<String> =
                    (0..count).map(|_| self.value(Type::Bool, depth)).collect();
                format!("({})", operands.join(symbol))
            }
            7 => {
                let (one, two, three) = (
                    self.value(Type::Bool, depth),
                    self.value(Type::Bool, depth),
                    self.value(Type::Bool, depth),
                );
                format!("({one} && {two} || {three})")
            }
            8 => format!("!{}", self.value(Type::Bool, depth)),
            9 => {
                let value = self.value(Type::Int, depth);
                let (low, high) = (self.value(Type::Int, depth), self.value(Type::Int, depth));
                let (word, dots) = (self.one_of(&["in", "!in"]), self.one_of(&["..", "..="]));
                format!("({value} {word} ({low}){dots}({high}))")
            }
            _ => {
                let kind = self.one_of(&[Type::Number, Type::Text]);
                let value = self.value(kind, depth);
                let word = self.one_of(&["in", "!in"]);
                if self.structures && self.pick(3) == 1 {
                    let list = if kind == Type::Text {
                        "l_text"
                    } else {
                        "l_num"
                    };
                    return format!("({value} {word} {list})");
                }
                let count = 1 + self.pick(3);
                let options: Vec<String> = (0..count).map(|_| self.value(kind, depth)).collect();
                format!("({value} {word} [{}])", options.join(", "))
            }
        }
    }

    /// A `switch` over whole numbers, texts or truth, or over numbers by range.
    pub(super) fn switch(&mut self, kind: Type, depth: usize, statement: bool) -> String {
        let on = self.one_of(&[Type::Int, Type::Text, Type::Number, Type::Bool]);
        let value = self.value(on, depth);
        let mut arms = Vec::new();
        // Rhai wants whole numbers before ranges.
        if on != Type::Number {
            for _ in 0..=self.pick(2) {
                let mut case = self.literal(on);
                if self.pick(4) == 1 {
                    case = format!("{case} | {}", self.literal(on));
                }
                arms.push(self.arm(&case, kind, depth, statement));
            }
        }
        if matches!(on, Type::Int | Type::Number) {
            for _ in 0..self.pick(3) {
                let (low, high) = (
                    self.one_of(&["0", "-10", "3", "26", "1000"]),
                    self.one_of(&["10", "2", "27", "100", "5000000000"]),
                );
                let dots = self.one_of(&["..", "..="]);
                arms.push(self.arm(&format!("{low}{dots}{high}"), kind, depth, statement));
            }
        }
        let last = self.arm_body(kind, depth, statement);
        arms.push(format!("_ => {last}"));
        format!("switch {value} {{ {} }}", arms.join(", "))
    }

    fn arm(&mut self, case: &str, kind: Type, depth: usize, statement: bool) -> String {
        let guard = match self.pick(3) {
            2 => format!(" if {}", self.guard(depth)),
            _ => String::new(),
        };
        format!("{case}{guard} => {}", self.arm_body(kind, depth, statement))
    }

    /// Rhai refuses a guard that begins with a block.
    fn guard(&mut self, depth: usize) -> String {
        format!("({})", self.value(Type::Bool, depth))
    }

    fn arm_body(&mut self, kind: Type, depth: usize, statement: bool) -> String {
        if statement {
            format!("{{ {} }}", self.body(kind, depth))
        } else {
            self.value(kind, depth)
        }
    }
}
