//! The requests of the fleet as a picture: `cargo xtask bench fleet` writes `docs/direct-vault/fleet.svg`.

use std::{env, fmt::Write, fs};

use super::{Load, SEALED, UNSEALED};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 150.0;
const LEFT: f64 = 60.0;

/// Writes the picture to the file that the variable names, if it is set.
#[expect(clippy::disallowed_methods, reason = "the rule is about the settings of applications")]
pub(super) fn write(load: &Load) {
    if let Some(file) = env::var_os("FLEET_SVG") {
        fs::write(file, picture(load)).unwrap();
    }
}

/// A part of the time, one bar each `step` seconds.
struct Panel<'a> {
    title: &'a str,
    from: usize,
    to: usize,
    step: usize,
    unit: (f64, &'a str),
    /// The seconds whose mean is drawn.
    mean_of: (usize, usize),
}

fn picture(load: &Load) -> String {
    let [sealed, unsealed] = [SEALED, UNSEALED].map(|time| time.as_secs() as usize);
    let panels = [
        Panel {
            title: "The start: requests in each second",
            from: 0,
            to: 20,
            step: 1,
            unit: (1.0, "s"),
            mean_of: (0, load.started),
        },
        Panel {
            title: "Eight hours with tokens of one hour, four at most: requests a second over each minute, and in its fullest \
                    second",
            from: load.started,
            to: sealed,
            step: 60,
            unit: (3600.0, "h"),
            mean_of: (load.started, sealed),
        },
        Panel {
            title: "The unsealing after seventy minutes: requests in each second, before it health checks",
            from: unsealed - 10,
            to: unsealed + 20,
            step: 1,
            unit: (1.0, "s"),
            mean_of: (unsealed, load.recovered),
        },
    ];
    let height = panels.len() as f64 * (HEIGHT + 70.0);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"960\" height=\"{height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (index, panel) in panels.iter().enumerate() {
        draw(&mut svg, load, panel, 30.0 + index as f64 * (HEIGHT + 70.0));
    }
    svg.push_str("</svg>\n");
    svg
}

fn draw(svg: &mut String, load: &Load, panel: &Panel<'_>, top: f64) {
    let rate =
        |seconds: &[u32]| seconds.iter().map(|count| f64::from(*count)).sum::<f64>() / seconds.len() as f64;
    let rates: Vec<_> = load.requests[panel.from..panel.to].chunks(panel.step).map(rate).collect();
    let mean = rate(&load.requests[panel.mean_of.0..panel.mean_of.1]);
    let fullest = load.requests[panel.from..panel.to].chunks(panel.step).map(|seconds| {
        let most = seconds.iter().max().copied();
        f64::from(most.unwrap_or_default())
    });
    let fullest: Vec<_> = fullest.collect();
    let most = fullest.iter().copied().fold(3.2 * mean, f64::max);
    let bottom = top + HEIGHT;
    let height = |rate: f64| HEIGHT * rate / most;
    let width = WIDTH / rates.len() as f64;
    let mut line = |text: std::fmt::Arguments<'_>| {
        let _written = writeln!(svg, "{text}");
    };
    line(format_args!("<text x=\"{LEFT}\" y=\"{:.1}\">{}</text>", top - 8.0, panel.title));
    for (heights, colour) in [(&fullest, "#b9cde4"), (&rates, "#4a7ab5")] {
        let mut bars = String::new();
        for (index, rate) in heights.iter().enumerate() {
            let x = LEFT + index as f64 * width;
            let _written = write!(bars, "M{x:.1} {bottom:.1}v{:.1}h{width:.2}V{bottom:.1}z", -height(*rate));
        }
        line(format_args!("<path d=\"{bars}\" fill=\"{colour}\"/>"));
    }
    for (times, colour, name) in [(1.0, "#2a2", "mean"), (3.0, "#c33", "3 x mean")] {
        let y = bottom - height(times * mean);
        line(format_args!(
            "<path d=\"M{LEFT} {y:.1}h{WIDTH}\" stroke=\"{colour}\"/><text x=\"{:.1}\" y=\"{:.1}\" fill=\"{colour}\" \
             text-anchor=\"end\">{name}: {:.0}/s</text>",
            LEFT + WIDTH,
            y - 3.0,
            times * mean
        ));
    }
    let (second, unit) = panel.unit;
    for tick in 0..=4 {
        let x = LEFT + WIDTH * f64::from(tick) / 4.0;
        let from = if panel.from < load.started { 0.0 } else { panel.from as f64 - (panel.mean_of.0 as f64) };
        let time = (from + (panel.to - panel.from) as f64 * f64::from(tick) / 4.0) / second;
        let y = bottom + 15.0;
        line(format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{time:.0} {unit}</text>"));
    }
    line(format_args!(
        "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{most:.0}</text>",
        LEFT - 6.0,
        top + 10.0
    ));
    line(format_args!("<text x=\"{:.1}\" y=\"{bottom:.1}\" text-anchor=\"end\">0</text>", LEFT - 6.0));
}
