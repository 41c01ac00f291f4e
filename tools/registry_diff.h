/*
 * What a registry file would change in the registry in use, record by record. Records are lent; the list of changes is owned and
 * closed by whoever made it. One thread.
 */
#ifndef JUYAN_TOOLS_REGISTRY_DIFF_H
#define JUYAN_TOOLS_REGISTRY_DIFF_H

#include "registry_file.h"

enum registry_change_kind { REGISTRY_ADDED, REGISTRY_CHANGED, REGISTRY_DROPPED, REGISTRY_MISSING, REGISTRY_SAME };

struct registry_change {
	enum registry_change_kind kind;
	const Juyan__V1__RegistryRecord *old;    /* in use; NULL when added */
	const Juyan__V1__RegistryRecord *record; /* what it becomes; NULL where the file does not have it */
	char key[REGISTRY_KEY_BYTES];
	/* A terminal is never dropped but revoked: what it becomes then. */
	Juyan__V1__RegistryRecord revoked_record;
	Juyan__V1__Terminal revoked_terminal;
};

/*
 * Sorted so that what others point at comes first: places before ports, these and groups before terminals, days, goals and so on.
 * Records of kinds that the file does not speak of are the same.
 */
struct registry_diff {
	struct registry_change *changes;
	size_t n;
	size_t added;
	size_t changed;
	size_t dropped;
	size_t missing; /* in use, not in the file, and staying */
	uint32_t apart; /* kinds of records (bit n: record_case n) that go in parts of their own; set by who wants that */
};

/* `drop`: what is missing in a list that the file has is dropped, else it stays. NO_MEMORY. */
enum status registry_diff_make(const Juyan__V1__RegistryRecord *const *used, size_t n, const struct registry_file *file, bool drop,
    struct registry_diff *out) MUST_USE;
/* What stands apart and is the same in the file becomes a change: it is put once more. */
void registry_diff_again(struct registry_diff *diff);
void registry_diff_close(struct registry_diff *diff); /* safe on a zeroed one */

/* How many records applying it would touch. */
size_t registry_diff_size(const struct registry_diff *diff);

/* For people. */
void registry_diff_print(const struct registry_diff *diff, FILE *out);

/*
 * Whether the registry that comes of it fits and may come after the one in use, as registry_build and registry_follows say. *misfit
 * becomes the record that does not fit the others, NULL where it is no single one's fault.
 */
enum status registry_diff_check(const struct registry_diff *diff, const Juyan__V1__RegistryRecord **misfit,
    struct reason *why) MUST_USE;

/*
 * The changes as RegistryChanged messages of bounded size, in an order in which each leaves a registry that fits. `take` is
 * called for each and may end it with a status. `change` holds by and reason.
 */
enum status registry_diff_parts(const struct registry_diff *diff, Juyan__V1__RegistryChanged *change,
    enum status (*take)(void *user, Juyan__V1__RegistryChanged *change), void *user) MUST_USE;

#endif
