/* Zips from outside: members one by one, and that none takes more than it may, whatever it claims. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "zip_members.h"

static struct reason why;

/* A zip in memory; the caller frees. */
struct made {
	zip_source_t *source;
	zip_t *zip;
	uint8_t *data;
	size_t bytes;
};

static void
make(struct made *made)
{
	*made = (struct made){ .source = zip_source_buffer_create(NULL, 0, 0, NULL) };
	assert_non_null(made->source);
	zip_source_keep(made->source);
	made->zip = zip_open_from_source(made->source, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	assert_non_null(made->zip);
}

static void
put(struct made *made, const char *name, const void *data, size_t bytes)
{
	zip_source_t *member = zip_source_buffer(made->zip, data, bytes, 0);
	assert_true(zip_file_add(made->zip, name, member, ZIP_FL_ENC_UTF_8) >= 0);
}

static struct span
done(struct made *made)
{
	zip_stat_t stat;
	assert_int_equal(zip_close(made->zip), 0);
	assert_int_equal(zip_source_stat(made->source, &stat), 0);
	made->bytes = stat.size;
	made->data = malloc(made->bytes);
	assert_int_equal(zip_source_open(made->source), 0);
	assert_int_equal(zip_source_read(made->source, made->data, made->bytes), made->bytes);
	zip_source_close(made->source);
	zip_source_free(made->source);
	return (struct span){ made->data, made->bytes };
}

static void
members_come_one_by_one_and_folders_are_none(void **state)
{
	(void)state;
	struct made made;
	struct zip_members *zip;
	const char *name;
	struct span data;
	make(&made);
	put(&made, "a.xml", "first", 5);
	assert_true(zip_dir_add(made.zip, "in", 0) >= 0);
	put(&made, "in/\xE8\x88\xB1.xml", "second", 6);
	put(&made, "empty", "", 0);
	struct span bytes = done(&made);
	assert_true(zip_members_are(bytes));
	assert_int_equal(zip_members_open(bytes, &zip, &why), STATUS_OK);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_OK);
	assert_string_equal(name, "a.xml");
	assert_memory_equal(data.data, "first", data.bytes);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_OK);
	assert_string_equal(name, "in/\xE8\x88\xB1.xml");
	assert_memory_equal(data.data, "second", data.bytes);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_OK);
	assert_non_null(data.data); /* it is empty, and it is there */
	assert_int_equal(data.bytes, 0);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_OK);
	assert_null(data.data);
	zip_members_close(&zip);
	free(made.data);
}

static void
what_is_no_zip_is_refused(void **state)
{
	(void)state;
	struct zip_members *zip;
	assert_false(zip_members_are((struct span){ (const uint8_t *)"<a/>", 4 }));
	assert_false(zip_members_are((struct span){ (const uint8_t *)"PK", 2 }));
	assert_int_equal(zip_members_open((struct span){ (const uint8_t *)"PK\003\004 and no more", 16 }, &zip, &why),
	    STATUS_SYNTAX);
	assert_non_null(strstr(why.text, "cannot be read"));
}

/* Cut anywhere, or with a byte changed, it is refused or gives members: nothing worse. */
static void
a_damaged_zip_harms_nobody(void **state)
{
	(void)state;
	struct made made;
	make(&made);
	put(&made, "a.xml", "something that packs packs packs packs packs", 44);
	put(&made, "b.xml", "other", 5);
	struct span bytes = done(&made);
	for (size_t at = 0; at < 2 * bytes.bytes; at++) {
		struct zip_members *zip;
		const char *name;
		struct span data = { NULL, 0 };
		bool cut = at < bytes.bytes;
		size_t i = cut ? at : at - bytes.bytes;
		made.data[i] ^= cut ? 0 : 0x55;
		if (zip_members_open((struct span){ made.data, cut ? i : bytes.bytes }, &zip, &why) == STATUS_OK) {
			for (int n = 0; n < 10 && (zip_members_next(zip, &name, &data, &why) != STATUS_OK || data.data != NULL);
			     n++)
				data.data = NULL;
			zip_members_close(&zip);
		}
		made.data[i] ^= cut ? 0 : 0x55;
	}
	free(made.data);
}

static void
a_bomb_is_given_up(void **state)
{
	(void)state;
	struct made made;
	struct zip_members *zip;
	const char *name;
	struct span data = { NULL, 0 };
	uint8_t *zeros = calloc(1, ZIP_MEMBER_BYTES_MAX);
	make(&made);
	for (int i = 0; i < 8; i++) {
		char member[16];
		snprintf(member, sizeof member, "%d.xml", i);
		put(&made, member, zeros, ZIP_MEMBER_BYTES_MAX);
	}
	struct span bytes = done(&made);
	assert_int_equal(zip_members_open(bytes, &zip, &why), STATUS_OK);
	size_t unpacked = 0;
	enum status status = STATUS_OK;
	for (int i = 0; i < 9 && status == STATUS_OK; i++) {
		status = zip_members_next(zip, &name, &data, &why);
		unpacked += status == STATUS_OK ? data.bytes : 0;
	}
	assert_int_equal(status, STATUS_TOO_MANY);
	assert_true(unpacked <= ZIP_TOTAL_BYTES_MAX);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_OK);
	assert_null(data.data); /* nothing comes after it */
	zip_members_close(&zip);
	free(made.data);
	free(zeros);
}

static void
one_member_that_is_too_large_does_not_hide_the_next(void **state)
{
	(void)state;
	struct made made;
	struct zip_members *zip;
	const char *name;
	struct span data;
	uint8_t *noise = malloc(ZIP_MEMBER_BYTES_MAX + 1);
	uint32_t x = 1;
	for (size_t i = 0; i <= ZIP_MEMBER_BYTES_MAX; i++) /* it does not pack, so that the ratio says nothing */
		noise[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
	make(&made);
	put(&made, "large.xml", noise, ZIP_MEMBER_BYTES_MAX + 1);
	put(&made, "small.xml", "small", 5);
	assert_int_equal(zip_members_open(done(&made), &zip, &why), STATUS_OK);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_TOO_LARGE);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_OK);
	assert_string_equal(name, "small.xml");
	zip_members_close(&zip);
	free(made.data);
	free(noise);
}

static void
too_many_members_and_zips_in_zips_are_refused(void **state)
{
	(void)state;
	struct made many, inner, outer;
	struct zip_members *zip;
	const char *name;
	struct span data;
	make(&many);
	for (int i = 0; i <= ZIP_MEMBERS_MAX; i++) {
		char member[16];
		snprintf(member, sizeof member, "%d", i);
		put(&many, member, "x", 1);
	}
	assert_int_equal(zip_members_open(done(&many), &zip, &why), STATUS_TOO_MANY);
	free(many.data);
	make(&inner);
	put(&inner, "a", "x", 1);
	struct span bytes = done(&inner);
	make(&outer);
	put(&outer, "inner.zip", bytes.data, bytes.bytes);
	assert_int_equal(zip_members_open(done(&outer), &zip, &why), STATUS_OK);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_SYNTAX);
	assert_non_null(strstr(why.text, "zip in a zip"));
	zip_members_close(&zip);
	free(inner.data);
	free(outer.data);
}

/* A million heads would be kept in memory before they are counted. */
static void
very_many_heads_are_refused_before_they_are_read(void **state)
{
	(void)state;
	enum { HEADS = 10 * ZIP_MEMBERS_MAX + 1 };
	static uint8_t bytes[4 + 4 * HEADS] = "PK\003\004";
	struct zip_members *zip;
	for (size_t i = 1; i <= HEADS; i++)
		memcpy(bytes + 4 * i, "PK\001\002", 4);
	assert_int_equal(zip_members_open((struct span){ bytes, sizeof bytes }, &zip, &why), STATUS_TOO_MANY);
	assert_non_null(strstr(why.text, "10001 members"));
}

static void
what_is_encrypted_is_refused(void **state)
{
	(void)state;
	struct made made;
	struct zip_members *zip;
	const char *name;
	struct span data;
	make(&made);
	put(&made, "a", "secret", 6);
	assert_int_equal(zip_file_set_encryption(made.zip, 0, ZIP_EM_AES_256, "word"), 0);
	assert_int_equal(zip_members_open(done(&made), &zip, &why), STATUS_OK);
	assert_int_equal(zip_members_next(zip, &name, &data, &why), STATUS_SYNTAX);
	assert_non_null(strstr(why.text, "encrypted"));
	zip_members_close(&zip);
	free(made.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_come_one_by_one_and_folders_are_none),
		cmocka_unit_test(what_is_no_zip_is_refused),
		cmocka_unit_test(a_damaged_zip_harms_nobody),
		cmocka_unit_test(a_bomb_is_given_up),
		cmocka_unit_test(one_member_that_is_too_large_does_not_hide_the_next),
		cmocka_unit_test(too_many_members_and_zips_in_zips_are_refused),
		cmocka_unit_test(very_many_heads_are_refused_before_they_are_read),
		cmocka_unit_test(what_is_encrypted_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
