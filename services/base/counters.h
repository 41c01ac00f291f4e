/*
 * Every refusal, loss and retry is counted under a name that an operator can search for. One table holds name and meaning; the
 * log, the documentation and (later) /metrics come from it. Any thread.
 */
#ifndef JUYAN_BASE_COUNTERS_H
#define JUYAN_BASE_COUNTERS_H

#include <stdatomic.h>
#include <stdint.h>

#define COUNTER_LIST(X) \
	X(events_accepted, "events committed and applied") \
	X(events_quarantined, "events committed into quarantine") \
	X(events_not_authorised, "events that their terminal had no right to send (kept in quarantine)") \
	X(events_duplicate, "events that were on disk already, same content") \
	X(events_conflicting, "events whose number was on disk with other content (kept in quarantine)") \
	X(batches_gap, "batches that did not go on where the stream ends") \
	X(batches_no_room, "batches refused for want of map or disk") \
	X(sites_stopped, "batches of a site's journal with a block that does not fit, at which its stream stopped") \
	X(batches_window, "batches beyond the window of their session") \
	X(commits, "groups committed") \
	X(sessions_opened, "Hellos answered with a Welcome") \
	X(sessions_refused, "Hellos or messages answered with a Refusal") \
	X(sessions_full, "of these, because as many sessions were open and owed an answer as there may be") \
	X(sessions_forgotten, "sessions of the terminal that was silent longest, ended to make room for another's") \
	X(sessions_crowded, "sessions ended because their own terminal opened more than eight: the one that was silent longest") \
	X(frames_undecodable, "frames that were no message of this protocol") \
	X(keys_refused, "connections refused: key unknown or revoked") \
	X(keys_accepted, "connections let in by their key") \
	X(peers_away, "answers that found their peer gone") \
	X(handshakes_failed, "connections that failed the CURVE handshake or spoke no CURVE at all") \
	X(doors_shut, "times that a tcp endpoint took no new connections for up to 0.1 s, because so many had failed") \
	X(loops_stuck, "times that a service's loop had not turned for ten seconds") \
	X(descriptors_used_up, "looks, one each second, that found every file descriptor in use: no more connections are taken") \
	X(questions_answered, "questions answered") \
	X(questions_failed, "questions answered with a Failure") \
	X(questions_refused, "questions from a key without the right to read") \
	X(news_told, "news told, without those that only say that the feed is alive") \
	X(news_skipped, "news that told of too much at once to name it one by one") \
	X(news_missed, "gaps in the news that the dashboard heard, mended by asking") \
	X(connections_taken, "connections of browsers and programs to the dashboard") \
	X(connections_cut, "of these, shown out for being too slow to ask or to take the answer") \
	X(requests_answered, "requests answered as asked") \
	X(requests_refused, "requests answered with a problem: wrong, without a right, or not there") \
	X(requests_busy, "requests that found too many waiting, or were not answered in time") \
	X(pictures_made, "pictures of the ledger made for the dashboard") \
	X(listeners_shown_out, "listeners of the event stream that did not read") \
	X(logins_right, "logins with the right password") \
	X(logins_failed, "logins with a wrong name or password") \
	X(logins_paused, "logins refused because too many had failed before") \
	X(decisions_sent, "notes and settlements of named persons that ingest has taken") \
	X(questions_busy, "questions about the future that found too many waiting") \
	X(forecasts_changed, "times that what forecasts rest on had changed: a day closed, a fact of a past day, the registry") \
	X(checkpoints_made, "checkpoints of the ledger signed and kept") \
	X(checkpoints_failed, "times that a day's checkpoint could not be made; it is tried again every ten minutes") \
	X(scrub_passes, "times that the ledger was read over from one end to the other") \
	X(scrub_damages, "damages found by that: the log has the place, 'juyan verify' the proof") \
	X(room_warnings, "times that map or disk came below twice their headroom") \
	X(forecasts_unkept, "times that the day's forecast could not be kept on disk") \
	X(relay_events, "events of this ledger that headquarters has confirmed") \
	X(relay_connections, "times that headquarters was there, after it had not been") \
	X(relay_stops, "times that nothing more could be brought to headquarters, each reason once") \
	X(relay_decrees, "changes of the registry that came signed from headquarters and were taken") \
	X(relay_decrees_refused, "… that this ledger did not take, or that were not the authority's") \
	X(relay_losses, "times that headquarters had less than it had confirmed") \
	X(warehouse_events, "events whose facts have gone to the warehouse") \
	X(warehouse_transactions, "transactions of the warehouse that PostgreSQL has confirmed") \
	X(warehouse_forecasts, "kept forecasts that have gone to the warehouse, or cannot be read") \
	X(warehouse_troubles, "tries of the warehouse that failed: PostgreSQL away, slow, full, without rights and so on")

#define X(name, meaning) COUNTER_##name,
enum counter { COUNTER_LIST(X) COUNTERS };
#undef X

struct counters {
	_Atomic uint64_t values[COUNTERS];
};

static inline void
count(struct counters *counters, enum counter counter, uint64_t n)
{
	atomic_fetch_add_explicit(&counters->values[counter], n, memory_order_relaxed);
}

const char *counter_name(enum counter counter);
const char *counter_meaning(enum counter counter);

#endif
