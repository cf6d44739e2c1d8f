//! The unprivileged user PostgreSQL runs as when the owner is root.

use std::{fs, path::Path};

use tokio::process::Command;

use crate::{Error, Result};

/// A user of this machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

impl Account {
    /// Returns `None` when this process is not root and needs no other user.
    pub(super) fn choose() -> Result<Option<Self>> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let users = fs::read_to_string("/etc/passwd").map_err(Error::io("read the list of users"))?;
        let found = ["postgres", "nobody"].iter().find_map(|name| Self::named(name, &users));
        found.map(Some).ok_or(Error::NoAccount)
    }

    fn named(name: &str, users: &str) -> Option<Self> {
        users.lines().find_map(|line| {
            let mut fields = line.split(':');
            let (user, _password, uid, gid) =
                (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
            (user == name).then_some(())?;
            // macOS writes its `nobody` as -2.
            let id = |text: &str| text.parse::<i64>().ok().map(|id| id as u32);
            Some(Self { uid: id(uid)?, gid: id(gid)? })
        })
    }

    /// Tells whether this user can run the program.
    pub(super) async fn can_run(self, program: &Path) -> bool {
        let tried =
            Command::new(program).arg("--version").current_dir("/").uid(self.uid).gid(self.gid).output();
        tried.await.is_ok_and(|output| output.status.success())
    }
}
