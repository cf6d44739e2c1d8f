use std::fmt;

use secrets_config::Secret;

struct Login {
    user: String,
    password: Secret<String>,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.user, self.password)
    }
}

fn main() {}
