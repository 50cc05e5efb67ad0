//! How wide the letters of Helvetica are, and their numbers in the encoding of Western Europe.

/// Widths from the space to the tilde, in thousandths of the size.
const PLAIN: [i32; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

const BOLD: [i32; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

/// Signs that have another number in the encoding than in Unicode.
const SIGNS: [(char, u8); 10] = [
    ('€', 0x80),
    ('…', 0x85),
    ('‘', 0x91),
    ('’', 0x92),
    ('“', 0x93),
    ('”', 0x94),
    ('•', 0x95),
    ('–', 0x96),
    ('—', 0x97),
    ('™', 0x99),
];

/// The letters by their numbers; one that there is not is a question mark.
pub(super) fn encoded(text: &str) -> Vec<u8> {
    let number = |letter: char| {
        let sign = SIGNS.iter().find(|(sign, _)| *sign == letter);
        let direct = u8::try_from(u32::from(letter)).ok();
        let direct = direct.filter(|number| (0x20..0x7f).contains(number) || *number >= 0xa0);
        sign.map(|(_, number)| *number).or(direct).unwrap_or(b'?')
    };
    text.chars().map(number).collect()
}

/// The width of a letter, in thousandths of the size.
pub(super) fn width(letter: u8, bold: bool) -> i32 {
    let bare = match letter {
        0xc0..=0xc5 => b'A',
        0xc7 => b'C',
        0xc8..=0xcb => b'E',
        0xcc..=0xcf => b'I',
        0xd1 => b'N',
        0xd2..=0xd6 | 0xd8 => b'O',
        0xd9..=0xdc => b'U',
        0xe0..=0xe5 => b'a',
        0xe7 => b'c',
        0xe8..=0xeb => b'e',
        0xec..=0xef => b'i',
        0xf1 => b'n',
        0xf2..=0xf6 | 0xf8 => b'o',
        0xf9..=0xfc => b'u',
        0xa1 => b'!',
        0xbf => b'?',
        0xa0 => b' ',
        0x91 | 0x92 => b'\'',
        0x95 => b'-',
        0x85 | 0x97 | 0x99 => b'@',
        other => other,
    };
    let widths = if bold { BOLD } else { PLAIN };
    let at = usize::from(bare).checked_sub(0x20);
    at.and_then(|at| widths.get(at)).copied().unwrap_or(556)
}

#[cfg(test)]
mod tests {
    use super::{encoded, width};

    #[test]
    fn letters_of_spanish_have_their_numbers() {
        assert_eq!(
            encoded("ñÑáé¿¡ü"),
            [0xf1, 0xd1, 0xe1, 0xe9, 0xbf, 0xa1, 0xfc]
        );
        assert_eq!(encoded("—•“字"), [0x97, 0x95, 0x93, b'?']);
        assert_eq!(width(0xf1, false), width(b'n', false));
        assert_eq!(width(b'W', true), 944);
    }
}
