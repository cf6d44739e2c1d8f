//! The codes of errors that are about a login.

use crate::adapter::Reason;

/// Returns what a failure to connect with this code is about. Codes are SQLSTATE; MySQL's own numbers do not clash.
pub(crate) fn reason(code: &str) -> Reason {
    match code {
        // invalid_password, invalid_authorization_specification
        "28P01" | "28000" | "1045" | "1698" => Reason::Refused,
        // protocol_violation: of PgBouncer, whatever it refuses a connection for
        "08P01" => Reason::Unclear,
        // too_many_connections, for PostgreSQL; the server's, the user's, and the account's of MySQL
        "53300" | "1040" | "1203" | "1226" => Reason::Full,
        _ => Reason::Other,
    }
}

/// Returns whether a statement with this error may have met a login that was taken back.
pub(crate) fn is_denial(code: &str) -> bool {
    // insufficient_privilege, undefined_object: PostgreSQL's answer to a role that was dropped
    matches!(code, "42501" | "42704")
}

/// Returns whether the session was ended by an administrator's command, which is how ours are ended.
pub(crate) fn is_ended(code: &str) -> bool {
    code == ENDED
}

/// Stands for an end that the server has told, or the driver noticed.
pub(crate) const ENDED: &str = "57P01";

/// Stands for a connection that was not even tried, because there is no login for it.
pub(crate) const NO_LOGIN: &str = "no login";
