//! Bodies of requests and answers, which hold secrets and are wiped.

use serde::Serialize;
use zeroize::Zeroizing;

/// The largest answer that is read.
const MOST: usize = 1 << 20;

/// Why a body could not be read.
pub(super) enum Failed {
    Network(reqwest::Error),
    TooLarge,
}

/// Writes `value` as JSON. `room` is at least the length of the texts in it, so that the buffer never moves.
pub(super) fn json(value: &impl Serialize, room: usize) -> Zeroizing<Vec<u8>> {
    // An escaped character takes six bytes at most.
    let mut body = Zeroizing::new(Vec::with_capacity(room * 6 + 256));
    if serde_json::to_writer(&mut *body, value).is_err() {
        // Texts and numbers always serialize; an empty body would be refused by Vault.
        body.clear();
    }
    body
}

/// Reads the body to its end. A buffer that is left for a larger one is wiped.
pub(super) async fn read(response: &mut reqwest::Response) -> Result<Zeroizing<Vec<u8>>, Failed> {
    const FIRST: usize = 16 << 10;
    let mut body = Zeroizing::new(Vec::with_capacity(FIRST));
    while let Some(chunk) = response.chunk().await.map_err(Failed::Network)? {
        let needed = body.len() + chunk.len();
        if needed > MOST {
            return Err(Failed::TooLarge);
        }
        if needed > body.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity((needed * 2).min(MOST)));
            larger.extend_from_slice(&body);
            body = larger;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
