//! What is computed before the clock starts: passwords are hashed, nonces drawn.

use protocols::capabilities::Capabilities;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use server_core::limits::SCRAM_ITERATIONS_MIN;
use server_core::message::Nonce;
use server_core::scram::{ClientKeys, Hashing};

use crate::worker::Secrets;

/// The secrets of all accounts; nothing is derived where accounts have no passwords.
pub(super) fn secrets(capabilities: &Capabilities, accounts: u32, seed: u64) -> Vec<Secrets> {
    if capabilities.has_passwords() {
        passwords(accounts, seed)
    } else {
        (0..accounts).map(|_| Secrets::Key(None)).collect()
    }
}

/// Derives the secrets of all accounts, on all cores. Throwaway accounts take the fewest iterations that the RFC
/// allows, because they protect nothing.
fn passwords(accounts: u32, seed: u64) -> Vec<Secrets> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let all: Vec<u32> = (0..accounts).collect();
    let share = all.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let parts: Vec<_> = all
            .chunks(share)
            .map(|part| {
                scope.spawn(move || {
                    part.iter()
                        .map(|&account| secret(account, seed))
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        parts
            .into_iter()
            .flat_map(|part| part.join().expect("deriving does not panic"))
            .collect()
    })
}

fn secret(account: u32, seed: u64) -> Secrets {
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    random.set_stream(account.into());
    let (mut salt, mut nonce) = ([0; 16], [0; 18]);
    random.fill_bytes(&mut salt);
    random.fill_bytes(&mut nonce);
    let hashing = Hashing {
        salt,
        iterations: SCRAM_ITERATIONS_MIN,
    };
    let keys = ClientKeys::derive(&format!("password of account {account}"), hashing);
    Secrets::Password {
        keys: Box::new(keys),
        client_nonce: Nonce(nonce),
    }
}

#[cfg(test)]
mod tests {
    use protocols::capabilities::EVERYTHING;
    use server_core::message::Verifier;

    use super::*;

    #[test]
    fn every_account_has_secrets_of_its_own_and_a_seed_repeats_them() {
        let all = |seed| {
            let derived = secrets(&EVERYTHING, 5, seed).into_iter();
            derived.map(told).collect::<Vec<_>>()
        };
        let (first, again, other) = (all(1), all(1), all(2));
        assert_eq!(first.len(), 5);
        for (account, (verifier, nonce)) in first.iter().enumerate() {
            assert_eq!(*verifier, again[account].0);
            assert_ne!(*verifier, other[account].0);
            assert!(first[..account].iter().all(|(_, before)| before != nonce));
        }
    }

    fn told(secrets: Secrets) -> (Verifier, Nonce) {
        match secrets {
            Secrets::Password { keys, client_nonce } => (keys.verifier(), client_nonce),
            Secrets::Key(_) => panic!("a password is derived"),
        }
    }
}
