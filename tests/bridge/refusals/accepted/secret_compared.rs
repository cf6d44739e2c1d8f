use secrets_config::Secret;

fn main() {
    let password = Secret::from("x");
    assert!(password == Secret::from("x"));
    assert!(password.expose_secret() == "x");
}
