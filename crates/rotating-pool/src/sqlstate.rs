//! The codes of errors that are about a login.

use crate::adapter::Reason;

/// Returns what a failure to connect with this code is about. Codes are SQLSTATE; MySQL's own numbers do not clash.
pub(crate) fn reason(code: &str) -> Reason {
    match code {
        // invalid_password, invalid_authorization_specification; of MySQL also an account that is locked (of MariaDB
        // 4151), and a password that is too old
        "28P01" | "28000" | "1045" | "1698" | "1862" | "3118" | "4151" => Reason::Refused,
        // insufficient_privilege; access to a database, a command, a column, and special rights of MySQL
        "42501" | "1044" | "1142" | "1143" | "1227" => Reason::Denied,
        // protocol_violation: of PgBouncer, whatever it refuses a connection for
        "08P01" => Reason::Unclear,
        // too_many_connections, for PostgreSQL; the server's, the user's, and the account's of MySQL
        "53300" | "1040" | "1203" | "1226" => Reason::Full,
        // no connection, out of something, ended or about to start, trouble of the server's own; of MySQL that it shuts
        // down, has no memory or thread, or blocks the host
        NO_LOGIN | "1041" | "1053" | "1129" | "1135" | "3032" => Reason::Other,
        _ if ["08", "53", "57", "58", "XX"]
            .iter()
            .any(|class| code.len() == 5 && code.starts_with(class)) =>
        {
            Reason::Other
        }
        _ => Reason::Answer,
    }
}

/// Returns whether a statement with this error may have met a login that was taken back.
pub(crate) fn is_denial(code: &str) -> bool {
    // insufficient_privilege, undefined_object: PostgreSQL's answer to a role that was dropped; access to a database, a
    // table, a column, special rights, and a routine of MySQL
    matches!(code, "42501" | "42704" | "1044" | "1142" | "1143" | "1227" | "1370")
}

/// Returns whether the session was ended by an administrator's command, which is how ours are ended.
pub(crate) fn is_ended(code: &str) -> bool {
    code == ENDED
}

/// Stands for an end that the server has told, or the driver noticed.
pub(crate) const ENDED: &str = "57P01";

/// Stands for a connection that was not even tried, because there is no login for it.
pub(crate) const NO_LOGIN: &str = "no login";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_account_of_mysql_and_one_whose_password_is_too_old_are_refused() {
        assert_eq!(["3118", "4151", "1862"].map(reason), [Reason::Refused; 3]);
    }

    #[test]
    fn a_server_that_starts_or_has_no_memory_says_nothing_of_a_login() {
        assert_eq!(["57P03", "53200", "08006", NO_LOGIN].map(reason), [Reason::Other; 4]);
        assert_eq!(["42P01", "3D000"].map(reason), [Reason::Answer; 2]);
    }
}
