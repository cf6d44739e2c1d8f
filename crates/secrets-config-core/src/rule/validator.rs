//! Rules of the `validator` crate on our own types.

use std::borrow::Cow;

use ::validator::{ValidateEmail, ValidateUrl};
use zeroize::Zeroize;

use crate::Secret;

impl<T: ValidateEmail + Zeroize> ValidateEmail for Secret<T> {
    fn as_email_string(&self) -> Option<Cow<'_, str>> {
        self.expose_secret().as_email_string()
    }
}

impl<T: ValidateUrl + Zeroize> ValidateUrl for Secret<T> {
    fn as_url_string(&self) -> Option<Cow<'_, str>> {
        self.expose_secret().as_url_string()
    }
}
