/*
 * The registry as the rules use it: ports, commodity groups and terminals, compiled from records into an immutable view.
 *
 * A view owns copies of all its texts and is closed by whoever built it; it may be read from any thread. Days are local to the
 * port. Of several records with one id the one with the latest valid_from that is not after the day holds; before the first of
 * them, the first.
 */
#ifndef JUYAN_STORAGE_REGISTRY_H
#define JUYAN_STORAGE_REGISTRY_H

#include <stdbool.h>
#include <stdint.h>

#include "authorities.h"
#include "places.h"
#include "wire.h"

#define GROUP_OTHER "other" /* goods that no group claims */
#define GROUP_EMPTY "empty" /* a crossing without goods */

struct registry;

struct port_rule {
	const char *id;
	int32_t utc_offset_minutes;
	Juyan__V1__CountOn count_on;
};

struct terminal_rule {
	uint32_t terminal_no;
	const char *name;
	uint8_t public_key[PUBLIC_KEY_BYTES];
	bool administrator;
	bool reader;
	bool revoked;
	bool site; /* another ledger, which sends its journal */
};

/*
 * Builds a view of these records. REFUSE statuses with a sentence when they do not fit each other: an id in the wrong form,
 * a terminal number with two keys, a key with two numbers, a right for a port that does not exist, a calendar day that is none …
 */
enum status registry_build(const Juyan__V1__RegistryRecord *const *records, size_t n, struct registry **out,
    struct reason *why) MUST_USE;
/* The same; where it is one record's fault that they do not fit each other, *misfit becomes that record, else NULL. */
enum status registry_build_telling(const Juyan__V1__RegistryRecord *const *records, size_t n, struct registry **out,
    const Juyan__V1__RegistryRecord **misfit, struct reason *why) MUST_USE;
void registry_close(struct registry **registry);

/*
 * Whether one registry may come after another: every terminal keeps its number for good, and but for a site its key (it is revoked,
 * never dropped, for its number names it in the journal), and there stays an administrator who can change it again. CONTRADICTION.
 */
enum status registry_follows(const struct registry *before, const struct registry *after, struct reason *why) MUST_USE;

/* The checks of one record by itself; registry_build has them too. */
enum status registry_check(const Juyan__V1__RegistryRecord *record, struct reason *why) MUST_USE;

/*
 * The name of a record: kind, id and valid_from, such as "group/coal" or "port/ceke from 2025-01-01". A record of the same name
 * replaces it. All that share an id stand together when names are sorted, in order of valid_from. False where it names nothing.
 */
enum { REGISTRY_KEY_BYTES = 128 };
bool registry_key(const Juyan__V1__RegistryRecord *record, char out[REGISTRY_KEY_BYTES]) MUST_USE;

bool registry_knows_port(const struct registry *registry, const char *port);
/* The port's id as the view holds it; NULL where it is unknown. */
const char *registry_port_id(const struct registry *registry, const char *port);
/* The ids in their order: the first for NULL, then the one behind `after` (which is one of them); NULL behind the last. */
const char *registry_next_port(const struct registry *registry, const char *after);
/* Whether a question may name it: a port, or a place, which stands for all ports below it. */
bool registry_knows_spot(const struct registry *registry, const char *port_or_place);
/* The tree that the ports stand in; lent. */
const struct places *registry_places(const struct registry *registry);
/* Who decides what for this ledger; lent. */
const struct authorities *registry_authorities(const struct registry *registry);
/* The known id that is nearest to one that is not: of a port, or of a port or a place; NULL where there is none at all. */
const char *registry_nearest_port(const struct registry *registry, const char *port);
const char *registry_nearest_spot(const struct registry *registry, const char *port_or_place);
/* The rule that holds at this port at this time, and false where the port is unknown. */
bool registry_port(const struct registry *registry, const char *port, int64_t utc_ms, struct port_rule *out) MUST_USE;

/* The group of a goods line at a day; lives as long as the view. `hs` and `description` need no NUL. */
const char *registry_group(const struct registry *registry, int64_t day, struct span hs, struct span description);

/* NULL where there is none. They live as long as the view. */
const struct terminal_rule *registry_terminal(const struct registry *registry, uint32_t terminal_no);
const struct terminal_rule *registry_terminal_by_key(const struct registry *registry, const uint8_t key[PUBLIC_KEY_BYTES]);
size_t registry_terminals(const struct registry *registry);
const struct terminal_rule *registry_terminal_at(const struct registry *registry, size_t i);

/* Whether a port is among those of a terminal's rights. */
bool registry_has_port(const struct registry *registry, uint32_t terminal_no, const char *port);
/*
 * Whether a terminal may send this kind of event for this port. `port` is not looked at for administrative kinds. A revoked
 * terminal has no session any more; what it sent before keeps its rights, so that it can still leave quarantine.
 */
bool registry_allows(const struct registry *registry, uint32_t terminal_no, const Juyan__V1__Event *event);

#endif
