//! The command line.

/// What the command line asks for.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Only say whether the environment is good.
    pub check: bool,
    /// Say it in JSON.
    pub json: bool,
}

impl Arguments {
    const USAGE: &'static str = "usage: eso-bridge [--check [--format text|json]]";

    /// Reads the arguments after the program's name.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, &'static str> {
        let mut parsed = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--check" => parsed.check = true,
                "--format" => match arguments.next().as_deref() {
                    Some("json") => parsed.json = true,
                    Some("text") => parsed.json = false,
                    _ => return Err(Self::USAGE),
                },
                _ => return Err(Self::USAGE),
            }
        }
        Ok(parsed)
    }
}
