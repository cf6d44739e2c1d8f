use secrets_config::Secret;

fn takes_text(_: &str) {}

fn main() {
    let password = Secret::from("x");
    takes_text(&password);
    let _: String = password.to_string();
}
