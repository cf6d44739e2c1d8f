//! Rules of the `validator` crate on our own types.

use std::{borrow::Cow, net::IpAddr};

use ::validator::{AsRegex, ValidateEmail, ValidateIp, ValidateRegex, ValidateUrl};
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

impl<T: ValidateRegex + Zeroize> ValidateRegex for Secret<T> {
    fn validate_regex(&self, regex: impl AsRegex) -> bool {
        self.expose_secret().validate_regex(regex)
    }
}

/// What the crate itself does for any text would leave a copy of it behind.
impl<T: AsRef<str> + Zeroize> ValidateIp for Secret<T> {
    fn validate_ipv4(&self) -> bool {
        ip(self).is_some_and(|ip| ip.is_ipv4())
    }

    fn validate_ipv6(&self) -> bool {
        ip(self).is_some_and(|ip| ip.is_ipv6())
    }

    fn validate_ip(&self) -> bool {
        ip(self).is_some()
    }
}

fn ip<T: AsRef<str> + Zeroize>(secret: &Secret<T>) -> Option<IpAddr> {
    secret.expose_secret().as_ref().parse().ok()
}
