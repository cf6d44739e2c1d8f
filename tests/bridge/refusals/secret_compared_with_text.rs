use secrets_config::Secret;

fn main() {
    let password = Secret::from("x");
    let _ = password == "x";
}
