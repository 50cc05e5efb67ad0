//! Phrases that tell an applicant nothing, in Mexican Spanish and in English, and what to write
//! instead. Data: a phrase more is a line more.

/// What a text must not be content with, in lower case without accents, and what would be a reason.
const PHRASES: [(&str, &str); 29] = [
    ("no cumple con la politica", SAY_WHICH),
    ("no cumple la politica", SAY_WHICH),
    ("no cumple con las politicas", SAY_WHICH),
    ("no cumple con los requisitos", SAY_WHICH),
    ("no cumple los requisitos", SAY_WHICH),
    ("no cumple con los criterios", SAY_WHICH),
    ("no cumple con el perfil", SAY_WHICH),
    ("no cumple el perfil", SAY_WHICH),
    ("criterios internos", SAY_WHICH),
    ("politicas internas", SAY_WHICH),
    ("politica interna", SAY_WHICH),
    ("politica de credito", SAY_WHICH),
    ("does not meet policy", SAY_WHICH),
    ("does not meet our policy", SAY_WHICH),
    ("does not meet our criteria", SAY_WHICH),
    ("does not meet the criteria", SAY_WHICH),
    ("does not meet requirements", SAY_WHICH),
    ("does not meet the requirements", SAY_WHICH),
    ("internal criteria", SAY_WHICH),
    ("internal policy", SAY_WHICH),
    ("internal standards", SAY_WHICH),
    ("credit policy", SAY_WHICH),
    ("puntaje bajo", SAY_WHAT_COST),
    ("puntaje insuficiente", SAY_WHAT_COST),
    ("score too low", SAY_WHAT_COST),
    ("score is too low", SAY_WHAT_COST),
    ("insufficient score", SAY_WHAT_COST),
    ("failed to achieve a qualifying score", SAY_WHAT_COST),
    ("otros motivos", SAY_WHICH),
];

const SAY_WHICH: &str = "say which fact about the applicant it is, as in \"Your history of contribution weeks is too short\"";
const SAY_WHAT_COST: &str =
    "say what cost the points, as in \"You have been in your current job for a short time\"";

/// The phrase in a text that tells nothing, with what to write instead.
pub(super) fn vague(text: &str) -> Option<(&'static str, &'static str)> {
    let plain: String = text.to_lowercase().chars().map(bare).collect();
    let words = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    PHRASES
        .into_iter()
        .find(|(phrase, _)| words.contains(phrase))
}

fn bare(letter: char) -> char {
    match letter {
        'á' => 'a',
        'é' => 'e',
        'í' => 'i',
        'ó' => 'o',
        'ú' | 'ü' => 'u',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::vague;

    #[test]
    fn vague_texts_are_told_from_reasons() {
        for text in [
            "No cumple con la política de crédito",
            "Usted no cumple  con los REQUISITOS",
            "The applicant does not meet our policy",
            "Your score is too low",
            "Puntaje insuficiente",
        ] {
            assert!(vague(text).is_some(), "{text}");
        }
        for text in [
            "Su historial de semanas cotizadas es insuficiente",
            "Your income is below the general minimum wage",
            "Una persona revisará la solicitud",
            "The applicant is under 18",
        ] {
            assert_eq!(vague(text), None, "{text}");
        }
    }
}
