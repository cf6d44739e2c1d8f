//! What Vault was asked for, by kind.

use std::ops::Sub;

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Asked {
    pub(crate) logins: usize,
    pub(crate) token_renewals: usize,
    pub(crate) reads: usize,
    pub(crate) renewals: usize,
    pub(crate) revocations: usize,
    pub(crate) others: usize,
}

impl Asked {
    /// Counts requests by their paths below `/v1/`.
    pub(crate) fn of<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut asked = Self::default();
        for path in paths {
            let kind = match path {
                "auth/approle/login" => &mut asked.logins,
                "auth/token/renew-self" => &mut asked.token_renewals,
                "sys/leases/renew" => &mut asked.renewals,
                "sys/leases/revoke" | "auth/token/revoke-self" => &mut asked.revocations,
                _ if path.starts_with("database/creds/") => &mut asked.reads,
                _ => &mut asked.others,
            };
            *kind += 1;
        }
        asked
    }

    pub(crate) fn total(&self) -> usize {
        self.logins + self.token_renewals + self.reads + self.renewals + self.revocations + self.others
    }

    pub(crate) fn cells(&self) -> String {
        let Self { logins, token_renewals, reads, renewals, revocations, others } = self;
        format!("{logins} | {token_renewals} | {reads} | {renewals} | {revocations} | {others}")
    }
}

impl Sub for Asked {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            logins: self.logins - before.logins,
            token_renewals: self.token_renewals - before.token_renewals,
            reads: self.reads - before.reads,
            renewals: self.renewals - before.renewals,
            revocations: self.revocations - before.revocations,
            others: self.others - before.others,
        }
    }
}
