use std::fmt;

use secrets_config::Secret;
use serde::Serialize;

#[derive(Debug, Serialize)]
struct Login {
    user: String,
    password: Secret<String>,
}

impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{:?}", self.user, self.password)
    }
}

fn main() {
    let login = Login { user: "me".to_owned(), password: Secret::from("hunter2-canary") };
    assert_eq!(login.to_string(), "me:[REDACTED]");
    assert_eq!(serde_json::to_string(&login).unwrap(), r#"{"user":"me","password":"[REDACTED]"}"#);
}
