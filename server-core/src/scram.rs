//! SCRAM-SHA-256 (RFC 5802, RFC 7677): a password is proved without being told.
//!
//! The wire carries the fields as binary; both ends rebuild the RFC's `AuthMessage` from them, with nonces in
//! base64 as the RFC's printable characters. Channel binding is not offered (`n,,`).

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::error::{ErrorCode, Refusal};
use crate::limits::{SCRAM_ITERATIONS_MAX, SCRAM_ITERATIONS_MIN};
use crate::message::{Nonce, Verifier};

/// What a client keeps of its password for the length of a log-in.
#[derive(Clone)]
pub struct ClientKeys {
    salt: [u8; 16],
    iterations: u32,
    client_key: [u8; 32],
    server_key: [u8; 32],
}

/// How a password is hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hashing {
    /// The salt, of the client's choosing.
    pub salt: [u8; 16],
    /// The rounds of PBKDF2, [`SCRAM_ITERATIONS_MIN`] to [`SCRAM_ITERATIONS_MAX`].
    pub iterations: u32,
}

impl Hashing {
    /// Tells whether the iterations are within what either end is willing to compute: too few would weaken the
    /// password, too many would stall the client that a false server challenges.
    ///
    /// # Errors
    /// [`ErrorCode::IterationsNotAllowed`].
    pub fn check(self) -> Result<Self, Refusal> {
        if (SCRAM_ITERATIONS_MIN..=SCRAM_ITERATIONS_MAX).contains(&self.iterations) {
            Ok(self)
        } else {
            Err(Refusal::with_detail(
                ErrorCode::IterationsNotAllowed,
                SCRAM_ITERATIONS_MIN.into(),
            ))
        }
    }
}

impl ClientKeys {
    /// Hashes `password`. Takes as long as the iterations make it.
    #[must_use]
    pub fn derive(password: &str, hashing: Hashing) -> Self {
        let salted = salted_password(password, &hashing.salt, hashing.iterations);
        Self {
            salt: hashing.salt,
            iterations: hashing.iterations,
            client_key: hmac(&salted, b"Client Key"),
            server_key: hmac(&salted, b"Server Key"),
        }
    }

    /// How the password was hashed.
    #[must_use]
    pub const fn hashing(&self) -> Hashing {
        Hashing {
            salt: self.salt,
            iterations: self.iterations,
        }
    }

    /// What the server is to keep.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier {
            salt: self.salt,
            iterations: self.iterations,
            stored_key: Sha256::digest(self.client_key).into(),
            server_key: self.server_key,
        }
    }

    /// The proof that answers a challenge, and the signature that the server must answer with.
    #[must_use]
    pub fn prove(&self, exchange: &Exchange<'_>) -> Proof {
        let message = exchange.auth_message(self.hashing());
        let stored_key: [u8; 32] = Sha256::digest(self.client_key).into();
        Proof {
            client_proof: xor(&self.client_key, &hmac(&stored_key, message.as_bytes())),
            server_signature: hmac(&self.server_key, message.as_bytes()),
        }
    }
}

/// What a client sends, and what it must hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// `ClientProof`.
    pub client_proof: [u8; 32],
    /// `ServerSignature`, to be compared with [`same`].
    pub server_signature: [u8; 32],
}

/// What both ends know of one log-in.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The account's name.
    pub name: &'a str,
    /// The client's half of the nonce.
    pub client_nonce: &'a Nonce,
    /// The server's half of the nonce.
    pub server_nonce: &'a Nonce,
}

impl Exchange<'_> {
    fn auth_message(&self, hashing: Hashing) -> String {
        auth_message(&AuthMessage {
            name: self.name,
            client_nonce: &base64(&self.client_nonce.0),
            server_nonce: &base64(&self.server_nonce.0),
            salt: &hashing.salt,
            iterations: hashing.iterations,
        })
    }
}

/// Checks a client's proof; gives the signature that the server answers with.
///
/// # Errors
/// [`ErrorCode::IncorrectPassword`] if the proof does not fit. The comparison takes the same time wherever it fails.
pub fn verify(
    verifier: &Verifier,
    exchange: &Exchange<'_>,
    client_proof: &[u8; 32],
) -> Result<[u8; 32], Refusal> {
    let hashing = Hashing {
        salt: verifier.salt,
        iterations: verifier.iterations,
    };
    let message = exchange.auth_message(hashing);
    let client_signature = hmac(&verifier.stored_key, message.as_bytes());
    let client_key = xor(client_proof, &client_signature);
    let stored_key: [u8; 32] = Sha256::digest(client_key).into();
    if same(&stored_key, &verifier.stored_key) {
        Ok(hmac(&verifier.server_key, message.as_bytes()))
    } else {
        Err(ErrorCode::IncorrectPassword.into())
    }
}

/// Compares two secrets in the same time wherever they differ.
#[must_use]
pub fn same<const N: usize>(left: &[u8; N], right: &[u8; N]) -> bool {
    left.as_slice().ct_eq(right.as_slice()).into()
}

/// The parts of `AuthMessage` (RFC 5802, section 3), nonces as they are printed.
struct AuthMessage<'a> {
    name: &'a str,
    client_nonce: &'a str,
    server_nonce: &'a str,
    salt: &'a [u8],
    iterations: u32,
}

/// `client-first-message-bare "," server-first-message "," client-final-message-without-proof`. Names have neither
/// `,` nor `=`, so nothing in them needs escaping.
fn auth_message(parts: &AuthMessage<'_>) -> String {
    let AuthMessage {
        name,
        client_nonce,
        server_nonce,
        salt,
        iterations,
    } = parts;
    let salt = base64(salt);
    let mut message = String::with_capacity(192);
    write!(
        message,
        "n={name},r={client_nonce},r={client_nonce}{server_nonce},s={salt},i={iterations},c=biws,r={client_nonce}{server_nonce}"
    )
    .expect("writing to a string cannot fail");
    message
}

fn salted_password(password: &str, salt: &[u8], iterations: u32) -> [u8; 32] {
    pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password.as_bytes(), salt, iterations)
}

fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(message);
    mac.finalize().into_bytes().into()
}

fn xor(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|i| left[i] ^ right[i])
}

fn base64(bytes: &[u8]) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    BASE64_STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::prelude::{BASE64_STANDARD, Engine as _};

    /// The example of RFC 7677, section 3.
    #[test]
    fn rfc_7677_example() {
        let salt = BASE64_STANDARD.decode("W22ZaJ0SNY7soEsUEjb6gQ==").unwrap();
        let message = auth_message(&AuthMessage {
            name: "user",
            client_nonce: "rOprNGfwEbeRWgbNEkqO",
            server_nonce: "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
            salt: &salt,
            iterations: 4096,
        });
        let salted = salted_password("pencil", &salt, 4096);
        let client_key = hmac(&salted, b"Client Key");
        let stored_key: [u8; 32] = Sha256::digest(client_key).into();
        let proof = xor(&client_key, &hmac(&stored_key, message.as_bytes()));
        assert_eq!(
            BASE64_STANDARD.encode(proof),
            "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        let signature = hmac(&hmac(&salted, b"Server Key"), message.as_bytes());
        assert_eq!(
            BASE64_STANDARD.encode(signature),
            "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        );
    }

    fn exchange(nonces: &[Nonce; 2]) -> Exchange<'_> {
        Exchange {
            name: "user01",
            client_nonce: &nonces[0],
            server_nonce: &nonces[1],
        }
    }

    #[test]
    fn both_ends_agree_and_a_wrong_password_is_refused() {
        let hashing = Hashing {
            salt: [7; 16],
            iterations: 4096,
        };
        let keys = ClientKeys::derive("pencil", hashing);
        let nonces = [Nonce([1; 18]), Nonce([2; 18])];
        let proof = keys.prove(&exchange(&nonces));
        let signature = verify(&keys.verifier(), &exchange(&nonces), &proof.client_proof).unwrap();
        assert!(same(&signature, &proof.server_signature));

        let wrong = ClientKeys::derive("pencils", hashing).prove(&exchange(&nonces));
        let refused = verify(&keys.verifier(), &exchange(&nonces), &wrong.client_proof);
        assert_eq!(refused.unwrap_err().code, ErrorCode::IncorrectPassword);

        let replayed = [Nonce([1; 18]), Nonce([3; 18])];
        assert!(verify(&keys.verifier(), &exchange(&replayed), &proof.client_proof).is_err());
    }

    #[test]
    fn iterations_have_bounds() {
        for (iterations, allowed) in [
            (4095, false),
            (4096, true),
            (10_000_000, true),
            (10_000_001, false),
        ] {
            assert_eq!(
                Hashing {
                    salt: [0; 16],
                    iterations
                }
                .check()
                .is_ok(),
                allowed,
                "{iterations}"
            );
        }
    }
}
