//! The shipped policies as documents: what they say, that they say all of it, and that they need
//! nothing else.

use dictamen_engine::{
    Policy, PolicySource,
    words::{Document, Language},
};
use dictamen_lab::document::{html, markdown};

use crate::support::{PARAMETERS, source};

const LANGUAGES: [Language; 2] = [Language::Spanish, Language::English];
const POLICIES: [&str; 2] = ["nomina-personal-loan-mx", "starter-mx"];

fn document(source: &PolicySource, language: Language) -> Document {
    Policy::load(source)
        .unwrap()
        .policy
        .document(source, language)
}

#[test]
fn the_shipped_policies_in_both_languages() {
    for id in POLICIES {
        for language in LANGUAGES {
            let text = markdown(&document(&source(id), language), &PARAMETERS);
            insta::assert_snapshot!(format!("{id}_{}", language.tag()), text);
        }
    }
}

/// Text as it stands between tags or in Markdown.
fn bare(text: &str) -> String {
    text.replace('\\', "")
        .replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

#[test]
fn everything_a_policy_declares_is_in_its_document() {
    for id in POLICIES {
        let source = source(id);
        let policy = Policy::load(&source).unwrap().policy;
        for language in LANGUAGES {
            let words = policy.document(&source, language);
            for text in [markdown(&words, &PARAMETERS), html(&words, &PARAMETERS)] {
                let text = bare(&text);
                let has = |what: &str| assert!(text.contains(what), "{id}: {what}");
                for stage in policy.stages() {
                    has(&stage.name);
                    stage.rules.iter().for_each(|rule| has(&rule.code));
                }
                for param in policy.params() {
                    has(&param.name);
                    has(&param.source);
                }
                for reason in policy.reasons() {
                    has(&reason.code);
                    has(&reason.es_mx);
                    has(&reason.en);
                    reason.evidence.iter().for_each(|evidence| has(evidence));
                }
                for band in words.bands.iter().flat_map(|bands| &bands.bands) {
                    has(&band.scores);
                }
                for used in &words.characteristics {
                    has(used.name);
                    has(used.meaning);
                }
                has(&policy.stamp().hash);
                has(PARAMETERS.hash());
            }
        }
    }
}

/// Tags that are open at each step must be closed in turn.
fn assert_well_formed(page: &str) {
    let mut open: Vec<&str> = Vec::new();
    for piece in page.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        assert!(!text.contains('>') || open.contains(&"style"), "{text}");
        let name = tag.split_whitespace().next().unwrap();
        match name.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if ["!doctype", "meta"].contains(&name) => {}
            None => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

/// No tag and no style leads out of the page, and nothing runs in it.
fn assert_alone(page: &str) {
    let style = page.split("</style>").next().unwrap();
    let tags = page
        .split('<')
        .skip(1)
        .map(|piece| piece.split('>').next().unwrap());
    for tag in tags.chain([style]) {
        for foreign in [
            "://", "script", "link", "img", "src=", "href=", "url(", "@import",
        ] {
            assert!(!tag.contains(foreign), "{foreign} in {tag}");
        }
    }
}

#[test]
fn the_page_is_well_formed_and_needs_nothing_else() {
    for id in POLICIES {
        for language in LANGUAGES {
            let page = html(&document(&source(id), language), &PARAMETERS);
            assert_well_formed(&page);
            assert_alone(&page);
            assert!(page.contains(&format!("<html lang=\"{}\">", language.tag())));
        }
    }
}

#[test]
fn what_analysts_write_cannot_break_the_document() {
    let script = r#"// <script>alert("1")</script> & `code` and a lone ` tick
// | a | table | *bold* _it_ [x](http://example.com)
policy("t", "1");
// # no heading
let x = param("a|b`c", "<i>", "</td>", "<b onclick='x'>");
stage("<S|1>", DECLINE, [rule("K<1>", |a| a.product == x)]);
otherwise(APPROVE);
"#;
    let reasons = "[\"K<1>\"]\nes-MX = \"\"\"<p>\nuno | dos\"\"\"\nen = \"</main>\"\n";
    let hostile: PolicySource = [("policy.rhai", script), ("reasons.toml", reasons)]
        .map(|(path, text)| (path, text.as_bytes()))
        .into_iter()
        .collect();
    let words = document(&hostile, Language::English);
    let page = html(&words, &PARAMETERS);
    assert_well_formed(&page);
    assert!(!page.contains("<script") && !page.contains("<b onclick"));
    let text = markdown(&words, &PARAMETERS);
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let lines: Vec<&str> = text.lines().collect();
    let mut tables = 0;
    for pair in lines
        .windows(2)
        .filter(|pair| pair[0].starts_with('|') && pair[1].starts_with('|'))
    {
        tables += 1;
        assert_eq!(columns(pair[0]), columns(pair[1]), "{pair:?}");
    }
    assert!(tables > 10);
    insta::assert_snapshot!(text.split("## Dated").next().unwrap());
}
