//! Listing accounts: wildcards, pages, limits.

use server_core::ErrorCode;
use server_core::chat::Patterns;
use server_core::limits::PATTERN_MAX_BYTES;

use crate::capabilities::{Capabilities, Part};
use crate::conformance::check::{Check, Checked, Stop, checks};
use crate::conformance::expect::{hold, same};
use crate::conformance::requests::{list, list_after};
use crate::conformance::saying;
use crate::conformance::stage::Stage;
use crate::conformance::user::User;

pub(in crate::conformance) const CHECKS: &[Check] = checks! {
    star: "list name*" => "every name that begins so";
    star_inside: "list *a*c" => "* stands for any run of characters, also for none";
    question_mark: "list ab?" => "? stands for exactly one character";
    literal: "list a name" => "that name alone";
    case: "list a name in other letters" => "nothing";
    dot_is_a_dot: "list a.c" => "the dot stands for itself";
    nothing_found: "list what nobody is called" => "an empty page, and no more";
    empty_pattern: "list with an empty pattern" => "all accounts, page after page";
    order: "list names of all kinds of characters" => "the order of their bytes";
    pages: "list five names by twos" => "pages of 2, 2 and 1, each name once";
    exact_page: "list as many names as there are" => "all, and no more";
    after_unknown: "list names behind one that is not there" => "those behind where it would be";
    limit_zero: "list 0 names" => "error: limit not allowed, with the longest page";
    limit_most: "list as many names as a page has" => "success";
    limit_past: "list one name more than a page has" => "error: limit not allowed";
    pattern_longest: "list with a pattern of 100 characters" => "success";
    pattern_too_long: "list with a pattern of 101 characters" => "error: pattern not allowed, with the limit";
    pattern_forbidden: "list with other characters than names and wildcards have" => "error: pattern not allowed";
    pattern_slow: "list with a pattern that backtracking takes forever for" => "an answer";
    comes_and_goes: "list before creating, after it, and after deleting" => "not there, there, not there";
};

/// Somebody logged in, and accounts with these labels.
async fn lister(stage: &mut Stage, labels: &[&str]) -> Checked<(User, Vec<String>)> {
    let alphabet = stage.kit.capabilities().names.alphabet;
    let mut characters = labels.iter().flat_map(|label| label.chars());
    if let Some(strange) = characters.find(|&character| !alphabet.has(character)) {
        return Err(Stop::skipped(format!(
            "names of this format do not have {strange:?}"
        )));
    }
    let mut user = stage.user("LISTER").await?;
    let names = stage.create_more(&mut user, labels).await?;
    Ok((user, names))
}

/// Of accounts with the labels `there`, exactly `found` are listed by the label `pattern`.
async fn finds(stage: &mut Stage, there: &[&str], pattern: &str, found: &[&str]) -> Checked {
    let (mut user, _) = lister(stage, there).await?;
    let pattern = stage.name(pattern);
    let expected: Vec<_> = found.iter().map(|label| stage.name(label)).collect();
    same(
        "the page",
        (expected, false),
        user.list(&list(&pattern, 10)).await?,
    )
}

async fn star(stage: &mut Stage) -> Checked {
    finds(stage, &["abc", "abd", "xyz"], "ab*", &["abc", "abd"]).await
}

async fn star_inside(stage: &mut Stage) -> Checked {
    finds(
        stage,
        &["ac", "abbc", "xac", "acb"],
        "*a*c",
        &["abbc", "ac", "xac"],
    )
    .await
}

async fn question_mark(stage: &mut Stage) -> Checked {
    finds(stage, &["ab", "abc", "abd", "abcd"], "ab?", &["abc", "abd"]).await
}

async fn literal(stage: &mut Stage) -> Checked {
    finds(stage, &["abc", "abcd", "xabc"], "abc", &["abc"]).await
}

async fn case(stage: &mut Stage) -> Checked {
    finds(stage, &["abc"], "ABC", &[]).await
}

async fn dot_is_a_dot(stage: &mut Stage) -> Checked {
    finds(stage, &["a.c", "abc"], "a.c", &["a.c"]).await
}

async fn nothing_found(stage: &mut Stage) -> Checked {
    finds(stage, &["abc"], "nobody*", &[]).await
}

/// The server may have other accounts than ours, and they may come and go meanwhile.
async fn empty_pattern(stage: &mut Stage) -> Checked {
    says_pages(stage.kit.capabilities())?;
    let (mut user, mut expected) = lister(stage, &["a", "b"]).await?;
    expected.push(user.name());
    expected.sort_unstable();
    let (prefix, limit) = (stage.name(""), stage.kit.limits.page_max);
    let mut ours = Vec::new();
    let (mut names, mut more) = user.list(&list("", limit)).await?;
    loop {
        ours.extend(
            names
                .iter()
                .filter(|name| name.starts_with(&prefix))
                .cloned(),
        );
        let Some(last) = names.pop().filter(|_| more) else {
            return same("our names among all", expected, ours);
        };
        (names, more) = user.list(&list_after("", &last, limit)).await?;
        hold(
            "names behind the last one",
            || names.first().is_some_and(|name| *name > last),
            &names,
        )?;
    }
}

async fn order(stage: &mut Stage) -> Checked {
    let alphabet = stage.kit.capabilities().names.alphabet;
    let has = |label: &&str| label.chars().all(|character| alphabet.has(character));
    let labels = ["b", "_", "a", "B", "-", ".", "9", "aa"]
        .into_iter()
        .filter(has);
    let (mut user, mut expected) = lister(stage, &labels.collect::<Vec<_>>()).await?;
    expected.push(user.name());
    expected.sort_unstable();
    let pattern = stage.name("*");
    same(
        "the page",
        (expected, false),
        user.list(&list(&pattern, 20)).await?,
    )
}

/// Whether a format can list a page at a time.
fn says_pages(capabilities: &Capabilities) -> Checked {
    saying::has(capabilities, Part::ListLimit)?;
    saying::has(capabilities, Part::ListPages)
}

async fn pages(stage: &mut Stage) -> Checked {
    says_pages(stage.kit.capabilities())?;
    let (mut user, names) = lister(stage, &["p1", "p2", "p3", "p4", "p5"]).await?;
    let pattern = stage.name("p*");
    let first = user.list(&list(&pattern, 2)).await?;
    same("the first page", (names[..2].to_vec(), true), first)?;
    let second = user.list(&list_after(&pattern, &names[1], 2)).await?;
    same("the second page", (names[2..4].to_vec(), true), second)?;
    let third = user.list(&list_after(&pattern, &names[3], 2)).await?;
    same("the third page", (names[4..].to_vec(), false), third)?;
    let behind = user.list(&list_after(&pattern, &names[4], 2)).await?;
    same("what is behind", (Vec::new(), false), behind)
}

async fn exact_page(stage: &mut Stage) -> Checked {
    saying::has(stage.kit.capabilities(), Part::ListLimit)?;
    let (mut user, names) = lister(stage, &["p1", "p2", "p3"]).await?;
    let pattern = stage.name("p*");
    same(
        "the page",
        (names, false),
        user.list(&list(&pattern, 3)).await?,
    )
}

async fn after_unknown(stage: &mut Stage) -> Checked {
    let (mut user, names) = lister(stage, &["p1", "p3"]).await?;
    let (pattern, unknown) = (stage.name("p*"), stage.name("p2"));
    let page = user.list(&list_after(&pattern, &unknown, 10)).await?;
    same("the page", (names[1..].to_vec(), false), page)
}

async fn limit_zero(stage: &mut Stage) -> Checked {
    saying::has(stage.kit.capabilities(), Part::ListLimit)?;
    let mut user = stage.user("LISTER").await?;
    let most = user
        .refused(&list("", 0), ErrorCode::LimitNotAllowed)
        .await?;
    user.detail(
        "the limit that the refusal names",
        u64::from(stage.kit.limits.page_max),
        most,
    )
}

async fn limit_most(stage: &mut Stage) -> Checked {
    saying::has(stage.kit.capabilities(), Part::ListLimit)?;
    let mut user = stage.user("LISTER").await?;
    let pattern = stage.name("*");
    let page = user
        .list(&list(&pattern, stage.kit.limits.page_max))
        .await?;
    same("the page", (vec![user.name()], false), page)
}

async fn limit_past(stage: &mut Stage) -> Checked {
    says_pages(stage.kit.capabilities())?;
    let mut user = stage.user("LISTER").await?;
    for limit in [stage.kit.limits.page_max + 1, u32::MAX] {
        user.refused(&list("*", limit), ErrorCode::LimitNotAllowed)
            .await?;
    }
    Ok(())
}

/// Whether patterns are of wildcards, as they are in all formats of ours.
fn has_wildcards(capabilities: &Capabilities) -> Checked {
    match capabilities.habits.patterns {
        Patterns::Wildcards => Ok(()),
        Patterns::RegularExpressions => Err(Stop::skipped(
            "patterns of this format are regular expressions",
        )),
    }
}

async fn pattern_longest(stage: &mut Stage) -> Checked {
    has_wildcards(stage.kit.capabilities())?;
    let mut user = stage.user("LISTER").await?;
    let name = user.name();
    let stars = "*".repeat(PATTERN_MAX_BYTES - name.len());
    let page = user.list(&list(&(name.clone() + &stars), 10)).await?;
    same("the page", (vec![name], false), page)
}

async fn pattern_too_long(stage: &mut Stage) -> Checked {
    let mut user = stage.user("LISTER").await?;
    let pattern = "*".repeat(PATTERN_MAX_BYTES + 1);
    let most = user
        .refused(&list(&pattern, 10), ErrorCode::PatternNotAllowed)
        .await?;
    user.detail(
        "the limit that the refusal names",
        PATTERN_MAX_BYTES as u64,
        most,
    )
}

async fn pattern_forbidden(stage: &mut Stage) -> Checked {
    has_wildcards(stage.kit.capabilities())?;
    let mut user = stage.user("LISTER").await?;
    for pattern in ["%", "a b", "[a-z]", "a|b", "ä*", "(", "\\", "a\n", "\0"] {
        user.refused(&list(pattern, 10), ErrorCode::PatternNotAllowed)
            .await?;
    }
    Ok(())
}

async fn pattern_slow(stage: &mut Stage) -> Checked {
    has_wildcards(stage.kit.capabilities())?;
    let label = "a".repeat(25);
    let (mut user, _) = lister(stage, &[&label]).await?;
    let pattern = stage.name("") + &"*a".repeat(30) + "*b";
    let (names, more) = user.list(&list(&pattern, 10)).await?;
    hold("an empty page", || names.is_empty() && !more, &names)
}

async fn comes_and_goes(stage: &mut Stage) -> Checked {
    let (mut alice, mut guest) = (stage.user("alice").await?, stage.guest("guest").await?);
    let name = guest.name();
    same(
        "before",
        (Vec::new(), false),
        alice.list(&list(&name, 10)).await?,
    )?;
    guest.create().await?;
    same(
        "after creating",
        (vec![name.clone()], false),
        alice.list(&list(&name, 10)).await?,
    )?;
    guest.log_in().await?;
    guest.delete_account().await?;
    same(
        "after deleting",
        (Vec::new(), false),
        alice.list(&list(&name, 10)).await?,
    )
}
