/*
 * Where a batch stands after a history, the naive way: by looking through all its events for each figure. For test_passages.c.
 */
#ifndef JUYAN_TESTS_WHEREABOUTS_H
#define JUYAN_TESTS_WHEREABOUTS_H

#include "history.h"

/* A batch, and which events of a history have been applied. */
struct naive {
	const struct history *history;
	const bool *applied;
	const char *port, *batch_no;
};

/* The i-th event, where it is one of the batch that was applied. */
static inline const struct naive_event *
own(const struct naive *naive, size_t i)
{
	const struct naive_event *e = &naive->history->events[i].naive;
	bool is = naive->applied[i] && strcmp(e->event->port, naive->port) == 0 && strcmp(e->event->batch_no, naive->batch_no) == 0;
	return is ? e : NULL;
}

static inline bool
later(const struct naive_event *a, const struct naive_event *b)
{
	if (b == NULL || a->event->occurred_at_ms != b->event->occurred_at_ms)
		return b == NULL || a->event->occurred_at_ms > b->event->occurred_at_ms;
	return a->terminal_no != b->terminal_no ? a->terminal_no > b->terminal_no : a->stream_seq > b->stream_seq;
}

static inline const char *
unit_of(const Juyan__V1__Event *event)
{
	switch (event->what_case) {
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return event->unit_arrived->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return event->unit_departed->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return event->unit_weighed->unit_id;
	case JUYAN__V1__EVENT__WHAT_INSPECTED:
		return event->inspected->unit_id;
	case JUYAN__V1__EVENT__WHAT_MASS_CORRECTED:
		return event->mass_corrected->unit_id;
	default:
		return "";
	}
}

/* The latest event of a kind about a unit ("": whichever); `first`: the first instead. */
static inline const struct naive_event *
find(const struct naive *naive, int kind, const char *unit, bool first)
{
	const struct naive_event *best = NULL;
	for (size_t i = 0; i < naive->history->n; i++) {
		const struct naive_event *e = own(naive, i);
		if (e == NULL || (int)e->event->what_case != kind || (unit[0] != '\0' && strcmp(unit_of(e->event), unit) != 0))
			continue;
		if (kind == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED &&
		    e->event->unit_weighed->stability == JUYAN__V1__STABILITY__MOVING)
			continue;
		if (kind == JUYAN__V1__EVENT__WHAT_INSPECTED && e->event->inspected->outcome == 0)
			continue;
		if (best == NULL || later(e, best) != first)
			best = e;
	}
	return best;
}

static inline const struct naive_event *
lodging(const struct naive *naive)
{
	const struct naive_event *lodged = find(naive, JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED, "", false);
	const struct naive_event *deleted = find(naive, JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED, "", false);
	return deleted != NULL && later(deleted, lodged) ? deleted : lodged;
}

static inline bool
is_named(const Juyan__V1__ManifestLodged *manifest, const char *vehicle)
{
	for (size_t i = 0; i < manifest->n_units; i++)
		if (strcmp(manifest->units[i]->unit_id, vehicle) == 0)
			return true;
	return false;
}

/*
 * The first who came and the last who went of those who count, and how many have left. Strangers that came and went stand for those
 * of the manifest (NULL: none) of whom nobody saw anything.
 */
static inline bool
pass(const struct naive *naive, const Juyan__V1__ManifestLodged *manifest, const struct naive_event **in,
    const struct naive_event **out, size_t *left)
{
	size_t seen = 0, unseen = 0, strangers = 0;
	const struct naive_event *stranger = NULL;
	*in = *out = NULL;
	*left = 0;
	for (size_t v = 0; v < 3; v++) {
		bool any = false, named = manifest == NULL || is_named(manifest, vehicles[v]);
		for (size_t i = 0; i < naive->history->n; i++)
			any = any || (own(naive, i) != NULL && strcmp(unit_of(own(naive, i)->event), vehicles[v]) == 0);
		const struct naive_event *a = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED, vehicles[v], false);
		const struct naive_event *d = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED, vehicles[v], false);
		seen += any;
		unseen += named && a == NULL && d == NULL;
		*left += named && d != NULL;
		if (a != NULL && (*in == NULL || later(*in, a)))
			*in = a;
		if (named && d != NULL && later(d, *out))
			*out = d;
		if (!named && a != NULL && d != NULL) {
			strangers++;
			stranger = later(d, stranger) ? d : stranger;
		}
	}
	if (manifest != NULL && unseen > 0 && stranger != NULL && later(stranger, *out))
		*out = stranger;
	*left += manifest == NULL ? 0 : strangers < unseen ? strangers : unseen;
	return *out != NULL && *left == (manifest != NULL ? manifest->n_units : seen);
}

/* "place stage departed/units arrived lane departed lane first last inspected released inspections second held". */
static inline void
describe(const struct naive *naive, char out[256])
{
	const struct naive_event *paper = lodging(naive), *in, *outgoing;
	bool deleted = paper != NULL && paper->event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED;
	size_t units = paper != NULL && !deleted ? paper->event->manifest_lodged->n_units : 0, left;
	bool gone = pass(naive, units > 0 ? paper->event->manifest_lodged : NULL, &in, &outgoing, &left);
	const struct naive_event *look = find(naive, JUYAN__V1__EVENT__WHAT_INSPECTED, "", false);
	const struct naive_event *first = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, "", true);
	const struct naive_event *last = find(naive, JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED, "", false);
	const struct naive_event *released = find(naive, JUYAN__V1__EVENT__WHAT_RELEASED, "", false);
	char told[EVENTS_MAX][64];
	size_t n_told = 0;
	bool second = false;
	for (size_t i = 0; i < naive->history->n; i++) {
		const struct naive_event *e = own(naive, i);
		if (e == NULL || e->event->what_case != JUYAN__V1__EVENT__WHAT_INSPECTED || e->event->inspected->outcome == 0)
			continue;
		int by = snprintf(told[n_told], 64, "%d %s;", (int)e->event->inspected->by, e->event->inspected->unit_id);
		snprintf(told[n_told] + by, 64 - (size_t)by, "%lld %d", (long long)e->event->occurred_at_ms,
		    (int)e->event->inspected->outcome);
		bool twice = false, other = false;
		for (size_t k = 0; k < n_told; k++) {
			twice = twice || strcmp(told[k], told[n_told]) == 0;
			other = other || strncmp(told[k], told[n_told], (size_t)by) == 0;
		}
		second = second || (other && !twice);
		n_told += !twice;
	}
	const char *stage = deleted ? "deleted"
	    : gone                  ? "departed"
	    : released != NULL      ? "released"
	    : look != NULL          ? (look->event->inspected->outcome == JUYAN__V1__OUTCOME__PASSED ? "inspected" : "held")
	    : last != NULL          ? "weighed"
	    : in != NULL            ? "arrived"
	    : paper != NULL         ? "lodged"
				    : "";
#define AT(e) (long long)((e) == NULL ? 0 : (e)->event->occurred_at_ms)
	snprintf(out, 256, "%s %zu/%zu %lld '%s' %lld '%s' %lld %lld %lld %lld %zu %d '%s'", stage, left, units, AT(in),
	    in != NULL ? in->event->unit_arrived->lane : "", gone ? AT(outgoing) : 0,
	    outgoing != NULL ? outgoing->event->unit_departed->lane : "", AT(first), AT(last), AT(look), AT(released), n_told,
	    second, look != NULL ? look->event->inspected->held : "");
	bool yard = in != NULL && !gone && !deleted;
	const char *place = yard ? "yard" : "nowhere";
	if (gone && !deleted)
		place = AT(outgoing) < 1738252800000 + 86400000 ? "2025-01-31" : "2025-02-01";
	size_t bytes = strlen(place);
	memmove(out + bytes + 1, out, strlen(out) + 1);
	memcpy(out, place, bytes);
	out[bytes] = ' ';
}

static inline void
show(const Juyan__V1__Crossing *c, const char *place, char out[256])
{
	snprintf(out, 256, "%s %s %u/%u %lld '%s' %lld '%s' %lld %lld %lld %lld %u %d '%s'", place, c->stage, c->units_departed,
	    c->units, (long long)c->arrived_at_ms, c->lane_in, (long long)c->departed_at_ms, c->lane_out,
	    (long long)c->first_weighed_at_ms, (long long)c->last_weighed_at_ms, (long long)c->inspected_at_ms,
	    (long long)c->released_at_ms, c->inspections, c->second_inspection != 0, c->held);
}

#endif
