//! The report as a person reads it in a pod's log.

use std::fmt;

use crate::Problem;

/// Writes a heading and a block a problem, variables and kinds in columns.
pub(super) fn write(f: &mut fmt::Formatter<'_>, settings: &str, problems: &[Problem]) -> fmt::Result {
    let count = problems.len();
    let noun = if count == 1 { "problem" } else { "problems" };
    writeln!(f, "error: the configuration ({settings}) has {count} {noun}\n")?;
    let variables = widest(problems, |problem| problem.variable().chars().count());
    let kinds = widest(problems, |problem| problem.kind().as_str().len());
    for problem in problems {
        write!(
            f,
            "  {:variables$}  {:kinds$}  expected {}",
            problem.variable(),
            problem.kind(),
            problem.expected()
        )?;
        if let Some(found) = problem.found() {
            write!(f, ", found {found}")?;
        }
        writeln!(f)?;
        let indent = variables + kinds + 6;
        writeln!(f, "{:indent$}{}", "", Place(problem))?;
        if let Some(hint) = problem.hint() {
            writeln!(f, "{:indent$}hint: {hint}", "")?;
        }
        if !problem.doc().is_empty() {
            writeln!(f, "{:indent$}about: {}", "", problem.doc())?;
        }
    }
    Ok(())
}

fn widest(problems: &[Problem], width: impl Fn(&Problem) -> usize) -> usize {
    problems.iter().map(width).max().unwrap_or(0)
}

/// Where the value was found, or where it should have been.
struct Place<'a>(&'a Problem);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = if self.0.kind() == crate::Kind::Missing { "looked in" } else { "set in" };
        write!(f, "{verb}: {}", self.0.origin())
    }
}
