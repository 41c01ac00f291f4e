/*
 * Every outcome, once: its code on the wire, its name, what follows from it, and a sentence for a person.
 * The same list serves function results, answers to terminals and reasons of the quarantine. Owns nothing; any thread.
 *
 * Consequences:  FINE    go on.
 *                RETRY   nothing happened; the same call or message may work later.
 *                REFUSE  this input will never be taken as it is; everything else goes on.
 *                STOP    the process cannot go on truthfully: close what is open and exit.
 *
 * Codes are never reused. A new one goes at the end of its group.
 */
#ifndef JUYAN_PROTO_STATUS_H
#define JUYAN_PROTO_STATUS_H

#include <stdarg.h>
#include <stddef.h>

#include "bounds.h"

enum consequence { FINE, RETRY, REFUSE, STOP };

#define STATUS_LIST(X) \
	X(0, OK, "ok", FINE, "fine") \
	/* the session */ \
	X(1, GAP, "gap", REFUSE, "the stream has a gap") \
	X(2, VERSION, "version", REFUSE, "this protocol version is not spoken here") \
	X(3, NOT_AUTHORISED, "not_authorised", REFUSE, "the terminal has no right to do this") \
	X(4, REVOKED, "revoked", REFUSE, "the terminal's key is not authorised or has been revoked") \
	X(5, NO_HELLO, "no_hello", REFUSE, "the session has to begin with a Hello") \
	X(6, WINDOW, "window", REFUSE, "more batches are under way than the window allows") \
	X(7, NO_ROOM, "no_room", RETRY, "the ledger has no room: sent again later it will be taken") \
	X(8, BUSY, "busy", RETRY, "the service is busy") \
	X(9, DUPLICATE_EVENT, "duplicate_event", FINE, "this number is on disk with the same content") \
	X(10, CONFLICTING_EVENT, "conflicting_event", REFUSE, "this number is on disk with other content") \
	X(11, TIMEOUT, "timeout", RETRY, "no answer came in time") \
	X(12, CLOSED, "closed", RETRY, "the other end is closed") \
	X(13, OTHER_PAST, "other_past", REFUSE, "the journal is not the one that is on file here") \
	/* what is wrong with a message, an event or a file */ \
	X(20, UNDECODABLE, "undecodable", REFUSE, "the bytes are not a message of this protocol") \
	X(21, TOO_LARGE, "too_large", REFUSE, "it is larger than allowed") \
	X(22, NO_CONTENT, "no_content", REFUSE, "it says nothing that this version knows") \
	X(23, NOT_TEXT, "not_text", REFUSE, "a text is not valid UTF-8 or holds control characters") \
	X(24, MISSING_FIELD, "missing_field", REFUSE, "a required field is missing") \
	X(25, OUT_OF_RANGE, "out_of_range", REFUSE, "a value is out of its range") \
	X(26, TOO_MANY, "too_many", REFUSE, "there are more of these than allowed") \
	X(27, UNKNOWN_PORT, "unknown_port", REFUSE, "the registry does not know this port") \
	X(28, DOUBLE_UNIT, "double_unit", REFUSE, "a unit stands twice in one manifest") \
	X(29, SYNTAX, "syntax", REFUSE, "it cannot be read") \
	X(30, NOT_FOUND, "not_found", REFUSE, "there is no such thing") \
	X(31, NOT_WAITING, "not_waiting", REFUSE, "this quarantined event is settled already") \
	X(32, CONTRADICTION, "contradiction", REFUSE, "it contradicts what is on file") \
	X(33, USAGE, "usage", REFUSE, "it was not asked for in the right way") \
	X(34, BATCH_FULL, "batch_full", REFUSE, "the batch has as many events as a batch may have") \
	X(35, TOO_FEW, "too_few", REFUSE, "there are too few values for this") \
	X(36, NO_FIT, "no_fit", REFUSE, "no model fits these values") \
	/* the machine */ \
	X(50, NO_MEMORY, "no_memory", STOP, "memory ran out") \
	X(51, DISK, "disk", STOP, "the disk failed: nothing more can be promised") \
	X(52, DAMAGED, "damaged", STOP, "the ledger on disk is damaged") \
	X(53, IN_USE, "in_use", STOP, "the ledger is in use by another process") \
	X(54, FORMAT, "format", STOP, "the ledger on disk has a format that this version does not read") \
	X(55, SYSTEM, "system", STOP, "the operating system refused") \
	X(56, SETTING, "setting", STOP, "a setting is wrong") \
	X(57, INTERRUPTED, "interrupted", STOP, "it was asked to stop")

#define X(code, name, text, consequence, sentence) STATUS_##name = (code),
enum status { STATUS_LIST(X) };
#undef X

#define MUST_USE __attribute__((warn_unused_result))

/* The name as it stands on the wire, such as "not_authorised"; "unknown" for a code that is not in the list. */
const char *status_name(enum status status);
const char *status_sentence(enum status status);
enum consequence status_consequence(enum status status);

/*
 * What went wrong in one sentence: what, where, what was expected. Filled by whoever returns a status other than OK. It is always a
 * text (wire_text_clean), whatever it repeats: sentences go into logs, JSON and messages that others decode.
 */
struct reason {
	char text[SENTENCE_BYTES_MAX];
};

/*
 * Writes the sentence into `why` (which may be NULL) and gives `status`, so that a check reads as one line. A macro, so that the
 * compiler sees which status it is, and can prove that no output is used where a check has failed.
 */
#define reason_say(why, status, ...) (reason_write(why, __VA_ARGS__), reason_given(status))

void reason_write(struct reason *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline enum status
reason_given(enum status status)
{
	return status;
}

#endif
