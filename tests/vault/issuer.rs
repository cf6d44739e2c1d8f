//! Somebody who signs statements.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use rcgen::KeyPair;
use serde_json::{Value, json};

/// An issuer of JWTs with a key of its own.
#[derive(Debug)]
pub struct Issuer {
    key: EcdsaKeyPair,
    public_key: String,
}

impl Issuer {
    /// Makes an issuer.
    #[must_use]
    pub fn new() -> Self {
        let pair = KeyPair::generate().unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pair.serialize_der()).unwrap();
        Self { key, public_key: pair.public_key_pem() }
    }

    /// The public key, as PEM.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// Signs the claims with ES256.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT" });
        let signed =
            format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", base64(signature.as_ref()))
    }
}

impl Default for Issuer {
    fn default() -> Self {
        Self::new()
    }
}

/// Writes bytes for a URL, without padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let letters = bytes.chunks(3).flat_map(|chunk| {
        let bits =
            chunk.iter().enumerate().fold(0, |bits, (i, byte)| bits | (usize::from(*byte) << (16 - 8 * i)));
        (0..=chunk.len()).map(move |i| char::from(LETTERS[(bits >> (18 - 6 * i)) & 63]))
    });
    letters.collect()
}
