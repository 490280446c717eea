//! Names of accounts, and how a password is proved.

use server_core::ErrorCode;
use server_core::limits::{NAME_MAX_BYTES, SCRAM_ITERATIONS_MAX, SCRAM_ITERATIONS_MIN};
use server_core::message::{LoginId, Nonce, Reply, Request, Verifier};
use server_core::scram::{Exchange, Hashing, Proof};

use crate::conformance::check::{Check, Checked, checks};
use crate::conformance::expect::{hold, same};
use crate::conformance::kit::Kit;
use crate::conformance::stage::Stage;
use crate::conformance::user::{User, wrong_reply};

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    longest_name: "create a name of 50 characters" => "success, and it is good for a log-in";
    name_too_long: "create a name of 51 characters" => "error: name not allowed, with the limit";
    empty_name: "create a name of no characters" => "error: name not allowed";
    forbidden_names: "create names with other characters than A-Z a-z 0-9 _ . -" => "error: name not allowed";
    every_character: "create names of all characters that are allowed" => "success";
    case_matters: "create a name in capitals beside the same in small letters" => "two accounts";
    few_iterations: "create an account with 4095 iterations" => "error: iterations not allowed";
    many_iterations: "create an account with 10,000,001 iterations" => "error: iterations not allowed";
    challenge: "begin a log-in" => "the salt and iterations that the account was created with";
    server_proves_itself: "finish a log-in" => "the server proves that it knows the verifier";
    fresh_nonces: "begin two log-ins" => "two different nonces of the server";
    stale_proof: "answer a challenge with the proof for another one" => "error: incorrect password";
    blank_proof: "answer a challenge with a blank proof" => "error: incorrect password";
    finished_twice: "finish a log-in that was refused" => "error: no such log-in";
    never_begun: "finish a log-in that was never begun" => "error: no such log-in";
    after_wrong_password: "log in after five wrong passwords" => "success";
    unread_at_log_in: "log in while two messages wait" => "the log-in says two";
    odd_log_in_names: "log in under names that nobody can have" => "error: name not allowed";
};

async fn longest_name(stage: &mut Stage) -> Checked {
    let name = padded(&stage.name("n"), NAME_MAX_BYTES);
    let mut guest = stage.guest_called(&name).await?;
    guest.create().await?;
    guest.log_in().await.map(drop)
}

async fn name_too_long(stage: &mut Stage) -> Checked {
    let name = padded(&stage.name("n"), NAME_MAX_BYTES + 1);
    let mut guest = stage.guest_called(&name).await?;
    let answer = guest.try_create().await?;
    let limit = guest.refusal("create_account", ErrorCode::NameNotAllowed, answer)?;
    guest.detail(
        "the limit that the refusal names",
        NAME_MAX_BYTES as u64,
        limit,
    )
}

async fn empty_name(stage: &mut Stage) -> Checked {
    name_is_refused(stage, "").await
}

async fn forbidden_names(stage: &mut Stage) -> Checked {
    for character in [
        " ", "*", "?", "/", "\\", "|", "@", "'", "\"", "%", "\n", "\0", "ä", "😀", "e\u{301}",
    ] {
        let name = stage.name(character);
        name_is_refused(stage, &name).await?;
    }
    Ok(())
}

async fn every_character(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    let alphabet = stage.kit.capabilities().names.alphabet;
    let has = |character: &char| *character == '|' || alphabet.has(*character);
    let all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ|abcdefghijklmnopqrstuvwxyz|0123456789_.-";
    let all: String = all.chars().filter(has).collect();
    let labels: Vec<_> = all.split('|').collect();
    for name in stage.create_more(&mut alice, &labels).await? {
        alice.send(&name, "you exist").await?;
    }
    Ok(())
}

async fn case_matters(stage: &mut Stage) -> Checked {
    let mut alice = stage.user("alice").await?;
    stage.create_more(&mut alice, &["ALICE", "Alice"]).await?;
    let mut capitals = stage.guest("aLICE").await?;
    capitals.log_in_refused(ErrorCode::NoSuchAccount).await
}

async fn few_iterations(stage: &mut Stage) -> Checked {
    iterations_are_refused(stage, SCRAM_ITERATIONS_MIN - 1).await
}

async fn many_iterations(stage: &mut Stage) -> Checked {
    iterations_are_refused(stage, SCRAM_ITERATIONS_MAX + 1).await
}

async fn iterations_are_refused(stage: &mut Stage, iterations: u32) -> Checked {
    let mut guest = stage.guest("guest").await?;
    let (name, verifier) = (
        guest.name(),
        Verifier {
            iterations,
            ..guest.kit.keys.verifier()
        },
    );
    let create = Request::CreateAccount {
        name: name.as_str().into(),
        verifier,
    };
    let fewest = guest
        .refused(&create, ErrorCode::IterationsNotAllowed)
        .await?;
    same(
        "the fewest that the refusal names",
        u64::from(SCRAM_ITERATIONS_MIN),
        fewest,
    )?;
    guest.log_in_refused(ErrorCode::NoSuchAccount).await
}

async fn challenge(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let challenge = begin(&mut alice).await?;
    same(
        "the hashing of the password",
        alice.kit.keys.hashing(),
        challenge.hashing,
    )
}

async fn server_proves_itself(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let challenge = begin(&mut alice).await?;
    let proof = challenge.proof(&alice);
    match alice.done(&challenge.finish(proof.client_proof)).await? {
        Reply::LogInFinish {
            server_signature,
            token,
            unread,
        } => {
            alice.account.set_token(Some(token));
            same(
                "the server's signature",
                proof.server_signature,
                server_signature,
            )?;
            same("the unread count", 0, unread)
        }
        other => Err(wrong_reply("log_in_finish", &other)),
    }
}

async fn fresh_nonces(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let (first, second) = (begin(&mut alice).await?, begin(&mut alice).await?);
    hold(
        "another nonce than before",
        || first.server_nonce != second.server_nonce,
        &second.server_nonce,
    )
}

async fn stale_proof(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let (first, second) = (begin(&mut alice).await?, begin(&mut alice).await?);
    let proof = first.proof(&alice).client_proof;
    alice
        .refused(&second.finish(proof), ErrorCode::IncorrectPassword)
        .await
        .map(drop)
}

async fn blank_proof(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let challenge = begin(&mut alice).await?;
    alice
        .refused(&challenge.finish([0; 32]), ErrorCode::IncorrectPassword)
        .await
        .map(drop)
}

/// A challenge is good for one answer: whoever guesses must ask for a new one each time.
async fn finished_twice(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let challenge = begin(&mut alice).await?;
    alice
        .refused(&challenge.finish([0; 32]), ErrorCode::IncorrectPassword)
        .await?;
    let proof = challenge.proof(&alice).client_proof;
    alice
        .refused(&challenge.finish(proof), ErrorCode::NoSuchLogin)
        .await
        .map(drop)
}

async fn never_begun(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let finish = Request::LogInFinish {
        login_id: LoginId(u64::MAX),
        proof: [0; 32],
    };
    alice
        .refused(&finish, ErrorCode::NoSuchLogin)
        .await
        .map(drop)
}

async fn after_wrong_password(stage: &mut Stage) -> Checked {
    let mut alice = stage.created("alice").await?;
    let wrong = alice.kit.wrong_keys.clone();
    for _ in 0..5 {
        let answer = alice.prove(&alice.name(), &wrong).await?;
        let answer = answer.map(|_| Reply::Ping);
        alice.refusal("the wrong password", ErrorCode::IncorrectPassword, answer)?;
    }
    alice.log_in().await.map(drop)
}

async fn unread_at_log_in(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = (stage.user("alice").await?, stage.created("bob").await?);
    alice.send(&bob.name(), "one").await?;
    alice.send(&bob.name(), "two").await?;
    bob.logs_in_to(2).await
}

async fn odd_log_in_names(stage: &mut Stage) -> Checked {
    let mut guest = stage.guest("guest").await?;
    for name in ["", "no spaces", "no*wildcards", "näme"] {
        let start = Request::LogInStart {
            name: name.into(),
            client_nonce: Kit::nonce(),
        };
        guest.refused(&start, ErrorCode::NameNotAllowed).await?;
    }
    Ok(())
}

/// A server's challenge, and what it was asked with.
struct Challenge {
    client_nonce: Nonce,
    server_nonce: Nonce,
    login_id: LoginId,
    hashing: Hashing,
}

impl Challenge {
    /// What proves the right password.
    fn proof(&self, user: &User) -> Proof {
        let Self {
            client_nonce,
            server_nonce,
            ..
        } = self;
        user.kit.keys.prove(&Exchange {
            name: &user.account.name,
            client_nonce,
            server_nonce,
        })
    }

    fn finish(&self, proof: [u8; 32]) -> Request<'static> {
        Request::LogInFinish {
            login_id: self.login_id,
            proof,
        }
    }
}

async fn begin(user: &mut User) -> Checked<Challenge> {
    let (name, client_nonce) = (user.name(), Kit::nonce());
    let start = Request::LogInStart {
        name: name.as_str().into(),
        client_nonce,
    };
    match user.done(&start).await? {
        Reply::LogInStart {
            login_id,
            salt,
            iterations,
            server_nonce,
        } => {
            let hashing = Hashing { salt, iterations };
            Ok(Challenge {
                client_nonce,
                server_nonce,
                login_id,
                hashing,
            })
        }
        other => Err(wrong_reply("log_in_start", &other)),
    }
}

/// Creating an account of this name must be refused.
async fn name_is_refused(stage: &mut Stage, name: &str) -> Checked {
    let mut guest = stage.guest_called(name).await?;
    let answer = guest.try_create().await?;
    guest
        .refusal("create_account", ErrorCode::NameNotAllowed, answer)
        .map(drop)
}

/// `name` with as many characters behind it as make it `length` long.
fn padded(name: &str, length: usize) -> String {
    format!("{name:x<length$}")
}
