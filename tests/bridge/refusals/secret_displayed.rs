use secrets_config::Secret;

fn main() {
    let password = Secret::from("x");
    println!("{password}");
}
