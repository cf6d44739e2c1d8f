use secrets_config::Config;

#[derive(Config)]
#[config(check(ordered, first, last))]
struct Settings {
    first: u16,
    #[config(required_if(fist = 1))]
    second: Option<u16>,
    #[validate(must_match(other = "thrid"))]
    third: u16,
}

fn ordered(_: &u16, _: &u16) -> Result<(), String> {
    Ok(())
}

fn main() {}
