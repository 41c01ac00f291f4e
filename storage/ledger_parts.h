/*
 * The inside of a ledger that is written: ledger.c has the transaction and what every entry does, ledger_administer.c what an
 * administrator's does, ledger_sites.c what is other with a site's, ledger_site_registry.c what a site's registry changes here.
 */
#ifndef JUYAN_STORAGE_LEDGER_PARTS_H
#define JUYAN_STORAGE_LEDGER_PARTS_H

#include "ledger.h"
#include "manifests.h"
#include "meta.h"
#include "tails.h"

struct ledger {
	struct env *env;
	struct store store; /* of the transaction under way */
	struct meta meta;
	struct registry *registry;
	struct registry *registry_before; /* … of the last commit, where the transaction under way has changed it */
	struct arena work;
	struct arena admin;
	struct manifests manifests;
	struct tonnage_changes changes;
	struct tails *tails;
	struct journal_end *sites; /* where their journals end, by their numbers here */
	struct store held;         /* see hold_pages */
	unsigned commits;          /* since it was taken */
};

/* ledger.c: takes what a terminal says of its port into the working set; writes the set. */
enum status ledger_apply_report(struct ledger *ledger, const struct entry *entry, const Juyan__V1__Event *event) MUST_USE;
enum status ledger_write_work(struct ledger *ledger) MUST_USE;

/*
 * ledger_administer.c: an administrative event, in a nested transaction. Of what does not fit nothing is left but the entry's
 * verdict, or, where it is a site's, nothing at all.
 */
enum status ledger_administer(struct ledger *ledger, struct entry *entry, struct reason *why) MUST_USE;
/* … The records have been changed: the new view, and all that counts differently by it. */
enum status ledger_take_registry(struct ledger *ledger, bool moves_totals, struct reason *why) MUST_USE;

/*
 * ledger_decrees.c: a change that was signed elsewhere, or here; and whether one that was not may touch what it does:
 * NOT_AUTHORISED, with the authority that decides it.
 */
enum status ledger_decree(struct ledger *ledger, const Juyan__V1__Decreed *said, struct reason *why) MUST_USE;
enum status ledger_may_change(const struct ledger *ledger, const Juyan__V1__RegistryChanged *change, struct reason *why) MUST_USE;

/* … Something in a nested transaction: where it is refused, nothing of it is left. The arena for administration is emptied. */
typedef enum status ledger_deed(struct ledger *ledger, const void *user, struct reason *why);
enum status ledger_attempt(struct ledger *ledger, ledger_deed *deed, const void *user, struct reason *why) MUST_USE;

/* ledger_sites.c: what a site's administrative event does here. */
enum status ledger_administer_site(struct ledger *ledger, const struct entry *entry, struct reason *why) MUST_USE;
/* … and an event that the site has in quarantine, where it is a decree. */
enum status ledger_note_refused_decree(struct ledger *ledger, const struct entry *entry) MUST_USE;

/*
 * ledger_site_registry.c: a site's change of its registry, as a whole, as far as it is of ports that are the site's here. What is
 * not taken over is wanted (wanted.h), and tried again: that of this entry's site, and of all where the registry has changed. And
 * the names of its terminals, which are kept whatever else fits.
 */
enum status ledger_apply_site_registry(struct ledger *ledger, uint32_t site_no, const Juyan__V1__RegistryChanged *change,
    struct reason *why) MUST_USE;
enum status ledger_want_registry(struct ledger *ledger, const struct entry *entry, bool fits) MUST_USE;
enum status ledger_fit_registries(struct ledger *ledger, const struct entry *entry, bool all) MUST_USE;
enum status ledger_name_terminals(struct ledger *ledger, const struct entry *entry) MUST_USE;

#endif
