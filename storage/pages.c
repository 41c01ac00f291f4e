/* See pages.h. The layout is that of LMDB 0.9 on a machine of 64 bits and little-endian; lmdb.h does not tell it. */
#include "pages.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "key.h"

enum {
	PAGE_MIN = 512,
	PAGE_MAX = 65536,
	PAGE_HEAD = 16,  /* page number u64 · pad u16 · flags u16 · lower, upper u16, or pages u32 */
	NODE_HEAD = 8,   /* data bytes u32, or page number; flags u16 · key bytes u16 */
	TREE_BYTES = 48, /* pad u32 · flags u16 · depth u16 · branch, leaf, overflow pages, rows, root u64 */
	KEY_MAX = 511,
	LEVELS = 32,
	TREES = 64,
	HEADS = 2,
	HEAD_BYTES = 136, /* magic, version u32 · address, map bytes u64 · two trees · last page, transaction u64 */
	AT_TREES = 24,
	AT_LAST = 120,
	AT_TRANSACTION = 128,
	BRANCH = 1,
	LEAF = 2,
	OVERFLOW = 4,
	HEAD = 8,
	ELSEWHERE = 1, /* a row whose data lie on pages of their own */
	TABLE = 2,     /* a row that is a tree */
	BY_NUMBER = 8, /* a tree whose keys are numbers of this machine */
	TRIES = 100
};

#define MAGIC UINT32_C(0xBEEFC0DE)
#define NO_ROOT UINT64_MAX

struct tree {
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, rows, root;
};

struct head {
	uint64_t last, transaction, page_bytes;
	struct tree free_pages, tables;
};

/* One check. A level's page stays in its place while those below it are looked at. */
struct check {
	int fd;
	const struct head *head;
	struct reason *why;
	uint8_t *pages;   /* LEVELS of them */
	uint8_t *used;    /* one bit a page */
	struct tree tree; /* the one that is walked, as it is written */
	struct tree seen; /* … and as it is */
	bool is_free, is_tables;
	uint64_t freed_by; /* the newest transaction in the list of free pages */
	struct tree tables[TREES];
	size_t n_tables;
};

static enum status
damaged(struct check *check, uint64_t page, const char *what)
{
	return reason_say(check->why, STATUS_DAMAGED, "the ledger is damaged: page %" PRIu64 " of its file: %s", page, what);
}

static enum status
read_at(int fd, void *out, size_t bytes, uint64_t offset, struct reason *why)
{
	ssize_t n = offset > INT64_MAX - bytes ? 0 : pread(fd, out, bytes, (off_t)offset);
	if (n == (ssize_t)bytes)
		return STATUS_OK;
	if (n < 0)
		return reason_say(why, STATUS_DISK, "the ledger's file cannot be read: %s", strerror(errno));
	return reason_say(why, STATUS_DAMAGED, "the ledger is damaged: its file was cut short before byte %" PRIu64,
	    offset + bytes);
}

/* ---- the heads ---- */

static struct tree
read_tree(const uint8_t *at)
{
	return (struct tree){ .flags = (uint16_t)value_get(at + 4, 2),
		.depth = (uint16_t)value_get(at + 6, 2),
		.branches = value_get(at + 8, 8),
		.leaves = value_get(at + 16, 8),
		.overflows = value_get(at + 24, 8),
		.rows = value_get(at + 32, 8),
		.root = value_get(at + 40, 8) };
}

static bool
is_page_size(uint64_t bytes)
{
	return bytes >= PAGE_MIN && bytes <= PAGE_MAX && (bytes & (bytes - 1)) == 0;
}

/* A head says its page's size itself; the first one lies where it is not needed to find it. */
static enum status
read_head(int fd, uint64_t no, uint64_t page_bytes, struct head *out, struct reason *why)
{
	uint8_t page[PAGE_HEAD + HEAD_BYTES];
	const uint8_t *at = page + PAGE_HEAD;
	enum status status = read_at(fd, page, sizeof page, no * page_bytes, why);
	if (status != STATUS_OK)
		return status;
	*out = (struct head){ .last = value_get(at + AT_LAST, 8),
		.transaction = value_get(at + AT_TRANSACTION, 8),
		.page_bytes = value_get(at + AT_TREES, 4), /* in the pad of the first tree */
		.free_pages = read_tree(at + AT_TREES),
		.tables = read_tree(at + AT_TREES + TREE_BYTES) };
	bool right = value_get(page, 8) == no && value_get(page + 10, 2) == HEAD && value_get(at, 4) == MAGIC &&
	    value_get(at + 4, 4) == 1 && is_page_size(out->page_bytes) && (no == 0 || out->page_bytes == page_bytes) &&
	    out->free_pages.flags == BY_NUMBER && out->tables.flags == 0 && out->last > 0 && out->last < UINT64_MAX / PAGE_MAX &&
	    (out->transaction == 0 || out->transaction % HEADS == no);
	if (!right)
		return reason_say(why, STATUS_DAMAGED, "the ledger is damaged: head %" PRIu64 " of its file", no);
	return STATUS_OK;
}

/* Each transaction writes the other head: so they are of neighbours. */
static enum status
read_heads(int fd, struct head heads[HEADS], struct reason *why)
{
	enum status status = read_head(fd, 0, 0, &heads[0], why);
	if (status == STATUS_OK)
		status = read_head(fd, 1, heads[0].page_bytes, &heads[1], why);
	if (status != STATUS_OK)
		return status;
	uint64_t a = heads[0].transaction, b = heads[1].transaction;
	if (a != b && a + 1 != b && b + 1 != a)
		return reason_say(why, STATUS_DAMAGED,
		    "the ledger is damaged: the heads of its file are of the transactions %" PRIu64 " and %" PRIu64, a, b);
	return STATUS_OK;
}

/* ---- pages ---- */

static enum status
take_page(struct check *check, uint64_t page)
{
	if (page < HEADS || page > check->head->last)
		return damaged(check, page, "there is no such page, and another one leads to it");
	uint8_t bit = (uint8_t)(1U << (page % 8));
	if ((check->used[page / 8] & bit) != 0)
		return damaged(check, page, "it is used twice, or is free and in use");
	check->used[page / 8] |= bit;
	return STATUS_OK;
}

static const uint8_t *
page_of(const struct check *check, unsigned level)
{
	return check->pages + (size_t)(level - 1) * PAGE_MAX;
}

static enum status
read_page(struct check *check, uint64_t page, unsigned level)
{
	uint8_t *out = check->pages + (size_t)(level - 1) * PAGE_MAX;
	uint64_t bytes = check->head->page_bytes;
	enum status status = take_page(check, page);
	if (status == STATUS_OK)
		status = read_at(check->fd, out, bytes, page * bytes, check->why);
	if (status != STATUS_OK)
		return status;
	uint64_t lower = value_get(out + 12, 2), upper = value_get(out + 14, 2);
	if (value_get(out, 8) != page)
		return damaged(check, page, "it says that it is another one");
	if (value_get(out + 10, 2) != (level == check->tree.depth ? LEAF : BRANCH))
		return damaged(check, page, "it is of another kind than what leads to it says");
	if (lower <= PAGE_HEAD || lower % 2 != 0 || lower > upper || upper > bytes)
		return damaged(check, page, "its bounds cannot be");
	return STATUS_OK;
}

/* ---- rows ---- */

struct row {
	struct span key;
	const uint8_t *data;
	uint64_t bytes, child; /* of a leaf's row; of a branch's */
	uint16_t flags;
	size_t room; /* what it takes of the page */
};

static bool
read_row(const struct check *check, const uint8_t *page, size_t i, bool leaf, struct row *out)
{
	uint64_t page_bytes = check->head->page_bytes, upper = value_get(page + 14, 2), at = value_get(page + PAGE_HEAD + 2 * i, 2);
	if (at < upper || at % 2 != 0 || at + NODE_HEAD > page_bytes)
		return false;
	const uint8_t *node = page + at;
	uint64_t key_bytes = value_get(node + 6, 2), flags = value_get(node + 4, 2), bytes = value_get(node, 4);
	*out = (struct row){ .key = { node + NODE_HEAD, key_bytes },
		.data = node + NODE_HEAD + key_bytes,
		.bytes = bytes,
		.child = bytes | flags << 32,
		.flags = (uint16_t)flags };
	uint64_t inside = !leaf ? 0 : (flags & ELSEWHERE) != 0 ? 8 : bytes;
	out->room = (size_t)((NODE_HEAD + key_bytes + inside + 1) / 2 * 2);
	return key_bytes <= KEY_MAX && at + NODE_HEAD + key_bytes + inside <= page_bytes &&
	    (!leaf || (key_bytes > 0 && (flags | ELSEWHERE | TABLE) == (ELSEWHERE | TABLE)));
}

static int
compare(const struct check *check, struct span a, struct span b)
{
	if (check->is_free && a.bytes == 8 && b.bytes == 8) {
		uint64_t x = value_get(a.data, 8), y = value_get(b.data, 8);
		return x < y ? -1 : x > y;
	}
	int order = memcmp(a.data, b.data, a.bytes < b.bytes ? a.bytes : b.bytes);
	return order != 0 ? order : a.bytes < b.bytes ? -1 : a.bytes > b.bytes;
}

/* Pages of a row that has some of its own. */
static enum status
take_overflow(struct check *check, const struct row *row, uint64_t *first)
{
	uint8_t head[PAGE_HEAD];
	uint64_t page_bytes = check->head->page_bytes, pages = (PAGE_HEAD - 1 + row->bytes) / page_bytes + 1;
	*first = value_get(row->data, 8);
	enum status status = STATUS_OK;
	for (uint64_t i = 0; i < pages && status == STATUS_OK; i++)
		status = take_page(check, *first + i);
	if (status == STATUS_OK)
		status = read_at(check->fd, head, sizeof head, *first * page_bytes, check->why);
	if (status != STATUS_OK)
		return status;
	if (value_get(head, 8) != *first || value_get(head + 10, 2) != OVERFLOW || value_get(head + 12, 4) != pages)
		return damaged(check, *first, "it does not begin the long row that leads to it");
	check->seen.overflows += pages;
	return STATUS_OK;
}

/* Free pages: how many, then which. Each of them is used for that. */
static enum status
take_free(struct check *check, uint64_t page, const struct row *row, const uint8_t *data)
{
	uint64_t n = row->bytes < 8 ? 0 : value_get(data, 8);
	if (row->key.bytes != 8 || value_get(row->key.data, 8) > check->head->transaction || row->bytes % 8 != 0 ||
	    n >= row->bytes / 8)
		return damaged(check, page, "its list of free pages cannot be");
	check->freed_by = value_get(row->key.data, 8);
	enum status status = STATUS_OK;
	for (uint64_t i = 1; i <= n && status == STATUS_OK; i++)
		status = take_page(check, value_get(data + 8 * i, 8));
	return status;
}

static enum status
look_at_leaf_row(struct check *check, uint64_t page, const struct row *row)
{
	uint64_t first = 0;
	enum status status = STATUS_OK;
	check->seen.rows++;
	if ((row->flags & ELSEWHERE) != 0)
		status = take_overflow(check, row, &first);
	if (status == STATUS_OK && ((row->flags & TABLE) != 0) != check->is_tables)
		return damaged(check, page, "a row of it is a table where none can be, or is none where one has to be");
	if (status != STATUS_OK || (!check->is_free && !check->is_tables))
		return status;
	if (check->is_tables) {
		if (row->flags != TABLE || row->bytes != TREE_BYTES || check->n_tables == TREES)
			return damaged(check, page, "a row of the list of tables is none");
		check->tables[check->n_tables++] = read_tree(row->data);
		return STATUS_OK;
	}
	if (first == 0)
		return take_free(check, page, row, row->data);
	uint8_t *data = malloc(row->bytes);
	if (data == NULL)
		return reason_say(check->why, STATUS_NO_MEMORY, "no memory for a list of free pages");
	status = read_at(check->fd, data, row->bytes, first * check->head->page_bytes + PAGE_HEAD, check->why);
	if (status == STATUS_OK)
		status = take_free(check, page, row, data);
	free(data);
	return status;
}

/* ---- trees ---- */

/* A page and what is below it; its keys lie from `low` on and before `high` (either NULL: without bound). */
static enum status
walk_page(struct check *check, uint64_t page, unsigned level, const struct span *low, const struct span *high)
{
	bool leaf = level == check->tree.depth;
	struct row row, next;
	size_t room = 0;
	enum status status = read_page(check, page, level);
	if (status != STATUS_OK)
		return status;
	const uint8_t *bytes = page_of(check, level);
	size_t n = (size_t)(value_get(bytes + 12, 2) - PAGE_HEAD) / 2;
	*(leaf ? &check->seen.leaves : &check->seen.branches) += 1;
	for (size_t i = 0; i < n && status == STATUS_OK; i++) {
		bool last = i + 1 == n;
		if (!read_row(check, bytes, i, leaf, &row) || (!last && !read_row(check, bytes, i + 1, leaf, &next)))
			return damaged(check, page, "a row of it cannot be");
		bool bounded = leaf || i > 0; /* the first key of a branch is not used */
		if ((bounded && low != NULL && compare(check, row.key, *low) < 0) ||
		    (bounded && high != NULL && compare(check, row.key, *high) >= 0) ||
		    (bounded && !last && compare(check, row.key, next.key) >= 0))
			return damaged(check, page, "its rows are not in order");
		room += row.room;
		status = leaf ? look_at_leaf_row(check, page, &row)
			      : walk_page(check, row.child, level + 1, bounded ? &row.key : low, last ? high : &next.key);
	}
	if (status == STATUS_OK && room != check->head->page_bytes - value_get(bytes + 14, 2))
		return damaged(check, page, "its rows do not fill what they take");
	return status;
}

static bool
equal_trees(const struct tree *a, const struct tree *b)
{
	return a->branches == b->branches && a->leaves == b->leaves && a->overflows == b->overflows && a->rows == b->rows;
}

static enum status
walk_tree(struct check *check, const struct tree *tree, const char *name)
{
	check->tree = *tree;
	check->seen = (struct tree){ 0 };
	if (tree->depth > LEVELS || (tree->root == NO_ROOT) != (tree->depth == 0) || (tree->flags != 0 && !check->is_free))
		return reason_say(check->why, STATUS_DAMAGED, "the ledger is damaged: %s of its file cannot be", name);
	enum status status = tree->root == NO_ROOT ? STATUS_OK : walk_page(check, tree->root, 1, NULL, NULL);
	if (status != STATUS_OK || equal_trees(&check->seen, tree))
		return status;
	return reason_say(check->why, STATUS_DAMAGED,
	    "the ledger is damaged: %s of its file has %" PRIu64 " rows, it says %" PRIu64 ", or other pages", name,
	    check->seen.rows, tree->rows);
}

static enum status
walk_all(struct check *check, bool all)
{
	char name[32];
	check->is_tables = true;
	enum status status = walk_tree(check, &check->head->tables, "the list of tables");
	check->is_tables = false;
	for (size_t i = 0; i < check->n_tables && all && status == STATUS_OK; i++) {
		const struct tree table = check->tables[i];
		snprintf(name, sizeof name, "table %zu", i + 1);
		status = walk_tree(check, &table, name);
	}
	check->is_free = true;
	if (status == STATUS_OK)
		status = walk_tree(check, &check->head->free_pages, "the list of free pages");
	/* Every transaction but the first frees the pages that it has written anew: so a head that claims a later one is found. */
	if (status == STATUS_OK && check->head->transaction > 1 && check->freed_by != check->head->transaction)
		status = reason_say(check->why, STATUS_DAMAGED,
		    "the ledger is damaged: a head of its file says that it is of transaction %" PRIu64 ", and is of %" PRIu64,
		    check->head->transaction, check->freed_by);
	return status;
}

/* Pages that a transaction took and gave back are not written; beyond those of one the file cannot lack any. */
enum { UNWRITTEN_MAX = 1 << 20 };

static enum status
check_head(int fd, const struct head *head, bool all, struct reason *why)
{
	off_t bytes = lseek(fd, 0, SEEK_END);
	if (bytes < 0 || head->last / UNWRITTEN_MAX > (uint64_t)bytes / head->page_bytes / UNWRITTEN_MAX + 1)
		return reason_say(why, STATUS_DAMAGED,
		    "the ledger is damaged: a head of its file says that it has %" PRIu64 " pages", head->last);
	struct check *check = calloc(1, sizeof *check);
	uint8_t *pages = malloc((size_t)LEVELS * PAGE_MAX), *used = calloc(head->last / 8 + 1, 1);
	enum status status = STATUS_NO_MEMORY;
	if (check == NULL || pages == NULL || used == NULL) {
		reason_say(why, status, "no memory to check the ledger's file of %" PRIu64 " pages", head->last);
	} else {
		*check = (struct check){ .fd = fd, .head = head, .why = why, .pages = pages, .used = used };
		status = walk_all(check, all);
	}
	free(used);
	free(pages);
	free(check);
	return status;
}

/* ---- the face ---- */

static enum status
open_file(const char *path, int *fd, struct reason *why)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	return *fd >= 0 ? STATUS_OK : reason_say(why, STATUS_SYSTEM, "%s: %s", path, strerror(errno));
}

enum status
pages_check_head(const char *path, struct reason *why)
{
	int fd;
	struct head heads[HEADS], before[HEADS];
	enum status status = open_file(path, &fd, why);
	if (status != STATUS_OK)
		return status;
	bool moved = lseek(fd, 0, SEEK_END) > 0; /* LMDB begins a file that has nothing */
	memset(heads, 0, sizeof heads);
	/* A writer may go on meanwhile; what it has written over is looked at anew. */
	for (int i = 0; i < TRIES && moved; i++) {
		memcpy(before, heads, sizeof heads);
		status = read_heads(fd, heads, why);
		if (status == STATUS_OK)
			status = check_head(fd, &heads[heads[0].transaction < heads[1].transaction], false, why);
		moved = status == STATUS_DAMAGED && memcmp(before, heads, sizeof heads) != 0;
	}
	close(fd);
	return status;
}

enum status
pages_check_all(const char *path, uint64_t transaction, struct reason *why)
{
	int fd;
	struct head heads[HEADS];
	enum status status = open_file(path, &fd, why);
	if (status != STATUS_OK)
		return status;
	status = read_heads(fd, heads, why);
	const struct head *head = &heads[transaction % HEADS];
	if (status == STATUS_OK && head->transaction != transaction)
		status = reason_say(why, STATUS_BUSY, "the ledger goes on faster than it can be looked at");
	if (status == STATUS_OK)
		status = check_head(fd, head, true, why);
	close(fd);
	return status;
}
