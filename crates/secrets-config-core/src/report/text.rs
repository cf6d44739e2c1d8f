//! The report as a person reads it in a pod's log.

use std::fmt;

use super::{
    Report,
    style::{Part, Style},
};
use crate::{Kind, Problem};

/// What a person does about a problem.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Remedy {
    Set,
    Correct,
    Remove,
}

impl Remedy {
    const ALL: [Self; 3] = [Self::Set, Self::Correct, Self::Remove];

    fn of(problem: &Problem) -> Self {
        match problem.kind() {
            Kind::Missing | Kind::Empty | Kind::Blank => Self::Set,
            Kind::Unknown => Self::Remove,
            Kind::NotUnicode
            | Kind::Conflict
            | Kind::Invalid
            | Kind::OutOfRange
            | Kind::File
            | Kind::Placeholder
            | Kind::Rule => Self::Correct,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Set => "to set",
            Self::Correct => "to correct",
            Self::Remove => "to remove or rename",
        }
    }
}

/// Writes a heading and, by what is to be done, a block a problem, variables and kinds in columns.
pub(super) fn write(f: &mut fmt::Formatter<'_>, report: &Report, style: Style) -> fmt::Result {
    let Report { settings, problems } = report;
    let noun = if problems.len() == 1 { "problem" } else { "problems" };
    let heading = format!("error: the configuration ({settings}) has {} {noun}", problems.len());
    writeln!(f, "{}", style.paint(Part::Heading, &heading))?;
    let columns = Columns {
        variable: widest(problems, |problem| problem.variable().chars().count()),
        kind: widest(problems, |problem| problem.kind().as_str().len()),
    };
    for remedy in Remedy::ALL {
        let group: Vec<_> = problems.iter().filter(|problem| Remedy::of(problem) == remedy).collect();
        if !group.is_empty() {
            writeln!(f, "\n{}", style.paint(Part::Heading, &remedy.heading()))?;
        }
        group.into_iter().try_for_each(|problem| columns.write(f, problem, style))?;
    }
    Ok(())
}

fn widest(problems: &[Problem], width: impl Fn(&Problem) -> usize) -> usize {
    problems.iter().map(width).max().unwrap_or(0)
}

struct Columns {
    variable: usize,
    kind: usize,
}

impl Columns {
    fn write(&self, f: &mut fmt::Formatter<'_>, problem: &Problem, style: Style) -> fmt::Result {
        let Self { variable, kind } = *self;
        let (name, word) = (problem.variable(), problem.kind());
        let (name, word) = (style.paint(Part::Variable, &name), style.paint(Part::Kind, &word));
        write!(f, "  {name:variable$}  {word:kind$}  expected {}", problem.expected())?;
        if let Some(found) = problem.found() {
            write!(f, ", found {found}")?;
        }
        writeln!(f)?;
        let verb = if problem.kind() == Kind::Missing { "looked in" } else { "set in" };
        let about = Some(problem.doc()).filter(|doc| !doc.is_empty());
        let lines = [
            (Part::Aside, verb, Some(problem.origin())),
            (Part::Hint, "hint", problem.hint()),
            (Part::Aside, "about", about),
        ];
        let indent = variable + kind + 6;
        for (part, heading, text) in lines {
            if let Some(text) = text {
                writeln!(f, "{:indent$}{}", "", style.paint(part, &format_args!("{heading}: {text}")))?;
            }
        }
        Ok(())
    }
}
