/*
 * The book's own row, and remarks. `format` of all tables is the cabinet's. The row: ten numbers u64 in the order below, based
 * u8, how many kinds of remark u16, and the count of each u64: a later version may know more of them.
 */
#include <stdio.h>

#include "book_inside.h"

enum { NUMBERS = 10, COUNTS_AT = 8 * NUMBERS + 3, ROW_BYTES = COUNTS_AT + 8 * REMARKS };

static const uint8_t own_name[] = { 'b', 'o', 'o', 'k' };
static const struct span own_key = { own_name, sizeof own_name };

static void
numbers_of(struct book_self *self, uint64_t *numbers[NUMBERS])
{
	numbers[0] = &self->messages;
	numbers[1] = &self->events;
	numbers[2] = &self->waits;
	numbers[3] = &self->waiting_units;
	numbers[4] = &self->waiting_weighings;
	numbers[5] = &self->left;
	numbers[6] = &self->raw_bytes;
	numbers[7] = &self->forgotten;
	numbers[8] = &self->handed;
	numbers[9] = &self->base;
}

enum status
book_self_read(struct book *book)
{
	struct book_self self = { 0 };
	uint64_t *numbers[NUMBERS];
	struct span row;
	enum status status = cabinet_get(book->cabinet, BOOK_state, own_key, &row, book->why);
	if (status == STATUS_NOT_FOUND) {
		book->self = self;
		return STATUS_OK;
	}
	if (status != STATUS_OK)
		return status;
	size_t remarks = row.bytes < COUNTS_AT ? 0 : (size_t)value_get(row.data + COUNTS_AT - 2, 2);
	if (row.bytes < COUNTS_AT || row.bytes != COUNTS_AT + 8 * remarks)
		return cabinet_damaged(book->cabinet, BOOK_state, book->why);
	numbers_of(&self, numbers);
	for (size_t i = 0; i < NUMBERS; i++)
		*numbers[i] = value_get(row.data + 8 * i, 8);
	self.based = row.data[8 * NUMBERS] != 0;
	for (size_t i = 0; i < remarks && i < REMARKS; i++)
		self.remarks[i] = value_get(row.data + COUNTS_AT + 8 * i, 8);
	if (self.forgotten > self.handed || self.handed > self.events)
		return cabinet_damaged(book->cabinet, BOOK_state, book->why);
	book->self = self;
	return STATUS_OK;
}

enum status
book_self_write(struct book *book)
{
	uint8_t row[ROW_BYTES];
	uint64_t *numbers[NUMBERS];
	numbers_of(&book->self, numbers);
	for (size_t i = 0; i < NUMBERS; i++)
		value_put(row + 8 * i, *numbers[i], 8);
	value_put(row + 8 * NUMBERS, book->self.based, 1);
	value_put(row + COUNTS_AT - 2, REMARKS, 2);
	for (size_t i = 0; i < REMARKS; i++)
		value_put(row + COUNTS_AT + 8 * i, book->self.remarks[i], 8);
	return cabinet_put(book->cabinet, BOOK_state, own_key, (struct span){ row, sizeof row }, book->why);
}

/* More sources than this has room for do not stand in one configuration. */
static void
count_untold(struct book *book, const char *source)
{
	size_t i = 0;
	while (i < book->n_untold && strncmp(book->untold[i].source, source, BOOK_SOURCE_BYTES - 1) != 0)
		i++;
	if (i == BOOK_UNTOLD_MAX)
		return;
	if (i == book->n_untold) {
		book->untold[i].n = 0;
		snprintf(book->untold[i].source, sizeof book->untold[i].source, "%s", source);
		book->n_untold++;
	}
	book->untold[i].n++;
}

/* All are counted; of very many at once not all are told. */
void
book_remark(struct book *book, const char *source, enum remark remark, const char *format, ...)
{
	va_list list;
	book->self.remarks[remark]++;
	if (book->n_told == BOOK_TOLD_MAX) {
		count_untold(book, source);
		return;
	}
	struct book_told *told = &book->told[book->n_told++];
	told->remark = remark;
	snprintf(told->source, sizeof told->source, "%s", source);
	va_start(list, format);
	vsnprintf(told->text, sizeof told->text, format, list);
	va_end(list);
	wire_text_mend(told->source);
	wire_text_mend(told->text);
}
