//! Pairs of name and text, given by the caller.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::{Found, Layer, Text};
use crate::Origin;

pub(crate) struct Pairs(HashMap<String, Zeroizing<String>>);

impl Pairs {
    pub(crate) fn new<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        let wiped = |(name, text): (K, V)| (name.into(), Zeroizing::new(text.into()));
        Self(pairs.into_iter().map(wiped).collect())
    }
}

impl Layer for Pairs {
    #[inline]
    fn variable(&self, name: &str) -> Option<Found> {
        self.0.get(name).map(|text| Found::new(Text::Unicode(text.clone()), Origin::Pairs))
    }

    #[inline]
    fn place(&self) -> String {
        "given pairs".to_owned()
    }

    #[inline]
    fn names(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }
}
