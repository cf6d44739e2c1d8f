//! The logins of one server, whichever it is.

/// Whoever makes logins and takes them back.
pub trait Logins {
    /// Makes a login and publishes it. The one before is dropped when nobody holds it any more.
    fn rotate(&mut self) -> impl Future<Output = ()>;

    /// How many logins there are.
    fn logins(&self) -> impl Future<Output = i64>;

    /// How many sessions there are of all logins together.
    fn sessions(&self) -> impl Future<Output = i64>;
}
