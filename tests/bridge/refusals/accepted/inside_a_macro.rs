use secrets_config::Config;

macro_rules! settings {
    ($name:ident { $(#[$attribute:meta])* $field:ident: $($ty:tt)+ }) => {
        #[derive(Config)]
        struct $name {
            $(#[$attribute])*
            $field: $($ty)+,
        }
    };
}

settings!(Ruled { #[validate(custom(function = even), range(min = 1))] port: u16 });
settings!(Parsed { #[config(parse = str::parse::<u16>)] port: Option<u16> });

fn even(port: &u16) -> Result<(), &'static str> {
    if port % 2 == 0 { Ok(()) } else { Err("an even number") }
}

fn main() {
    assert!(Ruled::from_pairs([("PORT", "3")]).is_err());
    assert_eq!(Ruled::from_pairs([("PORT", "4")]).unwrap().port, 4);
    assert_eq!(Parsed::from_pairs([("PORT", "4")]).unwrap().port, Some(4));
}
