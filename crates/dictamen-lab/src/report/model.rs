//! What reports are made of, whatever form they take.
//!
//! Texts are plain; what stands between backticks is a name or a code.

use dictamen_engine::words::Language;
use rust_decimal::Decimal;

/// A report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What it is about.
    pub title: String,
    /// What was compared, on what.
    pub subtitle: String,
    /// The language of its texts.
    pub language: Language,
    /// What matters most, in a few figures.
    pub figures: Vec<Figure>,
    /// The rest, in the order it is read.
    pub sections: Vec<Section>,
}

/// A part of a report with a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it is called in addresses: `swap-set`.
    pub id: String,
    /// Its heading.
    pub title: String,
    /// What is in it.
    pub blocks: Vec<Block>,
}

impl Section {
    /// A section with nothing in it yet.
    pub fn new(id: &str, title: impl Into<String>) -> Self {
        Self {
            id: id.to_owned(),
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    /// Adds a block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }
}

/// How something is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it is.
    Plain,
    /// Good news.
    Good,
    /// To be looked at.
    Look,
    /// Bad news.
    Bad,
}

impl Tone {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Look => "look",
            Self::Bad => "bad",
        }
    }
}

/// One figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// What it is.
    pub label: String,
    /// Its value.
    pub value: String,
    /// What it was, or what belongs to it.
    pub note: String,
    /// How it is to be taken.
    pub tone: Tone,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// A paragraph that stands out.
    Note(Tone, String),
    /// A table.
    Table(Table),
    /// Shares as bars, of one policy or two.
    Bars(Bars),
    /// Curves over the values of a threshold.
    Curves(Curves),
    /// Blocks that are not of the first interest, under a heading to open.
    Folded(String, Vec<Self>),
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows, a cell for each column.
    pub rows: Vec<Vec<String>>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Whether it holds numbers.
    pub number: bool,
}

impl Table {
    /// A table without rows. Names of columns that hold numbers begin with `#`.
    pub fn new<const N: usize>(columns: [&str; N]) -> Self {
        let column = |name: &str| match name.strip_prefix('#') {
            Some(name) => Column {
                name: name.to_owned(),
                number: true,
            },
            None => Column {
                name: name.to_owned(),
                number: false,
            },
        };
        Self {
            columns: columns.map(column).into(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }
}

/// Shares of a whole, each a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// What they are shares of.
    pub title: String,
    /// Names of what stands beside each other: one policy, or two.
    pub names: Vec<String>,
    /// The bars.
    pub bars: Vec<Bar>,
}

/// A share by one policy or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// What it is a share of.
    pub label: String,
    /// By each of the policies: 0 to 1, and what is written beside it.
    pub values: Vec<(Decimal, String)>,
}

/// Shares over the values of a threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curves {
    /// What is shown.
    pub title: String,
    /// What is varied.
    pub across: String,
    /// The value in force.
    pub in_force: Option<Decimal>,
    /// The curves, all over the same values.
    pub curves: Vec<Curve>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Curve {
    /// What it shows.
    pub name: String,
    /// Values of the threshold, ascending, with shares from 0 to 1.
    pub points: Vec<(Decimal, Decimal)>,
}
