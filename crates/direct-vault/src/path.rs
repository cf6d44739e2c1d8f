//! Paths of Vault's API.

use crate::Error;

/// Returns `path` as it is asked for, without slashes around it. It may end in a query.
///
/// A URL has no room for all that a path may hold: what would be left out of it, or would lead out of a mount, is
/// refused.
pub(crate) fn checked(path: &str) -> Result<String, Error> {
    let path = path.trim_matches('/');
    let (plain, _query) = path.split_once('?').unwrap_or((path, ""));
    // A browser takes these for slashes and dots, and so do the URLs here.
    let plain = plain.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    let plain = plain.replace('\\', "/");
    let leads_elsewhere = plain.split('/').any(|part| matches!(part, "." | ".."));
    if path.is_empty() || leads_elsewhere || path.chars().any(char::is_control) {
        return Err(Error::Path { path: path.to_owned() });
    }
    Ok(path.to_owned())
}

/// Returns the name of something below a mount, which may hold what means something in a URL.
pub(crate) fn escaped(name: &str) -> String {
    let escapes = [('%', "%25"), ('?', "%3F"), ('#', "%23"), ('\\', "%5C")];
    let name = name.trim_matches('/');
    escapes.iter().fold(name.to_owned(), |name, (character, escape)| name.replace(*character, escape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_elsewhere_is_refused() {
        for path in [
            "",
            "/",
            "secret/data/../../database/creds/app",
            "secret/data/.",
            "secret/data/%2e%2E/x",
            "secret/data/a%2F..%5c../x",
            r"secret/data/..\..\database",
            "secret/data/.\t./x",
            "secret/data/a\nb",
        ] {
            assert!(matches!(checked(path), Err(Error::Path { .. })), "{path:?}");
        }
    }

    #[test]
    fn a_path_with_dots_in_its_parts_is_one() {
        for path in ["secret/data/app.example/..x/v1.2", "pki/issue/app?x=../y"] {
            assert_eq!(checked(&format!("/{path}/")).unwrap(), path);
        }
    }

    #[test]
    fn a_name_keeps_what_means_something_in_a_url() {
        assert_eq!(escaped(r"/a?b#c%d\e/f"), "a%3Fb%23c%25d%5Ce/f");
    }
}
