//! Well-typed programs of the deciding language, from a list of choices.
//!
//! A list of numbers is read as answers to the questions of the generator. The answer 0, which
//! is also what an exhausted list answers, always means the simplest way, so a shorter list with
//! smaller numbers is a simpler program, and proptest's own shrinking of lists finds it.

mod value;

use std::fmt::Write;

/// Types of the language, dates left out. A number is a whole one or a decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    Int,
    Number,
    Bool,
    Text,
}

// All numbers are measured in weeks, so that any two of them can stand beside each other.

/// Characteristics used as they are: missing makes what needs them unknown.
pub(super) const BARE: [(&str, Type); 9] = [
    ("weeks_total", Type::Int),
    ("weeks_reported", Type::Int),
    ("weeks_computed", Type::Int),
    ("metric_weeks_between_jobs", Type::Number),
    ("metric_max_weeks_between_jobs", Type::Number),
    ("employed_now", Type::Bool),
    ("curp_valid", Type::Bool),
    ("institution", Type::Text),
    ("channel", Type::Text),
];

/// Characteristics used only as `a.x ?? …` and `is_missing(a.x)`.
pub(super) const HANDLED: [(&str, Type); 4] = [
    ("weeks_redeemed_outstanding", Type::Int),
    ("metric_weeks_since_last_job", Type::Number),
    ("salary_above_cap", Type::Bool),
    ("product", Type::Text),
];

/// What closures capture, as the script writes it.
const CAPTURED: [(&str, Type, &str); 6] = [
    ("p_int", Type::Int, r#"param("p_int", 26, "weeks", "test")"#),
    (
        "p_num",
        Type::Number,
        r#"param("p_num", 0.35, "weeks", "test")"#,
    ),
    ("c_int", Type::Int, "-3"),
    ("c_num", Type::Number, "12.50"),
    ("c_bool", Type::Bool, "1 < 2"),
    ("c_text", Type::Text, r#""issste""#),
];

/// Lists and object maps that closures capture.
const STRUCTURES: [(&str, &str); 3] = [
    ("l_num", "[1, 2.5, 26]"),
    ("l_text", r#"["issste", "imss"]"#),
    (
        "m_all",
        r#"#{ low: 3, rate: 0.25, word: "imss", yes: true }"#,
    ),
];

const LOCALS: [&str; 4] = ["x", "y", "z", "p_int"];

/// What programs may contain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// `??` and `is_missing` of anything, not only of handled characteristics.
    pub(super) compound: bool,
    /// `switch`.
    pub(super) switches: bool,
}

/// A policy's script in parts.
#[derive(Debug)]
pub(super) struct Script {
    /// Functions and captured variables.
    pub(super) prelude: String,
    pub(super) programs: Vec<Program>,
}

/// One closure.
#[derive(Debug)]
pub(super) struct Program {
    /// The closure as it stands.
    pub(super) closure: String,
    /// Ending that makes a condition of a value; empty for what is a condition already.
    pub(super) check: &'static str,
}

struct Helper {
    name: String,
    takes: Vec<Type>,
    applicant: bool,
    gives: Type,
}

struct Generator<'c> {
    choices: std::slice::Iter<'c, u16>,
    shape: Shape,
    /// Names in sight, innermost last.
    names: Vec<(&'static str, Type)>,
    /// Whether lists and object maps are in sight.
    structures: bool,
    applicant: Option<&'static str>,
    helpers: Vec<Helper>,
    /// Nodes that may still be made.
    left: usize,
}

/// A script of as many programs as asked for.
pub(super) fn script(choices: &[u16], shape: Shape, programs: usize) -> Script {
    let mut make = Generator {
        choices: choices.iter(),
        shape,
        names: Vec::new(),
        structures: false,
        applicant: None,
        helpers: Vec::new(),
        left: 0,
    };
    let mut prelude = String::new();
    for (name, _, value) in CAPTURED {
        writeln!(prelude, "let {name} = {value};").unwrap();
    }
    for (name, value) in STRUCTURES {
        writeln!(prelude, "let {name} = {value};").unwrap();
    }
    for i in 0..make.pick(4) {
        prelude += &make.helper(i);
    }
    let programs = (0..programs)
        .map(|i| make.program(i, &mut prelude))
        .collect();
    Script { prelude, programs }
}

impl Generator<'_> {
    /// An answer below `n`.
    fn pick(&mut self, n: usize) -> usize {
        usize::from(self.choices.next().copied().unwrap_or(0)) % n.max(1)
    }

    fn one_of<T: Copy>(&mut self, from: &[T]) -> T {
        let at = self.pick(from.len());
        *from.get(at).unwrap()
    }

    fn kind(&mut self) -> Type {
        self.one_of(&[Type::Bool, Type::Int, Type::Number, Type::Text])
    }

    /// A function that sees its arguments and the functions before it.
    fn helper(&mut self, index: usize) -> String {
        let gives = self.kind();
        let count = self.pick(4);
        let takes: Vec<Type> = (0..count).map(|_| self.kind()).collect();
        let applicant = self.pick(2) == 1;
        let parameters = ["x", "y", "u"];
        self.names = parameters.into_iter().zip(takes.iter().copied()).collect();
        self.structures = false;
        self.applicant = applicant.then_some("who");
        self.left = 25;
        let body = self.body(gives, 3);
        let mut list: Vec<&str> = self.names.iter().map(|(name, _)| *name).collect();
        if applicant {
            list.push("who");
        }
        let name = format!("h{index}");
        let text = format!("fn {name}({}) {{ {body} }}\n", list.join(", "));
        self.helpers.push(Helper {
            name,
            takes,
            applicant,
            gives,
        });
        text
    }

    /// A condition written as a closure, or a value computed by a function.
    fn program(&mut self, index: usize, prelude: &mut String) -> Program {
        self.names = CAPTURED.map(|(name, kind, _)| (name, kind)).to_vec();
        self.structures = true;
        self.applicant = Some("a");
        self.left = 60;
        if self.pick(2) == 0 {
            let body = self.body(Type::Bool, 4);
            return Program {
                closure: format!("|a| {{ {body} }}"),
                check: "",
            };
        }
        let gives = self.kind();
        let body = self.body(gives, 4);
        let captured = CAPTURED.map(|(name, ..)| name).join(", ");
        let structures = STRUCTURES.map(|(name, _)| name).join(", ");
        writeln!(
            prelude,
            "fn main{index}(a, {captured}, {structures}) {{ {body} }}"
        )
        .unwrap();
        Program {
            closure: format!("|a| main{index}(a, {captured}, {structures})"),
            check: match gives {
                Type::Int => " == 0",
                Type::Number => " == 0.0",
                Type::Bool => " == true",
                Type::Text => " == \"imss\"",
            },
        }
    }

    /// The statements of a function or block, ending in a value; `return` may stand in them.
    fn body(&mut self, gives: Type, depth: usize) -> String {
        let mark = self.names.len();
        let mut text = String::new();
        for _ in 0..self.pick(3) {
            text += &self.step(gives, depth);
        }
        text += &self.tail(gives, depth);
        self.names.truncate(mark);
        text
    }

    fn spend(&mut self, depth: usize) -> bool {
        self.left = self.left.saturating_sub(1);
        depth > 0 && self.left > 0
    }

    fn step(&mut self, gives: Type, depth: usize) -> String {
        if !self.spend(depth) {
            return String::new();
        }
        let next = depth.saturating_sub(1);
        match self.pick(7) {
            0 | 1 => self.binding(next),
            2 => {
                let condition = self.value(Type::Bool, next);
                format!("if {condition} {{ {} }}\n", self.leaving(gives, next))
            }
            3 => {
                let condition = self.value(Type::Bool, next);
                let one = self.leaving(gives, next);
                let other = self.binding_alone(next);
                format!("if {condition} {{ {one} }} else {{ {other} }}\n")
            }
            4 => {
                let mark = self.names.len();
                let first = self.binding(next);
                let second = self.step(gives, next);
                self.names.truncate(mark);
                format!("{{ {first} {second} }}\n")
            }
            5 => {
                let (one, other) = (self.value(Type::Bool, next), self.value(Type::Bool, next));
                format!(
                    "if {one} {{ if {other} {{ {} }} }}\n",
                    self.leaving(gives, next)
                )
            }
            _ if self.shape.switches => {
                let on = self.value(Type::Int, next);
                let case = self.one_of(&value::INTS);
                let leaving = self.leaving(gives, next);
                let rest = self.one_of(&[", _ => { }", ""]);
                format!("switch {on} {{ {case} => {{ {leaving} }} {rest} }}\n")
            }
            _ => self.binding(next),
        }
    }

    fn binding(&mut self, depth: usize) -> String {
        let kind = self.kind();
        let value = self.value(kind, depth);
        let name = self.one_of(&LOCALS);
        self.names.push((name, kind));
        let word = self.one_of(&["let", "let", "const"]);
        format!("{word} {name} = {value};\n")
    }

    fn binding_alone(&mut self, depth: usize) -> String {
        let mark = self.names.len();
        let text = self.binding(depth);
        self.names.truncate(mark);
        text
    }

    /// Leaves the function with a value.
    fn leaving(&mut self, gives: Type, depth: usize) -> String {
        let value = self.value(gives, depth);
        let end = self.one_of(&[";", ""]);
        format!("return {value}{end}")
    }

    fn tail(&mut self, gives: Type, depth: usize) -> String {
        let value = |make: &mut Self| make.value(gives, depth);
        if !self.spend(depth) {
            return value(self);
        }
        let next = depth.saturating_sub(1);
        match self.pick(8) {
            0 | 1 => value(self),
            2 => value(self) + ";",
            3 => self.leaving(gives, next),
            4 => {
                let condition = self.value(Type::Bool, next);
                let (one, other) = (self.body(gives, next), self.body(gives, next));
                format!("if {condition} {{ {one} }} else {{ {other} }}")
            }
            5 => {
                let (c, d) = (self.value(Type::Bool, next), self.value(Type::Bool, next));
                let one = self.body(gives, next);
                let (other, last) = (self.leaving(gives, next), self.body(gives, next));
                format!("if {c} {{ {one} }} else if {d} {{ {other} }} else {{ {last} }}")
            }
            6 if self.shape.switches => self.switch(gives, next, true),
            _ => format!("{{ {} }}", self.body(gives, next)),
        }
    }
}

/// Whether a value of the second type may stand where the first is wanted.
fn fits(wanted: Type, is: Type) -> bool {
    wanted == is || (wanted == Type::Number && is == Type::Int)
}
