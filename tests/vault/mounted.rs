//! A Secret as the kubelet mounts it.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

/// A directory with a link for each key, which leads through `..data` to the files of one version. A new version is
/// written beside the old one, and `..data` swapped at once.
#[derive(Debug)]
pub struct Mounted {
    directory: TempDir,
    version: usize,
}

impl Mounted {
    /// Mounts a Secret with these keys.
    #[must_use]
    pub fn new(keys: &[(&str, &str)]) -> Self {
        let mut mounted = Self { directory: tempfile::tempdir().unwrap(), version: 0 };
        mounted.swap(keys);
        for (key, _) in keys {
            symlink(Path::new("..data").join(key), mounted.path(key)).unwrap();
        }
        mounted
    }

    /// Puts another version in place.
    pub fn swap(&mut self, keys: &[(&str, &str)]) {
        let root = self.directory.path();
        let old = format!("..version_{}", self.version);
        self.version += 1;
        let new = format!("..version_{}", self.version);
        fs::create_dir(root.join(&new)).unwrap();
        for (key, text) in keys {
            fs::write(root.join(&new).join(key), text).unwrap();
        }
        symlink(&new, root.join("..data_tmp")).unwrap();
        fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
        // The first version has none before it.
        let _first = fs::remove_dir_all(root.join(old));
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.directory.path()
    }

    /// The path of a key.
    #[must_use]
    pub fn path(&self, key: &str) -> PathBuf {
        self.directory.path().join(key)
    }
}
