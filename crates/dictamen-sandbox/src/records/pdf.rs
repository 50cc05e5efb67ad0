//! The smallest PDF that viewers open: one page with a few lines.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The document, in base64.
pub(super) fn base64(lines: &[String]) -> String {
    STANDARD.encode(document(lines))
}

fn document(lines: &[String]) -> String {
    // Writing to a String cannot fail.
    let mut text = String::from("BT /F1 12 Tf 72 720 Td 16 TL");
    for line in lines {
        let plain: String = line
            .chars()
            .filter(|c| c.is_ascii() && !"()\\".contains(*c))
            .collect();
        let _ = write!(text, " ({plain}) Tj T*");
    }
    text.push_str(" ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        let _ = write!(pdf, "{} 0 obj\n{object}\nendobj\n", index.saturating_add(1));
    }
    let start = pdf.len();
    let count = objects.len().saturating_add(1);
    let _ = write!(pdf, "xref\n0 {count}\n0000000000 65535 f \n");
    for place in places {
        let _ = writeln!(pdf, "{place:010} 00000 n ");
    }
    let _ = write!(
        pdf,
        "trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    );
    pdf
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_of_objects_points_at_them() {
        let pdf = super::document(&["(hola) \\ mundo".to_owned()]);
        let table = pdf.split_once("65535 f \n").unwrap().1;
        for (number, line) in table.lines().take(5).enumerate() {
            let place: usize = line.get(..10).unwrap().parse().unwrap();
            let object = format!("{} 0 obj", number + 1);
            assert!(pdf.get(place..).unwrap().starts_with(&object));
        }
        assert!(pdf.contains("(hola  mundo) Tj"));
    }
}
