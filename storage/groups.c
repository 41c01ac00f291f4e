/*
 * Goods lines to commodity groups. A version of a group is named by its place in the order of preference (rank, then id), so that
 * of two that claim the same goods the lower number holds.
 */
#include "groups.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "letters.h"

enum { BUCKETS = 256, NONE = 0 /* of links: they count from 1 */ };

struct version {
	int64_t first_day;
	int64_t last_day;
	char id[GROUP_ID_BYTES_MAX + 1];
};

/* One digit further down the tree of prefixes. Node 0 is the root, so that link 0 means "none". */
struct node {
	uint32_t child[10];
	uint32_t claim; /* the first claim of the prefix that ends here */
};

struct claim {
	uint32_t version;
	uint32_t next;
};

struct word {
	uint32_t version;
	uint32_t next;    /* in its bucket */
	uint32_t letters; /* where its folded letters begin */
	uint32_t count;
};

struct groups {
	struct version *versions;
	struct node *nodes;
	struct claim *claims; /* from 1 */
	struct word *words;   /* from 1 */
	uint32_t *letters;
	uint32_t nodes_used, claims_used, words_used, letters_used;
	uint32_t bucket[BUCKETS]; /* words by their first letter */
};

/* ---- letters ---- */

/* Whether the script of this letter parts its words by spaces. */
static bool
spells(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 0x00DF && c <= 0x024F) || (c >= 0x0370 && c <= 0x052F) ||
	    (c >= 0x1800 && c <= 0x18AF);
}

/* Folded letters, runs of spaces as one. `out` has room for one letter per byte. */
static uint32_t
fold_text(struct span text, uint32_t *out)
{
	uint32_t n = 0;
	while (text.bytes > 0) {
		uint32_t c = letters_fold(letters_take(&text));
		if (c != ' ' || (n > 0 && out[n - 1] != ' '))
			out[n++] = c;
	}
	return n;
}

static uint32_t
bucket_of(uint32_t letter)
{
	return letter * UINT32_C(2654435761) >> 24;
}

/* ---- building ---- */

static struct span
span_of(const char *text)
{
	return (struct span){ (const uint8_t *)text, strlen(text) };
}

/* Claims are added in order of preference, so a prefix's list is in that order when each goes to its end. */
static void
add_prefix(struct groups *groups, uint32_t version, const char *prefix)
{
	uint32_t at = 0;
	for (; *prefix != '\0'; prefix++) {
		assert(*prefix >= '0' && *prefix <= '9');
		uint32_t *child = &groups->nodes[at].child[*prefix - '0'];
		if (*child == NONE)
			*child = groups->nodes_used++;
		at = *child;
	}
	uint32_t *link = &groups->nodes[at].claim;
	while (*link != NONE)
		link = &groups->claims[*link].next;
	*link = groups->claims_used;
	groups->claims[groups->claims_used++] = (struct claim){ version, NONE };
}

static void
add_word(struct groups *groups, uint32_t version, const char *text)
{
	uint32_t *letters = groups->letters + groups->letters_used;
	uint32_t count = fold_text(span_of(text), letters);
	if (count == 0)
		return;
	uint32_t *bucket = &groups->bucket[bucket_of(letters[0])];
	groups->words[groups->words_used] = (struct word){ version, *bucket, groups->letters_used, count };
	*bucket = groups->words_used++;
	groups->letters_used += count;
}

static int
by_preference(const void *a, const void *b)
{
	const struct group_version *x = a, *y = b;
	if (x->group->rank != y->group->rank)
		return x->group->rank < y->group->rank ? -1 : 1;
	int order = strcmp(x->group->id, y->group->id);
	return order != 0 ? order : (x->first_day > y->first_day) - (x->first_day < y->first_day);
}

/* Room for all that the versions can need; the tree's is an upper bound. */
static bool
make_room(struct groups *groups, const struct group_version *versions, size_t n)
{
	size_t digits = 0, prefixes = 0, words = 0, letters = 0;
	for (size_t i = 0; i < n; i++) {
		const Juyan__V1__CommodityGroup *group = versions[i].group;
		prefixes += group->n_hs_prefixes;
		words += group->n_words;
		for (size_t j = 0; j < group->n_hs_prefixes; j++)
			digits += strlen(group->hs_prefixes[j]);
		for (size_t j = 0; j < group->n_words; j++)
			letters += strlen(group->words[j]);
	}
	groups->versions = calloc(n + 1, sizeof *groups->versions);
	groups->nodes = calloc(digits + 1, sizeof *groups->nodes);
	groups->claims = calloc(prefixes + 1, sizeof *groups->claims);
	groups->words = calloc(words + 1, sizeof *groups->words);
	groups->letters = calloc(letters + 1, sizeof *groups->letters);
	groups->nodes_used = groups->claims_used = groups->words_used = 1;
	return groups->versions != NULL && groups->nodes != NULL && groups->claims != NULL && groups->words != NULL &&
	    groups->letters != NULL;
}

enum status
groups_build(const struct group_version *versions, size_t n, struct groups **out)
{
	struct groups *groups = calloc(1, sizeof *groups);
	struct group_version *sorted = calloc(n + 1, sizeof *sorted);
	enum status status = STATUS_NO_MEMORY;
	if (groups == NULL || sorted == NULL || !make_room(groups, versions, n))
		goto done;
	if (n > 0)
		memcpy(sorted, versions, n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_preference);
	for (size_t i = 0; i < n; i++) {
		const Juyan__V1__CommodityGroup *group = sorted[i].group;
		struct version *version = &groups->versions[i];
		assert(strlen(group->id) <= GROUP_ID_BYTES_MAX && sorted[i].first_day <= sorted[i].last_day);
		version->first_day = sorted[i].first_day;
		version->last_day = sorted[i].last_day;
		snprintf(version->id, sizeof version->id, "%s", group->id);
		for (size_t j = 0; j < group->n_hs_prefixes; j++)
			add_prefix(groups, (uint32_t)i, group->hs_prefixes[j]);
		for (size_t j = 0; j < group->n_words; j++)
			add_word(groups, (uint32_t)i, group->words[j]);
	}
	*out = groups;
	groups = NULL;
	status = STATUS_OK;
done:
	free(sorted);
	groups_close(&groups);
	return status;
}

void
groups_close(struct groups **groups)
{
	struct groups *g = *groups;
	if (g == NULL)
		return;
	free(g->versions);
	free(g->nodes);
	free(g->claims);
	free(g->words);
	free(g->letters);
	free(g);
	*groups = NULL;
}

/* ---- finding ---- */

static bool
holds(const struct groups *groups, uint32_t version, int64_t day)
{
	return groups->versions[version].first_day <= day && day <= groups->versions[version].last_day;
}

/* The deepest prefix on the way down that somebody claims on this day. */
static const char *
find_by_hs(const struct groups *groups, int64_t day, struct span hs)
{
	const char *found = NULL;
	uint32_t at = 0;
	for (size_t i = 0; i < hs.bytes && hs.data[i] >= '0' && hs.data[i] <= '9'; i++) {
		at = groups->nodes[at].child[hs.data[i] - '0'];
		if (at == NONE)
			break;
		uint32_t claim = groups->nodes[at].claim;
		while (claim != NONE && !holds(groups, groups->claims[claim].version, day))
			claim = groups->claims[claim].next;
		if (claim != NONE)
			found = groups->versions[groups->claims[claim].version].id;
	}
	return found;
}

/* Every place where a word may begin is asked; the preferred version of all that match holds. */
static const char *
find_by_words(const struct groups *groups, int64_t day, struct span description)
{
	uint32_t letters[TEXT_BYTES_MAX];
	if (description.bytes > TEXT_BYTES_MAX)
		description.bytes = TEXT_BYTES_MAX; /* longer ones do not pass the border */
	uint32_t n = fold_text(description, letters);
	uint32_t best = UINT32_MAX;
	for (uint32_t i = 0; i < n; i++) {
		if (i > 0 && spells(letters[i]) && spells(letters[i - 1]))
			continue;
		for (uint32_t w = groups->bucket[bucket_of(letters[i])]; w != NONE; w = groups->words[w].next) {
			const struct word *word = &groups->words[w];
			if (word->version < best && word->count <= n - i && holds(groups, word->version, day) &&
			    memcmp(letters + i, groups->letters + word->letters, word->count * sizeof letters[0]) == 0)
				best = word->version;
		}
	}
	return best == UINT32_MAX ? NULL : groups->versions[best].id;
}

const char *
groups_find(const struct groups *groups, int64_t day, struct span hs, struct span description)
{
	return hs.bytes > 0 ? find_by_hs(groups, day, hs) : find_by_words(groups, day, description);
}
