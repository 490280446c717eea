//! Texts: how long they may be, and that they come out as they went in.

use server_core::ErrorCode;

use crate::conformance::check::{Check, Checked, checks};
use crate::conformance::expect::same;
use crate::conformance::requests::send;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    longest_ascii: "send the longest text" => "exactly that text waits";
    longest_emoji: "send the longest text, all emoji of four bytes" => "exactly that text waits: characters count, not bytes";
    longest_combining_crosses: "send the longest text, of letters with combining accents" => "exactly that text waits: an accent is a character";
    past_ascii: "send one character more than the longest text" => "error: message too long, with the limit";
    past_emoji: "send one emoji more than the longest text" => "error: message too long";
    past_combining: "send one combining accent more than the longest text" => "error: message too long";
    empty: "send an empty text" => "error: the message is empty, and nothing waits";
    one_character: "send one character, and one space" => "exactly these texts wait";
    odd_characters: "send control characters, quotes, other scripts, the last code point" => "exactly these texts wait";
};

async fn crosses(stage: &mut Stage, text: &str) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    crosses_between(&mut alice, &mut bob, text).await
}

async fn crosses_between(from: &mut User, to: &mut User, text: &str) -> Checked {
    from.send(&to.name(), text).await?;
    same(
        "the text that came live",
        text,
        to.message().await?.text.as_str(),
    )?;
    to.reads_live(&from.name(), &[text]).await
}

async fn is_too_long(stage: &mut Stage, text: &str) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let most = alice
        .refused(&send(&bob.name(), text), ErrorCode::TextTooLong)
        .await?;
    alice.detail(
        "the limit that the refusal names",
        stage.kit.limits.text_max_chars.into(),
        most,
    )?;
    bob.has_unread(&alice.name(), 0).await?;
    bob.heard_nothing_else(&mut alice).await
}

async fn longest_ascii(stage: &mut Stage) -> Checked {
    let text = stage.kit.longest_text('x');
    crosses(stage, &text).await
}

async fn longest_emoji(stage: &mut Stage) -> Checked {
    let text = stage.kit.longest_text('😀');
    crosses(stage, &text).await
}

fn longest_combining(stage: &Stage) -> String {
    "e\u{301}"
        .chars()
        .cycle()
        .take(stage.kit.limits.text_max_chars as usize)
        .collect()
}

async fn longest_combining_crosses(stage: &mut Stage) -> Checked {
    let text = longest_combining(stage);
    crosses(stage, &text).await
}

async fn past_ascii(stage: &mut Stage) -> Checked {
    let text = stage.kit.longest_text('x') + "x";
    is_too_long(stage, &text).await
}

async fn past_emoji(stage: &mut Stage) -> Checked {
    let text = stage.kit.longest_text('😀') + "😀";
    is_too_long(stage, &text).await
}

async fn past_combining(stage: &mut Stage) -> Checked {
    let text = longest_combining(stage) + "\u{301}";
    is_too_long(stage, &text).await
}

async fn empty(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    alice
        .refused(&send(&bob.name(), ""), ErrorCode::TextEmpty)
        .await?;
    bob.has_unread(&alice.name(), 0).await?;
    bob.heard_nothing_else(&mut alice).await
}

async fn one_character(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    crosses_between(&mut alice, &mut bob, "x").await?;
    crosses_between(&mut alice, &mut bob, " ").await
}

async fn odd_characters(stage: &mut Stage) -> Checked {
    let (mut alice, mut bob) = stage.two().await?;
    let odd = [
        "\0",
        "a\0b",
        "\u{1}\u{1f}\u{7f}",
        "\"quoted\" and \\escaped\\ and \\u0041",
        "'; DROP TABLE accounts; --",
        "<script>alert(1)</script>",
        "\u{feff}with a mark",
        "\u{202e}backwards\u{202c}",
        "\u{2028}line\u{2029}paragraph",
        "\u{fffd}\u{ffff}\u{10ffff}",
        "日本語 العربية हिन्दी",
        "👩‍👩‍👧‍👦",
        "%s %d {} ${HOME}",
    ];
    let charset = stage.kit.capabilities().texts;
    for text in odd.into_iter().filter(|text| charset.has(text)) {
        crosses_between(&mut alice, &mut bob, text).await?;
    }
    Ok(())
}
