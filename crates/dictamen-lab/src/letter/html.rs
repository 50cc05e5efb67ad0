//! A letter as one HTML page.

use dictamen_engine::words::Language;
use pulldown_cmark::{Event, Parser, html};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1c1c1c;background:#fff;\
max-width:42rem;margin:2.5rem auto;padding:0 1.25rem}h1{font-size:1.5rem;line-height:1.25}\
h2{font-size:1.1rem;margin-top:1.75rem}li{margin:.3rem 0}\
@media print{body{margin:0;max-width:none}}";

/// Writes the page. HTML in the template is shown as it is written.
pub(super) fn page(markdown: &str, language: Language) -> String {
    let events = Parser::new(markdown).map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        other => other,
    });
    let mut body = String::new();
    html::push_html(&mut body, events);
    let title = language.pick("Respuesta a su solicitud", "Answer to your application");
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n",
        language.tag()
    )
}
