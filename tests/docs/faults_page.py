"""Writes the page of faults: python -m tests.docs.faults_page > docs/reference/faults.md."""

import sys
from typing import NamedTuple

from tests.docs.pages import note, table


class Fault(NamedTuple):
    """What breaks, what people see then, the tests that break it, and which part of it no test covers."""

    id: str
    what: str
    then: str
    tests: tuple[str, ...] = ()
    untried: str = ""


TWILIO, TROUBLE = "otp/twilio/test_trouble.py", "journeys/test_verify_faults.py"
BUSY, STORAGE = "races/test_busy.py", "races/test_storage_faults.py"
SLOW, HALF_OPEN = "races/test_slow_verify.py", "races/test_dead_connections.py"
CODES = "native/test_codes.py"
FULL, AHEAD = "races/test_full_disk.py", "journeys/test_clock_ahead.py"
DATABASE = "web/checkup/test_database.py"
BRAKES, LOST = "races/test_brakes.py", "races/test_lost_connections.py"
FLOOR = "otp/limits/test_before_sending.py"
KEYS, FAILOVER = "keys/test_key_change.py", "cluster/test_failover.py"
FAULTS = [
    Fault(
        "F1",
        "Verify does not answer, answers late or with nonsense, or never ends its answer, when a code is sent",
        "the usual page; never two texts for one request. If the text arrives all the same, its code counts",
        (
            f"{TROUBLE}::test_a_text_that_is_faster_than_twilios_acknowledgement_signs_its_agent_in",
            "otp/test_checks.py::test_a_code_whose_text_twilio_never_acknowledged_is_approved",
            f"{TWILIO}::test_an_outage_at_a_start_is_reported_and_the_text_is_not_repeated",
            f"{TWILIO}::test_a_start_that_finds_no_connection_twice_is_an_outage",
            f"{TWILIO}::test_a_start_whose_answer_makes_no_sense_is_an_outage",
            "otp/twilio/test_endless.py::test_an_answer_that_never_ends_is_given_up",
            "otp/twilio/test_trouble.py::test_an_error_code_that_twilio_cannot_have_is_none",
        ),
    ),
    Fault(
        "F2",
        "Verify does not answer when a code is checked",
        "Latchkey asks once for the result; an approval counts. If it got lost, the page says to ask for a new code",
        (
            f"{TWILIO}::test_an_approval_that_got_lost_counts_if_it_can_be_read",
            f"{TWILIO}::test_an_approval_that_got_lost_is_no_verdict_if_it_cannot_be_read",
            f"{TWILIO}::test_a_lost_check_that_is_still_pending_is_no_verdict",
            f"{TROUBLE}::test_a_right_code_whose_approval_got_lost_is_not_called_wrong_and_the_next_one_signs_in",
        ),
    ),
    Fault(
        "F3",
        "Verify answers 429",
        "the same page for every number; nobody gets in, and Latchkey repeats a request at most once",
        (
            f"{TROUBLE}::test_every_number_that_verify_refuses_sees_the_same_page_and_signs_nobody_in",
            f"{TWILIO}::test_a_start_that_came_too_fast_is_tried_once_more_after_a_second_at_most",
            f"{TWILIO}::test_a_start_that_comes_too_fast_twice_is_given_up",
        ),
    ),
    Fault(
        "F4",
        "Verify is down for long, or rejects the credentials",
        "one sentence for everybody; signed-in phones continue",
        (
            f"{TROUBLE}::test_during_an_outage_of_verify_the_page_says_so_before_and_after_a_request",
            f"{TROUBLE}::test_during_an_outage_of_verify_signed_in_phones_continue",
            "otp/test_breaker.py::test_wrong_credentials_open_it_at_once",
        ),
    ),
    Fault(
        "F5",
        "Twilio refuses a number",
        "the page does not show it; operators see the reason",
        (f"{TROUBLE}::test_operators_read_twilios_error_and_its_remedy_and_agents_do_not",),
    ),
    Fault(
        "F6",
        "Redis is gone, emptied, slow, full, refuses writes, answers garbage or without end, or is moved by Sentinel",
        "nothing is lost, and no limit gets wider",
        (
            "journeys/test_redis_outage.py::test_without_redis_agents_stay_signed_in_and_new_ones_sign_in",
            "journeys/test_redis_outage.py::test_without_redis_nobody_gets_more_tries_or_texts",
            "test_cache.py::test_a_full_redis_is_an_empty_cache_too",
            "test_cache.py::test_a_redis_that_refuses_writes_is_not_back_because_it_answers",
            "test_cache.py::test_a_redis_that_takes_writes_again_is_back_although_a_page_read_first",
            "test_cache.py::test_a_monitor_notices_that_redis_refuses_writes_and_that_it_takes_them_again",
            "test_cache.py::test_a_redis_that_answers_and_fails_by_turns_is_logged_once_a_minute",
            "test_cache.py::test_garbage_in_place_of_redis_is_an_empty_cache",
            "test_cache.py::test_an_answer_of_redis_that_never_ends_keeps_nobody_waiting",
            "web/checkup/test_redis.py::test_another_program_in_place_of_redis_is_named",
            "web/checkup/test_redis.py::test_a_redis_without_a_connection_left_is_named",
            "web/checkup/test_redis.py::test_a_redis_of_a_cluster_is_named",
            "web/checkup/test_redis.py::test_a_redis_that_says_why_it_takes_nothing_is_judged_by_that",
            f"{FAILOVER}::test_the_cache_follows_sentinel_to_a_new_redis_master",
        ),
    ),
    Fault(
        "F7",
        "PostgreSQL restarts",
        "dead connections are detected before use",
        ("races/test_connections.py::test_after_a_restart_of_the_database_nobody_gets_an_error",),
    ),
    Fault(
        "F8",
        "failover of PostgreSQL, including to a replica that lagged behind",
        "a synchronous replica has everything that was answered, so what was revoked stays revoked. After one that "
        "lagged behind, sign everyone out before it serves, as after a restored backup (F21). By hand, phones whose "
        "last visit it had missed were asked for a code, and none was taken for a copy. If one name leads to "
        "the primary, connections to a server that takes no writes are left, so the next request follows the name",
        (
            f"{FAILOVER}::test_a_revocation_just_before_a_primary_fails_is_known_to_its_replica",
            "cluster/test_lagging.py::test_a_name_that_led_to_a_replica_for_a_moment_is_followed_to_the_primary",
            "cluster/test_lagging.py::test_after_the_promotion_of_a_lagging_replica_everyone_out_keeps_revoked_phones_out",
        ),
    ),
    Fault(
        "F9",
        "a process is killed before a sign-in is committed",
        "the sign-in did not happen; nothing is half-written",
        ("races/test_processes.py::test_killed_processes_leave_no_partial_writes",),
    ),
    Fault(
        "F10",
        "the answer to a sign-in is lost",
        "the same browser continues without a second text; the lost secrets are invalid",
        (
            "login/flow/test_lost_answers.py::test_a_reload_signs_in_with_no_second_text",
            "login/flow/test_lost_answers.py::test_the_secrets_that_got_lost_sign_nobody_in",
            "journeys/test_ladder.py::test_a_response_lost_on_the_network_does_not_sign_the_phone_out",
        ),
    ),
    Fault(
        "F11",
        "a sign-in cannot be written although its code was correct",
        "the code counts when the agent presses the button again; if the process was killed, a new text is offered",
        (
            f"{BUSY}::test_after_a_busy_page_the_right_code_counts_when_it_is_sent_again",
            f"{SLOW}::test_a_process_killed_between_the_check_and_the_sign_in_writes_nothing_and_a_new_text_signs_in",
        ),
    ),
    Fault(
        "F12",
        "a deadlock, or a lost race",
        "the transaction runs up to three times in all; then the busy page",
        (
            f"{BUSY}::test_a_sign_in_that_lost_two_races_is_tried_a_third_time",
            f"{BUSY}::test_a_sign_in_that_lost_three_races_gets_a_busy_page_and_writes_nothing",
            "races/test_lock_order.py::test_an_act_that_waits_for_one_row_does_not_hold_the_next",
            "races/test_holds.py::test_a_phone_signs_in_silently_while_its_agent_or_service_is_being_changed",
        ),
    ),
    Fault(
        "F13",
        "the database is locked for long, read-only, or gone",
        "the busy page; nobody is let in. If PostgreSQL is read-only or SQLite's file is another user's, 503 at "
        "`/readyz`",
        (
            f"{STORAGE}::test_a_node_whose_database_takes_no_writes_is_not_ready",
            f"{STORAGE}::test_connections_that_were_opened_read_only_are_left_once_the_database_takes_writes",
            f"{STORAGE}::test_a_node_whose_database_file_belongs_to_another_user_is_not_ready",
            f"{BUSY}::test_a_phone_that_waits_too_long_for_a_lock_gets_a_busy_page_and_signs_in_later",
            f"{STORAGE}::test_a_database_that_cannot_write_signs_nobody_in",
            f"{STORAGE}::test_a_database_that_cannot_be_reached_gets_a_busy_page",
        ),
    ),
    Fault(
        "F14",
        "the disk is full, or whatever reads the log hangs",
        "no sign-in without its trail entry, so the busy page. A full log, or one whose reader hangs, loses entries "
        "and keeps nobody out; "
        "a full disk under the counts for `/metrics` loses counts and keeps nobody out. If their folder is removed, "
        "`/metrics` goes on without them, and the log says so. With a full disk under nginx, people sign in; whoever "
        "sends over 16 kB, as by an import, is told to try again later",
        (
            f"{STORAGE}::test_a_database_that_cannot_write_signs_nobody_in",
            f"{FULL}::test_a_database_on_a_full_disk_signs_nobody_in_until_there_is_space",
            f"{FULL}::test_a_log_on_a_full_disk_stops_no_sign_in_and_counts_the_missing_lines",
            f"{FULL}::test_a_log_whose_reader_hangs_holds_nobody_up_and_counts_the_missing_lines",
            f"{FULL}::test_a_server_without_standard_error_serves",
            f"{FULL}::test_a_disk_too_full_for_metrics_stops_no_sign_in",
            "deployment/test_behind_nginx.py::test_a_full_disk_under_nginx_keeps_only_long_requests_out_and_says_so",
            "web/test_metrics.py::test_counts_whose_folder_was_removed_hide_nothing_else_and_the_log_says_so",
        ),
        "no space for PostgreSQL's WAL: the server then stops by itself, which is F7",
    ),
    Fault(
        "F15",
        "the signing key is replaced while people sign in",
        "every signature verifies with the published keys",
        (
            "races/test_key_change.py::test_a_key_is_replaced_while_phones_sign_in_and_no_sign_in_is_lost",
            f"{KEYS}::test_every_key_that_signs_is_published_in_any_order_of_steps",
        ),
    ),
    Fault(
        "F16",
        "a service's clock is off",
        "accepted up to five minutes; beyond that, the page names the clocks",
        (
            "conformance/test_general.py::test_g01_a_request_from_a_clock_4_minutes_off_is_accepted_and_10_minutes_off_rejected",
        ),
    ),
    Fault(
        "F17",
        "one node's clock is behind or an hour ahead, or is set back",
        "nothing ends before it began; what a node ahead wrote makes nobody wait elsewhere, forgives no wrong codes, "
        "signs nobody out unless it is as far ahead as the limit is long, and *everyone out* ends what came before it. "
        "Operators' codes count at once when a clock that crept is set right. "
        "The alarm `LatchkeyClockWrong` and the doctor say how far the clocks are apart",
        (
            "web/test_metrics.py::test_a_clock_that_is_minutes_behind_is_reported",
            "web/operators/test_sign_in.py::test_once_a_clock_that_crept_ahead_for_months_is_set_right_operators_codes_count",
            "tokens/test_lifecycle.py::test_a_worker_whose_clock_is_behind_hands_out_nothing_and_retires_nothing_before_its_birth",
            "sessions/test_lifecycle.py::test_a_worker_whose_clock_is_behind_ends_a_session_no_earlier_than_it_opened",
            "otp/test_verifications.py::test_a_worker_whose_clock_is_behind_ends_a_verification_no_earlier_than_it_began",
            f"{AHEAD}::test_a_request_at_the_node_ahead_reads_about_clocks_and_the_next_one_signs_in",
            f"{AHEAD}::test_a_phone_that_alternates_between_nodes_stays_signed_in_without_an_alarm",
            f"{AHEAD}::test_a_code_sent_by_the_node_ahead_signs_in_at_another",
            f"{AHEAD}::test_a_code_given_at_the_node_ahead_sets_up_no_passkey_elsewhere",
            "policies/test_timeouts.py::test_an_instant_further_ahead_than_its_limit_was_dated_by_a_wrong_clock_and_counts_no_more",
            "tokens/test_rotation.py::test_a_token_dated_further_ahead_than_it_lasts_was_issued_by_a_wrong_clock_and_has_ended",
            "saml/connecting/test_listening.py::test_listening_that_a_clock_hours_ahead_began_notes_nothing_elsewhere_and_can_begin_anew",
            f"{AHEAD}::test_an_agent_with_a_text_from_the_node_ahead_gets_another_elsewhere_without_an_hours_wait",
            "otp/test_breaker.py::test_a_worker_whose_clock_was_an_hour_ahead_does_not_keep_others_from_asking_verify",
            "webhooks/test_sending.py::test_after_a_clock_that_was_hours_ahead_is_set_back_no_event_is_skipped",
            "webhooks/test_sending.py::test_a_webhook_that_was_added_by_a_clock_that_was_hours_ahead_gets_what_happens_from_now_on",
            "webhooks/test_sending.py::test_a_sender_whose_clock_is_hours_ahead_sends_what_happens_at_other_nodes",
            "webhooks/test_sending.py::test_a_message_that_failed_while_a_clock_was_hours_ahead_is_sent_once_it_is_set_back",
            "webhooks/test_sending.py::test_a_sender_that_died_while_its_clock_was_hours_ahead_keeps_no_other_from_sending",
            "journeys/test_sign_outs_from_server_to_server.py::test_a_service_that_was_down_while_a_clock_was_hours_ahead_is_notified_once_it_is_set_back",
            "otp/limits/test_pauses.py::test_wrong_codes_dated_by_a_clock_that_was_hours_ahead_make_no_pause_longer",
            "otp/limits/test_pauses.py::test_nobody_guesses_until_the_time_to_which_a_clock_that_was_hours_ahead_dated_something",
            "web/operators/test_sign_in.py::test_tries_dated_by_a_clock_that_was_hours_ahead_keep_nobody_out",
            "web/operators/test_sign_in.py::test_a_wrong_code_dated_by_a_clock_that_was_hours_ahead_makes_no_operator_wait",
            "otp/limits/test_caps.py::test_texts_dated_by_a_clock_that_was_hours_ahead_use_up_nothing",
            "otp/test_open_channels.py::test_a_refusal_dated_by_a_clock_that_was_hours_ahead_closes_no_channel",
            "login/codes/test_guess_limit.py::test_wrong_codes_dated_by_a_clock_that_was_hours_ahead_stop_nobody",
            "native/test_registry.py::test_a_back_end_misses_nothing_after_a_clock_that_was_minutes_ahead_is_set_back",
            "native/test_registry.py::test_a_change_at_a_node_whose_clock_is_almost_a_minute_behind_is_not_missed",
            "audit/statistics/test_hourly.py::test_hours_that_a_clock_ahead_counted_too_early_are_counted_again_in_the_night",
            "web/test_purge.py::test_a_clock_that_is_years_ahead_of_the_databases_deletes_nothing_too_early",
            "otp/test_costs.py::test_a_day_that_a_clock_ahead_counted_too_early_is_counted_again_in_the_night",
            f"{AHEAD}::test_a_page_from_another_node_has_expired_at_the_node_ahead_and_still_works_where_it_came_from",
            f"{AHEAD}::test_whoever_was_signed_out_by_everyone_out_at_the_node_ahead_gets_in_at_another_at_once",
            f"{AHEAD}::test_a_phone_signed_in_at_the_node_ahead_is_signed_out_by_everyone_out_at_another",
            "web/test_backup.py::test_after_a_restore_by_a_clock_that_was_hours_ahead_agents_sign_in_at_once",
            f"{CODES}::test_what_was_ended_by_a_clock_that_was_hours_ahead_keeps_no_later_proof_from_signing_in",
            f"{CODES}::test_what_ends_a_proof_ends_one_that_a_clock_ahead_dated_later",
        ),
    ),
    Fault(
        "F18",
        "everybody signs in with a code at once",
        "each is sent one; the few over the limit are told to wait, and get theirs a minute later",
        (
            f"{FLOOR}::test_each_is_sent_one_code_and_the_few_who_are_over_have_theirs_a_minute_later",
            f"{FLOOR}::test_operators_are_warned_before_the_texts_of_the_day_are_used_up",
        ),
        "1,000 browsers at the pages; `make cluster` signs in 600 known phones at once",
    ),
    Fault(
        "F19",
        "the same while Verify takes 5 s",
        "requests that wait for Twilio take neither connections nor threads from signed-in phones",
        (
            "races/test_connections.py::test_each_thread_has_a_database_connection_even_if_all_wait_for_twilio",
            f"{SLOW}::test_many_requests_that_wait_for_verify_do_not_slow_down_signed_in_phones",
        ),
    ),
    Fault(
        "F20",
        "a new version is deployed",
        "requests in progress complete; both versions read the same tables",
        (
            "deployment/test_behind_nginx.py::test_open_requests_finish_while_the_service_is_reloaded_and_restarted",
            "deployment/test_expansion.py::test_the_migrations_of_this_release_are_compatible_with_the_former_version",
            "deployment/test_expansion.py::test_a_sign_in_continues_at_either_version_and_data_of_the_next_version_is_kept",
        ),
        "two released versions side by side, because none is released yet; the tests imitate the tables and rows of "
        "a next version. `make cluster` adds a column under load",
    ),
    Fault(
        "F21",
        "a backup is restored",
        "everyone needs a new code, at once or when an operator has repeated what was done since and lifts the stop; "
        "if the restore breaks off, nobody is served from that database",
        (
            "journeys/test_restored.py::test_a_phone_reported_lost_since_the_backup_stays_signed_out",
            "races/test_restored.py::test_agents_sign_in_at_a_place_that_was_restored",
            "races/test_restored.py::test_passkeys_apps_webhooks_and_personnel_systems_work_at_a_place_that_was_restored",
            "races/test_restored.py::test_a_restore_stops_all_sign_ins_if_it_is_told_to",
            "races/test_restored.py::test_an_interrupted_restore_serves_nobody",
        ),
    ),
    Fault(
        "F22",
        "the certificate of the SAML key has expired",
        "the key still signs, and operators were warned",
        (
            f"{KEYS}::test_an_expired_certificate_still_signs",
            "keys/test_expiry.py::test_the_certificates_of_signing_keys_are_checked",
        ),
    ),
    Fault(
        "F23",
        "a name server is gone, a connection is half open, or a proxy is restarted",
        "every request ends within 15 s: without Verify the code can be tried again, without a database the busy page",
        (
            "saml/metadata/test_fetch.py::test_a_name_server_that_never_answers_ends_with_the_time",
            "conf/test_name_servers.py::test_a_name_server_that_never_answers_is_given_up_after_2_seconds",
            f"{STORAGE}::test_a_database_that_cannot_be_reached_gets_a_busy_page",
            f"{HALF_OPEN}::test_a_code_typed_while_verify_is_unreachable_gets_a_page_soon_and_signs_in_later",
            f"{HALF_OPEN}::test_redis_on_a_dead_connection_acts_as_an_empty_cache",
            f"{HALF_OPEN}::test_a_database_on_a_dead_connection_gets_a_busy_page",
        ),
        "a proxy that is restarted: [by hand](../explanation/scaled-out.md#tried-by-hand), nginx answered 316 of 316 "
        "requests. A name server that never answers, under load. By hand: a lookup took 2 s, 4 s with a search domain "
        "or a second name server in `/etc/resolv.conf`, 8 s with both; Verify and Redis delay one request by that "
        "([for Redis, use an address](../explanation/redis.md)). The busy page for a database came after 5 s",
    ),
    Fault(
        "F24",
        "a change of configuration is left open in a PostgreSQL console",
        "sign-ins continue; other changes fail after 5 s, but everyone out, the stop and passes work immediately",
        (
            f"{BRAKES}::test_everyone_out_takes_effect_at_once_without_waiting_for_locks",
            f"{BRAKES}::test_a_stop_a_pass_and_the_end_of_the_stop_take_effect_at_once_without_waiting_for_locks",
            f"{BRAKES}::test_another_change_waits_for_the_forgotten_one_and_fails",
        ),
    ),
    Fault(
        "F25",
        "a stop or everyone out is committed while a silent sign-in waits for its row lock",
        "it applies: after the wait, the sign-in uses the current configuration",
        ("races/test_changes_during_a_wait.py::test_a_change_made_while_a_silent_sign_in_waits_for_its_lock_counts",),
    ),
    Fault(
        "F26",
        "the connection to PostgreSQL is lost before the answer to a commit arrives, so its result is unknown",
        "Latchkey looks in the trail: what was committed counts and is answered, even if it was committed late; "
        "otherwise it runs again. If the database is down by then, the busy page. A reload of the same request may "
        "show *You are already signed in*, and the next one succeeds. A text that was reserved is sent. Wherever else "
        "in a sign-in the connection is lost, it goes on at once or when the button is pressed again",
        (
            "races/test_lost_commit_replies.py::test_a_phone_is_signed_in_if_its_commit_succeeded_without_a_reply",
            "races/test_lost_commit_replies.py::test_a_commit_without_a_reply_does_not_make_an_app_redeem_its_code_twice",
            "races/test_lost_commit_replies.py::test_a_phone_is_signed_in_if_its_commit_ends_late",
            f"{LOST}::test_a_phone_signs_in_silently_wherever_the_connection_is_lost",
            f"{LOST}::test_a_code_signs_in_at_once_or_when_it_is_typed_again_wherever_the_connection_is_lost",
            f"{LOST}::test_one_text_is_sent_wherever_the_connection_is_lost",
        ),
    ),
    Fault(
        "F27",
        "PostgreSQL accepts connections but is silent: its disk hangs, it was stopped, or no replica confirms commits",
        "no statement except an export's is waited for longer than 8 s, then the busy page; `database_silent` in the "
        "log, 503 at `/readyz`",
        (
            "postgresql/test_watchdog.py::test_a_server_that_stalls_gets_a_busy_page",
            "postgresql/test_watchdog.py::test_a_connection_closes_after_waiting_too_long_for_one_statement",
        ),
        "an SQLite file on a disk that hangs: nothing interrupts a read",
    ),
    Fault(
        "F28",
        "clients connect and stay silent, send half a request, or never close",
        "nginx waits for them, so nobody else notices. Without a proxy that reads whole requests, a client that sends "
        "half a request keeps one of 8 threads for 10 s. A connection that is opened in advance takes none, and one "
        "that its client never closes keeps nobody waiting",
        (
            "deployment/test_master.py::test_connections_opened_in_advance_take_no_thread",
            "test_gunicorn_worker.py::test_a_client_that_sends_half_a_request_holds_a_thread_for_10_seconds_at_most",
            "deployment/test_master.py::test_clients_that_do_not_close_their_connection_keep_nobody_waiting",
        ),
        "a client that sends one byte every few seconds, without such a proxy",
    ),
    Fault(
        "F29",
        "somebody removes SQLite's `-wal` file while Latchkey runs",
        "nothing more is written into it. The process that notices writes back what it holds and begins a new one "
        "after a few busy pages; others that had it open show the busy page until a restart. If another process began "
        "a new one before, what the removed one held is lost: the busy page until a restart, and then everyone out as "
        "after a restored backup (F21)",
        (
            "sqlite3/test_files.py::test_nothing_is_written_into_a_removed_log_and_its_content_is_saved",
            "sqlite3/test_files.py::test_what_is_written_outside_a_transaction_goes_into_no_removed_log_either",
            "sqlite3/test_files.py::test_the_content_of_a_removed_log_is_saved_while_another_process_has_it_open",
            "sqlite3/test_files.py::test_no_new_log_is_begun_while_another_thread_reads_from_the_removed_one",
            "sqlite3/test_files.py::test_nothing_is_written_once_another_process_has_begun_a_new_log",
        ),
    ),
    Fault(
        "F30",
        "the database has no tables, or those of the version before, or the account may not use them",
        "the busy page; 503 at `/readyz` if tables or migrations are missing; `database_unprepared` in the log, with "
        "the command that helps. A new version that lacks its tables does not take over from one that serves",
        (
            "races/test_unmigrated.py::test_agents_and_services_read_that_latchkey_is_busy_and_operators_what_to_do",
            "races/test_unmigrated.py::test_such_a_node_starts_and_is_not_ready",
            "web/test_start_up.py::test_a_new_version_without_its_tables_does_not_take_over_from_one_that_serves",
            "sql/test_unprepared.py::test_tables_of_the_version_before_are_helped_by_migrate",
            "sql/test_unprepared.py::test_a_table_that_the_account_may_not_use_is_helped_by_its_rights",
        ),
    ),
    Fault(
        "F31",
        "a node vanishes in the middle of a transaction, as by a loss of power",
        "PostgreSQL drops its locks after 6 s; until then an agent whose row it held gets the busy page",
        (f"{HALF_OPEN}::test_a_node_that_vanishes_with_a_lock_keeps_an_agent_out_for_seconds_only",),
        "a node that is stopped but still there, such as a virtual machine that is suspended, keeps its locks",
    ),
    Fault(
        "F32",
        "the system allows a process no more threads, memory or files",
        "each process has the threads for its requests from its start. One that can accept nothing more ends once "
        "its requests are answered, and another begins. Without files, requests that need one get an error page or the "
        "busy page, and the next ones that find a file are served",
        (
            "web/test_start_up.py::test_a_process_that_may_open_no_files_shows_error_pages_and_recovers",
            "deployment/test_master.py::test_each_process_starts_with_all_threads_and_needs_no_more_when_many_requests_come",
            "test_gunicorn_worker.py::test_a_process_that_may_open_no_more_files_makes_room_for_another",
        ),
        "too little address space for all threads (`ulimit -v` under about 400 MB on SQLite; on PostgreSQL, 900 MB "
        "were too little): pages for faults of ours, processes that end, and requests without an answer. By hand, "
        "processes that reached a container's limit of memory were killed and replaced "
        "([result](../explanation/scaled-out.md#tried-by-hand))",
    ),
    Fault(
        "F33",
        "somebody removes the file of an SQLite database while Latchkey runs, or puts another in its place",
        "nothing more is read from either: the busy page and 503 at `/readyz` until a restart, and the log says why. "
        "What was committed until then is in the removed file ([how to save it]"
        "(../how-to/restore-a-backup.md#if-the-file-of-an-sqlite-database-was-removed))",
        (
            "sqlite3/test_files.py::test_nothing_is_read_or_written_once_another_file_is_in_place_of_the_database",
            "sqlite3/test_files.py::test_what_was_committed_is_in_the_file_that_was_moved_away_and_not_in_the_new_one",
            "sqlite3/test_files.py::test_a_removed_database_can_be_saved_while_the_process_lives",
            f"{STORAGE}::test_a_node_whose_database_file_was_replaced_is_not_ready",
        ),
        "a file that is overwritten in place, as by `cp`: that destroys the database",
    ),
    Fault(
        "F34",
        "somebody removes SQLite's `-shm` file while Latchkey runs, which holds the locks between processes",
        "the process that notices makes a new one after one busy page at most, and nothing is lost. If another "
        "process, such as a command that a timer starts, made a new one before, the two would write over each other: "
        "the busy page and 503 at `/readyz` until a restart, and nothing is lost",
        (
            "sqlite3/test_files.py::test_a_removed_index_of_the_log_destroys_no_database_although_another_process_writes",
            "sqlite3/test_files.py::test_after_a_moment_a_removed_index_of_the_log_is_made_anew_and_nothing_is_lost",
        ),
        "a sign-in that is being written in the very moment in which the other process opens the database",
    ),
    Fault(
        "F35",
        "a process is stopped for a while, as when its virtual machine moves, or requests queue, and people reload",
        "a request that nobody waits for any more is not carried out. With the token of before the reload, it would "
        "look like a copy of the phone, and sign the agent out. By hand, nginx waited for a stopped process as long as "
        "the agent did, 65 s at most, and a reload led to another node",
        ("test_gunicorn_worker.py::test_a_request_whose_client_hung_up_while_it_was_queued_is_not_carried_out",),
        "a request that was being carried out when the process was stopped; a proxy that keeps its connection to "
        "Latchkey although its client has gone",
    ),
    Fault(
        "F36",
        "the file of an SQLite database is damaged, as by a failing disk",
        "requests that meet the damage get the busy page, and from then on `/readyz` says 503 until a restart; "
        "`database_unprepared` in the log says to restore a backup. The doctor reads the file for 5 s at most, and "
        "names damage that it finds",
        (
            f"{STORAGE}::test_a_damaged_file_signs_nobody_in_and_the_log_and_the_monitor_say_so",
            "web/checkup/test_database.py::test_a_damaged_file_is_a_fault",
        ),
        "damage in a table of PostgreSQL: the busy page, and PostgreSQL's own error in the log",
    ),
    Fault(
        "F37",
        "the server of a service or webhook that has to be told of something never answers",
        "no agent waits for it. Each try ends after 5 s for a sign-out and 10 s for a webhook. In one run, a service "
        "is waited for twice, and then its other notices count as tried, so those of other services do not wait behind "
        "them, and come first in the next run; a webhook waits a while before its next try",
        (
            "journeys/test_sign_outs_from_server_to_server.py::test_a_service_that_never_answers_is_waited_for_twice_for_all_who_sign_out",
            "journeys/test_sign_outs_from_server_to_server.py"
            "::test_two_messages_that_a_service_cannot_answer_use_up_no_try_of_another_twice",
            "webhooks/test_sending.py::test_a_slow_receiver_is_not_waited_for",
            "webhooks/test_sending.py::test_a_webhook_that_fails_does_not_delay_others",
        ),
    ),
    Fault(
        "F38",
        "somebody leaves a transaction open in a PostgreSQL console that locks an agent's row, or a whole table",
        "the agent, or everybody, gets the busy page after 5 s, and gets in once it has ended. `/readyz` stays 200; "
        "`LatchkeyPagesFail` goes off if many wait. The doctor names the process of PostgreSQL that keeps them waiting",
        (
            f"{BUSY}::test_a_phone_that_waits_too_long_for_a_lock_gets_a_busy_page_and_signs_in_later",
            f"{DATABASE}::test_whoever_left_a_lock_open_for_which_a_request_waits_is_named",
        ),
    ),
    Fault(
        "F39",
        "PostgreSQL has no connection left, because other programs or a limit of the account take them",
        "open connections serve on. Whoever finds none gets the busy page after 5 s at most, until one is free again. "
        "The doctor says what is missing",
        (
            f"{STORAGE}::test_a_postgresql_without_a_connection_left_gets_a_busy_page",
            f"{DATABASE}::test_a_postgresql_that_has_no_connection_left_for_us_is_named",
        ),
        "under load. By hand, all connections were ended and then taken by another program: 1 of 676 requests was told "
        "to wait, because Latchkey's own came first",
    ),
    Fault(
        "F40",
        "a button that shows a secret once is pressed twice at once, or the page with the secret is lost",
        "one secret is made, and the one that is shown works; the other press reads that it is done. If a webhook's "
        "secret is made anew because it was lost, the one that the receiver has signs for another day",
        (
            "races/test_pressed_twice.py::test_a_button_that_is_pressed_many_times_at_once_shows_one_secret_and_that_one_works",
            "races/test_other_codes.py::test_a_button_that_is_pressed_twice_at_once_makes_one_sheet",
            "webhooks/test_sending.py::test_the_old_secret_verifies_messages_too_if_its_successor_got_lost_and_the_button_was_pressed_again",
        ),
    ),
    Fault(
        "F41",
        "a stranger asks for so long an address that the header of its answer, which repeats it, is longer than a "
        "proxy takes",
        "the nginx of `deploy/` takes it. With its default of 4 kB, nginx calls that a failure of the node and, if "
        "there are several, leaves each for two seconds, so that nobody gets in",
        (
            "deployment/test_behind_nginx.py::test_a_stranger_with_a_long_address_is_no_failure_of_a_node_after_which_nginx_would_leave_it",
        ),
    ),
]
TEXT = """# Faults

{note}

This page is for anyone who runs Latchkey. It lists what can break around it, what people see then, and the tests that
break it. The numbers never change. A missing test fails the build, and what no test covers is listed.

{faults}

`make cluster` breaks several of these in turn while agents sign in, and checks that nobody loses a sign-in
([results](../explanation/scaled-out.md)). It takes some minutes and is not part of `make test`.

## Tests

All of these are part of `make test`, including those in `cluster/`. The paths are below `tests/`. Tests that fill a
disk mount one in memory, which needs root or `sudo`.

{tests}
"""


def page():
    faults = table(
        "", "What breaks", "What happens", "Not tested", rows=[(it.id, it.what, it.then, it.untried) for it in FAULTS]
    )
    rows = [(it.id, "<br>".join(f"`{named}`" for named in it.tests) or "none") for it in FAULTS]
    return TEXT.format(note=note("faults"), faults=faults, tests=table("", "Shown by", rows=rows))


if __name__ == "__main__":
    sys.stdout.write(page())
