//! A letter as a PDF: text in Helvetica, which every reader of PDF has, with the letters of Western
//! Europe. No font is embedded, so none has to be licensed; a letter outside them becomes `?`.
//!
//! Places on the page are whole tenths of a point.
#![expect(
    clippy::float_arithmetic,
    reason = "a PDF is written in points; nothing here is money, a rate or a score"
)]

mod metrics;

use dictamen_engine::words::Language;
use pdf_writer::{Content, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};
use pulldown_cmark::{Event, HeadingLevel, Parser, Tag, TagEnd};

use super::Paper;

/// Space around the text.
const MARGIN: i32 = 720;

/// Some words in one style.
struct Run {
    text: String,
    bold: bool,
}

/// A paragraph, heading or entry of a list.
struct Block {
    runs: Vec<Run>,
    /// Tenths of a point.
    size: i32,
    /// Space above it.
    above: i32,
    /// Space on its left, with what stands there.
    indent: i32,
    mark: Option<String>,
}

pub(super) fn document(markdown: &str, language: Language, paper: Paper) -> Vec<u8> {
    let (width, height) = match paper {
        Paper::Letter => (6120, 7920),
        Paper::A4 => (5950, 8420),
    };
    let pages = pages(&blocks(markdown), width, height);
    let mut pdf = Pdf::new();
    let mut next = 1_i32;
    let mut id = || {
        let id = Ref::new(next);
        next = next.saturating_add(1);
        id
    };
    let (catalog, tree, plain, bold, info) = (id(), id(), id(), id(), id());
    let ids: Vec<(Ref, Ref)> = pages.iter().map(|_| (id(), id())).collect();
    let title = language.pick("Respuesta a su solicitud", "Answer to your application");
    pdf.catalog(catalog)
        .pages(tree)
        .lang(TextStr(language.tag()));
    pdf.document_info(info)
        .title(TextStr(title))
        .producer(TextStr("Dictamen"));
    let count = i32::try_from(ids.len()).unwrap_or(i32::MAX);
    pdf.pages(tree)
        .kids(ids.iter().map(|(page, _)| *page))
        .count(count);
    for (font, name) in [(plain, "Helvetica"), (bold, "Helvetica-Bold")] {
        let mut font = pdf.type1_font(font);
        font.base_font(Name(name.as_bytes()));
        font.encoding_predefined(Name(b"WinAnsiEncoding"));
    }
    for (content, (page, stream)) in pages.into_iter().zip(ids) {
        pdf.stream(stream, &content.finish());
        let mut page = pdf.page(page);
        page.media_box(Rect::new(0.0, 0.0, points(width), points(height)));
        page.parent(tree);
        page.contents(stream);
        let mut resources = page.resources();
        resources
            .fonts()
            .pair(Name(b"F1"), plain)
            .pair(Name(b"F2"), bold);
        resources.finish();
    }
    pdf.finish()
}

fn points(tenths: i32) -> f32 {
    // No page is so large that this would not be exact.
    i16::try_from(tenths).map_or(0.0, f32::from) / 10.0
}

/// The letter, block by block.
fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    let mut bold = false;
    let mut lists: Vec<Option<u64>> = Vec::new();
    let plain = |size, above| Block {
        runs: Vec::new(),
        size,
        above,
        indent: 0,
        mark: None,
    };
    let mut heading = false;
    for event in Parser::new(markdown) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                blocks.extend(open.take());
                let size = if level == HeadingLevel::H1 { 180 } else { 130 };
                open = Some(plain(size, 160));
                heading = true;
            }
            Event::Start(Tag::Paragraph) if open.is_none() => open = Some(plain(105, 80)),
            Event::Start(Tag::List(first)) => {
                blocks.extend(open.take());
                lists.push(first);
            }
            Event::End(TagEnd::List(_)) => {
                lists.pop();
            }
            Event::Start(Tag::Item) => {
                let depth = i32::try_from(lists.len()).unwrap_or(1);
                let mark = match lists.last_mut() {
                    Some(Some(number)) => {
                        let mark = format!("{number}.");
                        *number = number.saturating_add(1);
                        mark
                    }
                    _ => "•".to_owned(),
                };
                open = Some(Block {
                    indent: depth.saturating_mul(180),
                    mark: Some(mark),
                    ..plain(105, 40)
                });
            }
            Event::End(TagEnd::Heading(_)) => {
                blocks.extend(open.take());
                heading = false;
            }
            Event::End(TagEnd::Paragraph | TagEnd::Item) => blocks.extend(open.take()),
            Event::Start(Tag::Strong) => bold = true,
            Event::End(TagEnd::Strong) => bold = false,
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                let block = open.get_or_insert_with(|| plain(105, 80));
                block.runs.push(Run {
                    text: text.to_string(),
                    bold: bold || heading,
                });
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(block) = &mut open {
                    block.runs.push(Run {
                        text: " ".to_owned(),
                        bold,
                    });
                }
            }
            _ => {}
        }
    }
    blocks.extend(open);
    blocks
}

/// A word and whether it is bold; words of different styles can stand together without a space.
struct Word {
    parts: Vec<(Vec<u8>, bool)>,
}

fn words(runs: &[Run]) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut joined = false;
    for run in runs {
        for (at, piece) in run.text.split(' ').enumerate() {
            if at > 0 {
                joined = false;
            }
            if piece.is_empty() {
                continue;
            }
            let letters = metrics::encoded(piece);
            match words.last_mut().filter(|_| joined) {
                Some(word) => match word.parts.last_mut() {
                    Some((before, bold)) if *bold == run.bold => before.extend(letters),
                    _ => word.parts.push((letters, run.bold)),
                },
                None => words.push(Word {
                    parts: vec![(letters, run.bold)],
                }),
            }
            joined = true;
        }
    }
    words
}

/// The width of some letters, in tenths of a point.
fn width_of(letters: &[u8], bold: bool, size: i32) -> i32 {
    let thousandths = letters.iter().fold(0_i32, |sum, letter| {
        sum.saturating_add(metrics::width(*letter, bold))
    });
    thousandths
        .saturating_mul(size)
        .checked_div(1000)
        .unwrap_or(0)
}

struct Page {
    done: Vec<Content>,
    content: Content,
    y: i32,
    height: i32,
}

impl Page {
    /// Goes down; onto the next page where there is no room.
    fn down(&mut self, by: i32) {
        self.y = self.y.saturating_sub(by);
        if self.y < MARGIN {
            self.done
                .push(std::mem::replace(&mut self.content, Content::new()));
            self.y = self.height.saturating_sub(MARGIN).saturating_sub(by);
        }
    }

    fn show(&mut self, x: i32, letters: &[u8], bold: bool, size: i32) {
        let font: &[u8] = if bold { b"F2" } else { b"F1" };
        self.content.begin_text();
        self.content.set_font(Name(font), points(size));
        self.content.next_line(points(x), points(self.y));
        self.content.show(Str(letters));
        self.content.end_text();
    }
}

fn pages(blocks: &[Block], width: i32, height: i32) -> Vec<Content> {
    let mut page = Page {
        done: Vec::new(),
        content: Content::new(),
        y: height.saturating_sub(MARGIN),
        height,
    };
    for block in blocks {
        let line = block.size.saturating_mul(14).checked_div(10).unwrap_or(0);
        let left = MARGIN.saturating_add(block.indent);
        let right = width.saturating_sub(MARGIN);
        let space = width_of(b" ", false, block.size);
        page.down(line.saturating_add(block.above));
        if let Some(mark) = &block.mark {
            let x = left.saturating_sub(140);
            page.show(x, &metrics::encoded(mark), false, block.size);
        }
        let mut x = left;
        for word in words(&block.runs) {
            let wide = word.parts.iter().fold(0_i32, |sum, (letters, bold)| {
                sum.saturating_add(width_of(letters, *bold, block.size))
            });
            if x > left && x.saturating_add(wide) > right {
                page.down(line);
                x = left;
            }
            for (letters, bold) in word.parts {
                // A word wider than the line goes on in the next one.
                let mut rest: &[u8] = &letters;
                while !rest.is_empty() {
                    let fits = fitting(rest, bold, block.size, right.saturating_sub(x));
                    let count = if fits == 0 && x == left { 1 } else { fits };
                    let (here, behind) = rest.split_at_checked(count).unwrap_or((rest, &[]));
                    if !here.is_empty() {
                        page.show(x, here, bold, block.size);
                        x = x.saturating_add(width_of(here, bold, block.size));
                    }
                    rest = behind;
                    if !rest.is_empty() {
                        page.down(line);
                        x = left;
                    }
                }
            }
            x = x.saturating_add(space);
        }
    }
    page.done.push(page.content);
    page.done
}

/// How many letters have room.
fn fitting(letters: &[u8], bold: bool, size: i32, room: i32) -> usize {
    let mut count = 0_usize;
    while count < letters.len() {
        let next = letters.get(..count.saturating_add(1)).unwrap_or(letters);
        if width_of(next, bold, size) > room {
            break;
        }
        count = count.saturating_add(1);
    }
    count
}
