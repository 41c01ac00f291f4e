/* Keys: their text, their files, and what is refused. */
#include "check.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "keys.h"

static char folder[FOLDER_BYTES];

static int
setup(void **state)
{
	(void)state;
	folder_make(folder);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static const char *
in_folder(const char *name)
{
	static char path[128];
	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
write_file(const char *path, const char *text, mode_t mode)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_text_forms(void **state)
{
	(void)state;
	/* The vector of the Z85 specification, four times: "HelloWorld" is 86 4F D2 6F B5 59 F7 5B. */
	const char *text = "HelloWorldHelloWorldHelloWorldHelloWorld";
	const uint8_t eight[] = { 0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B };
	uint8_t key[PUBLIC_KEY_BYTES], again[PUBLIC_KEY_BYTES];
	char back[KEY_TEXT_BYTES], hex[65] = "";
	assert_true(key_parse(text, key));
	for (size_t i = 0; i < PUBLIC_KEY_BYTES; i += 8)
		assert_memory_equal(key + i, eight, 8);
	key_format(key, back);
	assert_string_equal(back, text);
	for (size_t i = 0; i < PUBLIC_KEY_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02X", key[i]);
	assert_true(key_parse(hex, again));
	assert_memory_equal(key, again, sizeof key);
	assert_false(key_parse("", key));
	assert_false(key_parse("HelloWorldHelloWorldHelloWorldHelloWorl", key));
	assert_false(key_parse("HelloWorldHelloWorldHelloWorldHelloWor\"d", key));
	assert_false(key_parse("#####HelloWorldHelloWorldHelloWorldHello", key)); /* above 32 bits */
	hex[10] = 'x';
	assert_false(key_parse(hex, key));
	assert_memory_equal(key, again, sizeof key); /* untouched by what failed */
}

static void
test_saves_and_loads(void **state)
{
	(void)state;
	struct key_pair made, loaded;
	struct reason why;
	uint8_t public_key[PUBLIC_KEY_BYTES];
	key_pair_make(&made);
	assert_int_equal(key_pair_save(&made, in_folder("gate.key"), &why), STATUS_OK);
	assert_int_equal(key_pair_load(in_folder("gate.key"), &loaded, &why), STATUS_OK);
	assert_memory_equal(&made, &loaded, sizeof made);
	assert_int_equal(key_public_load(in_folder("gate.key.pub"), public_key, &why), STATUS_OK);
	assert_memory_equal(made.public_key, public_key, sizeof public_key);
	struct stat info;
	assert_int_equal(stat(in_folder("gate.key"), &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

static void
test_never_overwrites(void **state)
{
	(void)state;
	struct key_pair first, second, loaded;
	struct reason why;
	key_pair_make(&first);
	key_pair_make(&second);
	assert_memory_not_equal(&first, &second, sizeof first);
	assert_int_equal(key_pair_save(&first, in_folder("once.key"), &why), STATUS_OK);
	assert_int_equal(key_pair_save(&second, in_folder("once.key"), &why), STATUS_CONTRADICTION);
	assert_int_equal(unlink(in_folder("once.key.pub")), 0);
	assert_int_equal(key_pair_save(&second, in_folder("once.key"), &why), STATUS_CONTRADICTION);
	assert_int_equal(key_pair_load(in_folder("once.key"), &loaded, &why), STATUS_OK);
	assert_memory_equal(&first, &loaded, sizeof first);
}

static void
test_refuses_what_others_can_read(void **state)
{
	(void)state;
	struct key_pair made, loaded;
	struct reason why;
	key_pair_make(&made);
	assert_int_equal(key_pair_save(&made, in_folder("open.key"), &why), STATUS_OK);
	assert_int_equal(chmod(in_folder("open.key"), 0640), 0);
	assert_int_equal(key_pair_load(in_folder("open.key"), &loaded, &why), STATUS_SETTING);
	assert_non_null(strstr(why.text, "0640"));
	assert_int_equal(key_pair_load(folder, &loaded, &why), STATUS_SETTING);
	assert_int_equal(key_pair_load(in_folder("none.key"), &loaded, &why), STATUS_NOT_FOUND);
	write_file(in_folder("bad.key"), "this is no key\n", 0600);
	assert_int_equal(key_pair_load(in_folder("bad.key"), &loaded, &why), STATUS_SYNTAX);
	assert_null(strstr(why.text, "this is no key")); /* it may have been a secret with a typing error */
}

/* Everybody knows the secrets that are printed in zmq_curve(7). */
static void
test_refuses_the_published_keys(void **state)
{
	(void)state;
	const char *const secrets[] = { "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs", "JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6" };
	const char *const publics[] = { "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID", "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7" };
	for (size_t i = 0; i < 2; i++) {
		struct key_pair loaded;
		struct reason why;
		uint8_t key[PUBLIC_KEY_BYTES];
		write_file(in_folder("printed.key"), secrets[i], 0600);
		write_file(in_folder("printed.pub"), publics[i], 0644);
		assert_int_equal(key_pair_load(in_folder("printed.key"), &loaded, &why), STATUS_SETTING);
		assert_int_equal(key_public_load(in_folder("printed.pub"), key, &why), STATUS_SETTING);
		assert_true(key_parse(publics[i], key));
		assert_true(key_published(key));
		key[7] ^= 1;
		assert_false(key_published(key));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_forms),
		cmocka_unit_test(test_saves_and_loads),
		cmocka_unit_test(test_never_overwrites),
		cmocka_unit_test(test_refuses_what_others_can_read),
		cmocka_unit_test(test_refuses_the_published_keys),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
