//! One suite for every store: each test of the list runs over each store of the list.

mod store_suite;

/// Makes a module for each part and store, with a test for each function of the list.
macro_rules! suite {
    (stores: $stores:tt; $($part:ident: $tests:tt;)*) => {
        $(suite!(@part $part $stores $tests);)*
    };
    (@part $part:ident [$($store:ident),*] $tests:tt) => {
        mod $part { $(suite!(@store $part $store $tests);)* }
    };
    (@store $part:ident $store:ident [$($test:ident),* $(,)?]) => {
        mod $store {
            $(#[test] fn $test() {
                crate::store_suite::$part::$test(&crate::store_suite::world::$store());
            })*
        }
    };
}

suite! {
    stores: [memory, sqlite, sqlite_per_request, model];
    accounts: [
        are_found_with_their_verifiers,
        have_names_of_their_own,
        are_unknown_once_deleted,
        take_everything_with_them,
        start_empty_under_an_old_name,
        are_listed_in_pages,
    ];
    sending: [
        stores_the_message_as_unread,
        numbers_grow_and_are_never_used_again,
        tells_whether_an_event_went_out,
        to_nobody_is_refused,
        keeps_every_character,
        answers_in_the_order_of_calls,
    ];
    client_ids: [
        a_repeat_stores_nothing,
        a_repeat_is_known_before_the_first_is_answered,
        belong_to_one_account,
        outlive_the_message_by_a_day,
        outlive_a_message_that_could_be_undone,
        outlive_the_recipient_by_a_day,
        die_with_their_account,
    ];
    reading: [
        takes_the_oldest_and_marks_them,
        takes_from_one_peer,
        more_than_wait_is_refused,
        counts_by_peer_in_the_order_of_names,
        marks_up_to_a_message,
        takes_fewer_where_fewer_may_be_taken,
        marks_one_message_and_no_earlier_one,
        marks_only_what_was_received,
        counts_messages_to_oneself_once,
        unknown_peers_are_refused,
    ];
    history: [
        is_newest_first_and_paged,
        shows_both_directions_and_nobody_elses,
        shows_messages_to_oneself_once,
        of_strangers_is_empty,
        tells_what_was_read,
        enters_the_digest,
    ];
    deleting: [
        either_party_deletes_for_both,
        passes_over_what_is_not_the_accounts,
        names_each_id_once_in_the_order_asked,
        takes_unread_messages_out_of_the_counts,
        tells_the_other_party_alone,
    ];
    undoing: [
        brings_messages_back_to_their_place,
        keeps_whether_it_was_read,
        is_for_whoever_deleted,
        ends_with_the_grace_period,
        ends_with_the_sweep,
        hidden_messages_are_seen_by_nobody,
        hidden_messages_go_with_the_account,
    ];
    changes: [
        come_in_the_order_of_commits,
        name_the_peers_of_a_deleted_account,
        are_not_made_by_refusals,
    ];
    races: [
        of_many_creations_one_succeeds,
        a_send_never_outlives_its_recipient,
        a_client_id_is_stored_once,
    ];
    scripts: [agrees_with_a_plain_model, agrees_with_a_plain_model_when_calls_overlap];
}
