//! A directory of secrets: one file a value, as Kubernetes and Docker mount them.

mod source;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub(crate) use self::source::DirectoryLayer;
use super::{FileError, Text, read_file};

/// A directory whose files are named after variables.
#[derive(Debug)]
pub(crate) struct Directory {
    /// Without symbolic links, so that what lies inside begins with it.
    root: PathBuf,
}

/// Why a directory gives no answer.
pub(crate) enum DirectoryError {
    /// More than one spelling of the name is there.
    Conflict {
        paths: Vec<PathBuf>,
    },
    /// A symbolic link leads out of the directory.
    Outside {
        path: PathBuf,
    },
    File {
        path: PathBuf,
        error: FileError,
    },
}

impl Directory {
    #[inline]
    pub(crate) fn open(path: &Path) -> Result<Self, FileError> {
        let root = fs::canonicalize(path).map_err(FileError::Io)?;
        if !root.is_dir() {
            return Err(FileError::Io(io::ErrorKind::NotADirectory.into()));
        }
        Ok(Self { root })
    }

    /// Returns the text of the file for `name` inside the nested `folders`, and the path it is seen under.
    ///
    /// Each name may be spelled `DB_PASSWORD`, `db_password` or `db-password`.
    #[inline]
    pub(crate) fn get(
        &self,
        folders: &[&str],
        name: &str,
    ) -> Result<Option<(Text, PathBuf)>, DirectoryError> {
        let mut answer = self.look_up(folders, name);
        for _ in 1..MAX_ATTEMPTS {
            // Kubernetes removes the old files as soon as the links lead to the new ones.
            if answer.as_ref().err().is_none_or(|error| !error.is_gone()) {
                break;
            }
            answer = self.look_up(folders, name);
        }
        answer
    }

    /// Returns the names of the files that are not hidden, in alphabetical order.
    #[inline]
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = visible_names(&self.root).unwrap_or_default();
        names.retain(|name| self.root.join(name).is_file());
        names
    }

    #[inline]
    fn look_up(&self, folders: &[&str], name: &str) -> Result<Option<(Text, PathBuf)>, DirectoryError> {
        let mut places = vec![self.root.clone()];
        for folder in folders {
            places = self.spelled_like(folder, &places)?;
            places.retain(|place| !place.is_file());
        }
        let mut paths = self.spelled_like(name, &places)?;
        if paths.len() > 1 {
            return Err(DirectoryError::Conflict { paths });
        }
        paths.pop().map(|path| self.read(path)).transpose()
    }

    /// Returns the paths in any of `places` that are a spelling of `name`.
    ///
    /// The places are listed rather than probed: where case is ignored, one file answers to two spellings.
    #[inline]
    fn spelled_like(&self, name: &str, places: &[PathBuf]) -> Result<Vec<PathBuf>, DirectoryError> {
        let spellings = spellings(name);
        let mut paths = Vec::new();
        for place in places {
            let listed = self.inside(place)?;
            let names = visible_names(&listed).map_err(|error| unreadable(place, error))?;
            // A link that leads elsewhere by now: the files may have been removed while they were listed.
            if self.inside(place)? != listed {
                return Err(unreadable(place, io::ErrorKind::NotFound.into()));
            }
            paths.extend(names.iter().filter(|name| spellings.contains(name)).map(|name| place.join(name)));
        }
        Ok(paths)
    }

    /// Reads what `path` leads to now: a link that is followed a second time may lead elsewhere.
    #[inline]
    fn read(&self, path: PathBuf) -> Result<(Text, PathBuf), DirectoryError> {
        match read_file(&self.inside(&path)?) {
            Ok(text) => Ok((text, path)),
            Err(error) => Err(DirectoryError::File { path, error }),
        }
    }

    /// Returns where `path` leads to, if that is inside the directory.
    #[inline]
    fn inside(&self, path: &Path) -> Result<PathBuf, DirectoryError> {
        let target = fs::canonicalize(path).map_err(|error| unreadable(path, error))?;
        if target.starts_with(&self.root) {
            Ok(target)
        } else {
            Err(DirectoryError::Outside { path: path.to_owned() })
        }
    }
}

impl DirectoryError {
    #[inline]
    fn is_gone(&self) -> bool {
        matches!(self, Self::File { error: FileError::Io(error), .. } if error.kind() == io::ErrorKind::NotFound)
    }
}

#[inline]
fn unreadable(path: &Path, error: io::Error) -> DirectoryError {
    DirectoryError::File { path: path.to_owned(), error: FileError::Io(error) }
}

/// Returns the names in `directory` in alphabetical order, without the hidden ones such as `..data`.
#[inline]
fn visible_names(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        names.extend(entry?.file_name().into_string().ok().filter(|name| !name.starts_with('.')));
    }
    names.sort_unstable();
    Ok(names)
}

/// Returns the name itself, `SCREAMING_SNAKE_CASE`, `snake_case` and `kebab-case`.
#[inline]
fn spellings(name: &str) -> [String; 4] {
    let snake = name.to_ascii_lowercase().replace('-', "_");
    [name.to_owned(), snake.to_ascii_uppercase(), snake.replace('_', "-"), snake]
}

const MAX_ATTEMPTS: usize = 3;

#[cfg(test)]
mod tests {
    use std::{
        process,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    /// A directory to make files in, removed with all of them.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Self {
            static COUNT: AtomicUsize = AtomicUsize::new(0);
            let name = format!("secrets-config-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let path = std::env::temp_dir().join(name);
            fs::create_dir(&path).unwrap();
            Self(fs::canonicalize(path).unwrap())
        }

        fn file(&self, path: &str, text: &str) {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        #[cfg(unix)]
        fn link(&self, path: &str, target: &str) {
            let path = self.0.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(target, path).unwrap();
        }

        fn open(&self, path: &str) -> Directory {
            Directory::open(&self.0.join(path)).ok().unwrap()
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    /// Says in one line what the directory answers, paths without its own.
    fn answer(directory: &Directory, folders: &[&str], name: &str) -> String {
        let seen = |path: &Path| path.strip_prefix(&directory.root).unwrap().display().to_string();
        match directory.get(folders, name) {
            Ok(None) => "nothing".to_owned(),
            Ok(Some((Text::Unicode(text), path))) => format!("{}: {}", seen(&path), *text),
            Ok(Some((Text::NotUnicode, path))) => format!("{}: not UTF-8", seen(&path)),
            Err(DirectoryError::Conflict { paths }) => {
                let paths: Vec<_> = paths.iter().map(|path| seen(path)).collect();
                format!("conflict of {}", paths.join(" and "))
            }
            Err(DirectoryError::Outside { path }) => format!("{} leads outside", seen(&path)),
            Err(DirectoryError::File { path, error }) => match error {
                FileError::Io(error) => format!("{}: {}", seen(&path), error.kind()),
                FileError::Directory => format!("{} is a directory", seen(&path)),
                FileError::TooLarge => format!("{} is too large", seen(&path)),
            },
        }
    }

    #[test]
    fn a_file_answers_by_any_spelling_of_its_variable() {
        for file in ["DB_PASSWORD", "db_password", "db-password"] {
            let scratch = Scratch::new();
            scratch.file(file, "hunter2\n");
            let directory = scratch.open("");
            assert_eq!(answer(&directory, &[], "DB_PASSWORD"), format!("{file}: hunter2"));
            assert_eq!(answer(&directory, &[], "PASSWORD"), "nothing");
            assert_eq!(directory.names(), [file]);
        }
    }

    #[test]
    fn a_variable_of_mixed_case_has_a_file_of_its_name() {
        let scratch = Scratch::new();
        scratch.file("dbPassword", "hunter2");
        assert_eq!(answer(&scratch.open(""), &[], "dbPassword"), "dbPassword: hunter2");
    }

    #[test]
    fn two_spellings_are_a_conflict() {
        let scratch = Scratch::new();
        scratch.file("db-password", "one");
        scratch.file("db_password", "two");
        assert_eq!(answer(&scratch.open(""), &[], "DB_PASSWORD"), "conflict of db-password and db_password");
    }

    #[test]
    fn a_nested_struct_is_a_folder() {
        let scratch = Scratch::new();
        scratch.file("read-replica/user", "reader");
        scratch.file("READ_REPLICA/pool/MAX_SIZE", "4");
        let directory = scratch.open("");
        assert_eq!(answer(&directory, &["read_replica"], "user"), "read-replica/user: reader");
        assert_eq!(
            answer(&directory, &["read_replica", "pool"], "max_size"),
            "READ_REPLICA/pool/MAX_SIZE: 4"
        );
        assert_eq!(answer(&directory, &["read_replica", "tls"], "ca"), "nothing");
        scratch.file("read_replica/USER", "writer");
        assert_eq!(
            answer(&directory, &["read_replica"], "user"),
            "conflict of read-replica/user and read_replica/USER"
        );
        assert!(directory.names().is_empty(), "the folders are not files");
    }

    #[test]
    fn a_file_with_the_name_of_a_folder_is_no_matter() {
        let scratch = Scratch::new();
        scratch.file("tls", "true");
        assert_eq!(answer(&scratch.open(""), &["tls"], "ca"), "nothing");
    }

    #[test]
    fn what_holds_no_value_is_named() {
        let scratch = Scratch::new();
        scratch.file("folder/file", "");
        scratch.file("large", &"x".repeat(super::super::MAX_FILE_BYTES + 1));
        let directory = scratch.open("");
        assert_eq!(answer(&directory, &[], "FOLDER"), "folder is a directory");
        assert_eq!(answer(&directory, &[], "LARGE"), "large is too large");
        fs::write(scratch.0.join("bytes"), b"\xff").unwrap();
        assert_eq!(answer(&directory, &[], "BYTES"), "bytes: not UTF-8");
    }

    #[test]
    fn a_hidden_file_is_never_matched() {
        let scratch = Scratch::new();
        scratch.file(".token", "hunter2");
        let directory = scratch.open("");
        assert_eq!(answer(&directory, &[], ".token"), "nothing");
        assert!(directory.names().is_empty());
    }

    #[test]
    fn a_path_in_a_name_leads_nowhere() {
        let scratch = Scratch::new();
        scratch.file("outside", "hunter2");
        scratch.file("secrets/folder/token", "hunter2");
        let directory = scratch.open("secrets");
        assert_eq!(answer(&directory, &[], "../outside"), "nothing");
        assert_eq!(answer(&directory, &[".."], "outside"), "nothing");
        assert_eq!(answer(&directory, &[], "folder/token"), "nothing");
    }

    #[test]
    fn only_a_directory_can_be_opened() {
        let scratch = Scratch::new();
        scratch.file("file", "");
        let kind = |path| match Directory::open(&scratch.0.join(path)) {
            Err(FileError::Io(error)) => Some(error.kind()),
            _ => None,
        };
        assert_eq!(kind("file"), Some(io::ErrorKind::NotADirectory));
        assert_eq!(kind("missing"), Some(io::ErrorKind::NotFound));
    }

    #[cfg(unix)]
    #[test]
    fn what_leads_outside_is_refused() {
        let scratch = Scratch::new();
        scratch.file("outside/token", "hunter2-canary");
        // A sibling whose name begins like the directory's.
        scratch.file("secrets-old/token", "hunter2-canary");
        scratch.link("secrets/token", "../outside/token");
        scratch.link("secrets/old", "../secrets-old/token");
        scratch.link("secrets/folder", "../outside");
        let directory = scratch.open("secrets");
        assert_eq!(answer(&directory, &[], "TOKEN"), "token leads outside");
        assert_eq!(answer(&directory, &[], "OLD"), "old leads outside");
        assert_eq!(answer(&directory, &["folder"], "token"), "folder leads outside");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_nothing_is_not_an_absence() {
        let scratch = Scratch::new();
        scratch.link("token", "gone");
        scratch.link("folder", "gone");
        let directory = scratch.open("");
        assert_eq!(answer(&directory, &[], "TOKEN"), "token: entity not found");
        assert_eq!(answer(&directory, &["folder"], "token"), "folder: entity not found");
    }

    #[cfg(unix)]
    #[test]
    fn a_mount_of_kubernetes_is_followed_across_an_update() {
        let scratch = Scratch::new();
        scratch.file("..2024_01_01/db-password", "old\n");
        scratch.file("..2024_01_01/tls/key", "old key");
        scratch.link("..data", "..2024_01_01");
        scratch.link("db-password", "..data/db-password");
        scratch.link("tls", "..data/tls");
        let directory = scratch.open("");
        assert_eq!(answer(&directory, &[], "DB_PASSWORD"), "db-password: old");
        assert_eq!(answer(&directory, &["tls"], "key"), "tls/key: old key");
        assert_eq!(directory.names(), ["db-password"]);

        scratch.file("..2024_02_02/db-password", "new\n");
        scratch.file("..2024_02_02/tls/key", "new key");
        scratch.link("..data_tmp", "..2024_02_02");
        fs::rename(scratch.0.join("..data_tmp"), scratch.0.join("..data")).unwrap();
        fs::remove_dir_all(scratch.0.join("..2024_01_01")).unwrap();
        assert_eq!(answer(&directory, &[], "DB_PASSWORD"), "db-password: new");
        assert_eq!(answer(&directory, &["tls"], "key"), "tls/key: new key");
    }
}
