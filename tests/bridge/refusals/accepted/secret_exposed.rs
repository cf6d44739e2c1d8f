use secrets_config::Secret;

fn takes_text(_: &str) {}

fn main() {
    let password = Secret::from("x");
    takes_text(password.expose_secret());
    let _: &str = password.expose_secret().as_ref();
    let _: String = password.expose_secret().to_string();
}
