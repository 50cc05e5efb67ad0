//! Sections that simulations and comparisons share.

use dictamen_engine::words::Language;
use rust_decimal::Decimal;

use super::{
    Block, Fair, Ruling, Section, Standing, Table, Tone,
    fair::LEAST_PEOPLE,
    numbers::{NONE, count, index, percent, rounded, share},
};
use crate::{simulate::Tally, statistics};

/// What is said of gates.
pub(super) fn gates(rulings: &[Ruling], language: Language) -> Option<Section> {
    if rulings.is_empty() {
        return None;
    }
    let title = language.pick("Condiciones para seguir", "Gates");
    let mut table = Table::new([
        language.pick("no seguir si", "fails if"),
        language.pick("#valor", "#value"),
        language.pick("dictamen", "ruling"),
    ]);
    for ruling in rulings {
        let told = match (ruling.fails, ruling.known) {
            (true, true) => language.pick("no pasa", "fails"),
            (true, false) => {
                language.pick("no pasa: no se puede saber", "fails: it cannot be told")
            }
            (false, _) => language.pick("pasa", "passes"),
        };
        table.row([
            format!("`{}`", ruling.gate),
            ruling.value.clone(),
            told.to_owned(),
        ]);
    }
    let failed = rulings.iter().filter(|ruling| ruling.fails).count();
    let note = if failed == 0 {
        let text = language.pick("Todas las condiciones pasan.", "All gates pass.");
        Block::Note(Tone::Good, text.to_owned())
    } else {
        let text = language.pick(
            format!("{failed} de {} condiciones no pasan.", rulings.len()),
            format!("{failed} of {} gates fail.", rulings.len()),
        );
        Block::Note(Tone::Bad, text)
    };
    Some(
        Section::new("gates", title)
            .with(note)
            .with(Block::Table(table)),
    )
}

/// What could not be read, and what is not known.
pub(super) fn quality(tally: &Tally, compares: bool, language: Language) -> Section {
    let title = language.pick("Calidad de los datos", "Quality of the data");
    let mut section = Section::new("quality", title);
    if tally.rejected > 0 {
        let all = tally.rejected.saturating_add(tally.whole.rows);
        let (rejected, of, part) = (
            count(tally.rejected),
            count(all),
            share(tally.rejected, all),
        );
        let text = language.pick(
            format!("{rejected} de {of} renglones ({part}) no se pudieron leer y no se contaron. Están en el archivo de rechazados."),
            format!("{rejected} of {of} rows ({part}) could not be read and are not counted. They are in the file of rejected rows."),
        );
        let mut table = Table::new([
            language.pick("#renglón", "#row"),
            language.pick("dónde", "at"),
            language.pick("qué", "what"),
            language.pick("código", "code"),
        ]);
        for problem in &tally.problems {
            table.row([
                problem.row.to_string(),
                format!("`{}`", problem.at),
                problem.message.clone(),
                format!("`{}`", problem.code),
            ]);
        }
        let first = language.pick("Los primeros problemas", "The first problems");
        section = section
            .with(Block::Note(Tone::Look, text))
            .with(Block::Folded(first.to_owned(), vec![Block::Table(table)]));
    } else {
        let text = language.pick("Todos los renglones se leyeron.", "Every row was read.");
        section = section.with(Block::Text(text.to_owned()));
    }
    let whole = &tally.whole;
    let counts = if compares {
        &whole.after
    } else {
        &whole.before
    };
    let told = |n: u64| format!("{} ({})", count(n), share(n, whole.rows));
    let (undecided, failed) = (told(counts.undecided), told(counts.failed));
    let text = language.pick(
        format!("{undecided} van a una persona porque se desconoce un dato que una regla necesita; {failed}, porque una regla no se pudo calcular."),
        format!("{undecided} are referred because a value that a rule needs is unknown; {failed} because a rule could not be computed."),
    );
    section = section.with(if counts.failed > 0 {
        Block::Note(Tone::Bad, text)
    } else {
        Block::Text(text)
    });
    if !tally.missing.is_empty() {
        let mut missing: Vec<_> = tally.missing.iter().collect();
        missing.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
        let mut table = Table::new([
            language.pick("dato que la política lee", "value that the policy reads"),
            language.pick("#desconocido", "#unknown"),
            language.pick("#de todos", "#of all"),
        ]);
        for (name, people) in missing {
            table.row([
                format!("`{name}`"),
                count(*people),
                share(*people, tally.whole.rows),
            ]);
        }
        let heading = language.pick("Datos desconocidos", "Unknown values");
        section = section.with(Block::Folded(heading.to_owned(), vec![Block::Table(table)]));
    }
    section
}

/// How groups fare, by one column after the other.
pub(super) fn fair(
    columns: &[Fair],
    before: Option<&[Fair]>,
    language: Language,
) -> Option<Section> {
    if columns.is_empty() {
        return None;
    }
    let title = language.pick("Trato parejo entre grupos", "Fairness between groups");
    let text = language.pick(
        format!("Tasa de aprobación de cada grupo sobre la del grupo con la mejor, según columnas del acreditante; la política no ve ninguna. Debajo de 0.80 (cuatro quintos) hay que mirar. La prueba es z de dos proporciones, de dos colas. Con menos de {LEAST_PEOPLE} personas no se dice nada."),
        format!("Approval rate of each group over that of the group with the best, by columns of the lender; the policy sees none of them. Below 0.80 (four fifths) somebody should look. The test is the two-proportion z-test, two-sided. Nothing is said of fewer than {LEAST_PEOPLE} people."),
    );
    let mut section = Section::new("fairness", title).with(Block::Text(text));
    for column in columns {
        let names = [
            column.column.as_str(),
            language.pick("#personas", "#people"),
            language.pick("#aprobación", "#approval"),
            language.pick("#razón", "#ratio"),
            language.pick("#antes", "#before"),
            "#p",
            language.pick("lectura", "reading"),
        ];
        let mut table = Table::new(names);
        for group in &column.groups {
            let known =
                before.and_then(|columns| columns.iter().find(|c| c.column == column.column));
            let known = known.and_then(|c| c.groups.iter().find(|g| g.value == group.value));
            let p = group.test.map(|test| p_value(test.p));
            table.row([
                group.value.clone(),
                count(group.people),
                percent(statistics::share(group.approved, group.people)),
                ratio(group.ratio, group.standing),
                known.map_or_else(
                    || NONE.to_owned(),
                    |known| ratio(known.ratio, known.standing),
                ),
                p.unwrap_or_else(|| NONE.to_owned()),
                standing(group.standing, language).to_owned(),
            ]);
        }
        if before.is_none() {
            table.columns.remove(4);
            for row in &mut table.rows {
                row.remove(4);
            }
        }
        section = section.with(Block::Table(table));
    }
    Some(section)
}

fn ratio(ratio: Option<Decimal>, standing: Standing) -> String {
    if standing == Standing::Best {
        return "1".to_owned();
    }
    ratio.map_or_else(|| NONE.to_owned(), |ratio| rounded(ratio, 3).to_string())
}

fn p_value(p: Decimal) -> String {
    if p < Decimal::new(1, 4) {
        "< 0.0001".to_owned()
    } else {
        index(Some(p))
    }
}

fn standing(standing: Standing, language: Language) -> &'static str {
    match standing {
        Standing::Best => language.pick("la mejor tasa", "best rate"),
        Standing::Alike => language.pick("parejo", "alike"),
        Standing::MayBeChance => language.pick(
            "bajo cuatro quintos; puede ser azar",
            "below four fifths; may be chance",
        ),
        Standing::Worse => language.pick("bajo cuatro quintos", "below four fifths"),
        Standing::NotEnough => language.pick("no hay suficientes personas", "not enough people"),
        Standing::NoGroup => language.pick("no es un grupo", "no group"),
    }
}

/// What an outcome is called.
pub(super) fn outcome(name: &str, language: Language) -> &'static str {
    match name {
        "APPROVE" => language.pick("se aprueba", "approved"),
        "COUNTER" => language.pick("contraoferta", "counter-offer"),
        "REFER" => language.pick("a una persona", "referred"),
        _ => language.pick("se declina", "declined"),
    }
}
