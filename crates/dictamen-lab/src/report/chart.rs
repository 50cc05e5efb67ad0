//! Charts as SVG and HTML, drawn in whole tenths of a pixel.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{
    Bars, Curves,
    html::{escaped, inline},
    numbers::percent,
};

/// Size of a chart of curves, in its own units; it grows with the page.
const WIDTH: i64 = 720;
const HEIGHT: i64 = 300;
/// Space for what is written left of, below and above the curves.
const LEFT: i64 = 68;
const BELOW: i64 = 52;
const ABOVE: i64 = 16;
const RIGHT: i64 = 14;

/// Shares as bars: a line of text above each group of bars, so that long names fit a phone.
pub(super) fn bars(out: &mut String, bars: &Bars) {
    let most = bars
        .bars
        .iter()
        .flat_map(|bar| &bar.values)
        .map(|(share, _)| *share)
        .max();
    let most = most.filter(|most| !most.is_zero()).unwrap_or(Decimal::ONE);
    put!(
        out,
        "<figure class=\"bars\">\n<figcaption>{}",
        inline(&bars.title)
    );
    if bars.names.len() > 1 {
        out.push_str(" <span class=\"legend\">");
        for (at, name) in bars.names.iter().enumerate() {
            put!(
                out,
                "<span><span class=\"key s{at}\"></span>{}</span> ",
                escaped(name)
            );
        }
        out.push_str("</span>");
    }
    out.push_str("</figcaption>\n");
    for bar in &bars.bars {
        put!(
            out,
            "<div class=\"bar\"><div class=\"name\">{}</div><div class=\"tracks\">",
            inline(&bar.label)
        );
        for (at, (share, text)) in bar.values.iter().enumerate() {
            let class = if bars.names.len() > 1 { at } else { 1 };
            let width = permille(*share, most);
            let title = bars.names.get(at).map_or("", String::as_str);
            put!(
                out,
                "<div class=\"track\" title=\"{}\"><svg viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"s{class}\" width=\"{width}\" height=\"10\"/></svg><span>{}</span></div>",
                escaped(title),
                escaped(text)
            );
        }
        out.push_str("</div></div>\n");
    }
    out.push_str("</figure>\n");
}

fn permille(share: Decimal, most: Decimal) -> Decimal {
    let part = share
        .checked_div(most)
        .and_then(|part| part.checked_mul(Decimal::ONE_THOUSAND));
    let part = part.unwrap_or_default();
    part.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero)
}

/// Curves over a threshold, with a line where it stands today.
pub(super) fn curves(out: &mut String, curves: &Curves) {
    let xs = curves
        .curves
        .iter()
        .flat_map(|curve| curve.points.iter().map(|(x, _)| *x));
    let (Some(low), Some(high)) = (xs.clone().min(), xs.max()) else {
        return;
    };
    let plane = Plane { low, high };
    put!(
        out,
        "<figure class=\"curves\">\n<figcaption>{} <span class=\"legend\">",
        inline(&curves.title)
    );
    for (at, curve) in curves.curves.iter().enumerate() {
        put!(
            out,
            "<span><span class=\"key s{at}\"></span>{}</span> ",
            escaped(&curve.name)
        );
    }
    out.push_str("</span></figcaption>\n");
    let title = escaped(&curves.title);
    put!(
        out,
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\">\n"
    );
    for quarter in 0..=4_i64 {
        let share = Decimal::new(quarter.saturating_mul(25), 2);
        let y = Plane::y(share);
        put!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\"/><text x=\"{}\" y=\"{y}\" dy=\"4\" text-anchor=\"end\">{}</text>\n",
            WIDTH.saturating_sub(RIGHT),
            LEFT.saturating_sub(6),
            percent(Some(share)).replace(".0", "")
        );
    }
    let bottom = HEIGHT.saturating_sub(BELOW);
    for step in 0..=4_i64 {
        let part = Decimal::new(step.saturating_mul(25), 2);
        let width = high.checked_sub(low).unwrap_or_default();
        let x = width
            .checked_mul(part)
            .and_then(|x| x.checked_add(low))
            .unwrap_or(low);
        let anchor = match step {
            0 => "start",
            4 => "end",
            _ => "middle",
        };
        let label = x.round_dp(3).normalize();
        if step == 0 || step == 4 || high != low {
            put!(
                out,
                "<text x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{label}</text>\n",
                plane.x(x),
                bottom.saturating_add(20)
            );
        }
    }
    let middle = LEFT.saturating_add(WIDTH).checked_div(2).unwrap_or(0);
    let across = escaped(&curves.across.replace('`', ""));
    put!(
        out,
        "<text class=\"across\" x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{across}</text>\n",
        HEIGHT.saturating_sub(6)
    );
    if let Some(now) = curves.in_force.filter(|now| low <= *now && *now <= high) {
        let x = plane.x(now);
        put!(
            out,
            "<line class=\"now\" x1=\"{x}\" x2=\"{x}\" y1=\"{ABOVE}\" y2=\"{bottom}\"/>\n"
        );
    }
    for (at, curve) in curves.curves.iter().enumerate() {
        let points = curve
            .points
            .iter()
            .map(|(x, y)| format!("{},{}", plane.x(*x), Plane::y(*y)));
        let points = points.collect::<Vec<_>>().join(" ");
        put!(out, "<polyline class=\"s{at}\" points=\"{points}\"/>\n");
    }
    out.push_str("</svg>\n</figure>\n");
}

/// Where values lie on the page.
struct Plane {
    low: Decimal,
    high: Decimal,
}

impl Plane {
    fn x(&self, value: Decimal) -> Decimal {
        let width = WIDTH.saturating_sub(LEFT).saturating_sub(RIGHT);
        let all = self.high.checked_sub(self.low).filter(|all| !all.is_zero());
        let part = value
            .checked_sub(self.low)
            .zip(all)
            .and_then(|(v, all)| v.checked_div(all));
        at(LEFT, width, part.unwrap_or_default())
    }

    fn y(share: Decimal) -> Decimal {
        let height = HEIGHT.saturating_sub(BELOW).saturating_sub(ABOVE);
        let rest = Decimal::ONE.checked_sub(share).unwrap_or_default();
        at(ABOVE, height, rest)
    }
}

fn at(from: i64, width: i64, part: Decimal) -> Decimal {
    let place = part
        .checked_mul(width.into())
        .and_then(|place| place.checked_add(from.into()));
    place.unwrap_or_default().round_dp(1)
}
