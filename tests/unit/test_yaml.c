/* YAML with places: what is right is read whole, what is wrong is said with file and line, what is hostile is refused. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yaml.h"

static struct yaml *
open_text(const char *text)
{
	struct yaml *yaml = NULL;
	struct reason why = { "" };
	enum status status = yaml_open_text("test.yaml", text, strlen(text), &yaml, &why);
	if (status != STATUS_OK)
		fail_msg("%s", why.text);
	return yaml;
}

/* The text has to be refused with this in the sentence. */
static void
refused(const char *text, size_t bytes, const char *expected)
{
	struct yaml *yaml = NULL;
	struct reason why = { "" };
	enum status status = yaml_open_text("test.yaml", text, bytes, &yaml, &why);
	assert_int_equal(status, STATUS_SYNTAX);
	assert_null(yaml);
	if (strstr(why.text, expected) == NULL)
		fail_msg("'%s' does not say '%s'", why.text, expected);
}

static void
test_reads_maps_lists_and_lines(void **state)
{
	(void)state;
	struct yaml *yaml = open_text("ports:\n  - id: ceke\n    lanes: [a, 'b c']\n  - id: wuliji\nlast: \"\\u7b56\\u514b\"\n");
	const struct yaml_node *root = yaml_root(yaml);
	assert_true(yaml_is_map(root));
	assert_int_equal(yaml_count(root), 2);
	assert_string_equal(yaml_key(root, 1), "last");
	assert_string_equal(yaml_text(yaml_value(root, 1)), "策克");
	const struct yaml_node *ports = yaml_get(root, "ports");
	assert_true(yaml_is_list(ports));
	assert_int_equal(yaml_line(yaml_item(ports, 1)), 4);
	assert_string_equal(yaml_text(yaml_item(yaml_get(yaml_item(ports, 0), "lanes"), 1)), "b c");
	assert_null(yaml_get(root, "absent"));
	assert_null(yaml_text(ports));
	yaml_close(&yaml);
	assert_null(yaml);
	yaml_close(&yaml);
}

static void
test_an_empty_document_has_no_root(void **state)
{
	(void)state;
	struct yaml *yaml = open_text("# nothing but a remark\n");
	assert_null(yaml_root(yaml));
	yaml_close(&yaml);
}

static void
test_refuses_what_is_hostile(void **state)
{
	(void)state;
#define REFUSED(text, expected) refused(text, strlen(text), expected)
	REFUSED("a: &x [1]\nb: *x\n", "test.yaml:1: anchors");
	REFUSED("a: 1\nb: *x\n", "test.yaml:2: aliases");
	REFUSED("a: !!int 1\n", "test.yaml:1: tags");
	REFUSED("a: 1\n---\nb: 2\n", "test.yaml:2: a second document");
	REFUSED("a: 1\nb: 2\na: 3\n", "test.yaml:3: 'a' stands here twice, first in line 1");
	REFUSED("[a]: 1\n", "test.yaml:1: the name of a value");
	REFUSED("a: 1\nb: [1,\n", "test.yaml:");
	REFUSED("a: \"\\0\"\n", "NUL");
	REFUSED("a: \xff\n", "test.yaml: byte ");
	REFUSED("[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "nested more than 16");
#undef REFUSED
	size_t bytes = (size_t)YAML_FILE_BYTES_MAX + 1;
	char *large = malloc(bytes);
	assert_non_null(large);
	memset(large, '#', bytes);
	refused(large, bytes, "larger than");
	free(large);
}

static void
test_says_what_is_allowed(void **state)
{
	(void)state;
	struct yaml *yaml = open_text("color: red\nsize: 12x\nbig: 99\nyes: true\nno: nope\nneg: -5\nlist: [1]\n");
	const struct yaml_node *root = yaml_root(yaml);
	const char *const allowed[] = { "colour", "size", "big", NULL };
	struct reason why;
	int64_t number = 7;
	bool truth = false;
	assert_int_equal(yaml_only(root, allowed, &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "test.yaml:1: 'color' is not known here; expected: colour, size or big");
	assert_int_equal(yaml_number(yaml_get(root, "size"), "size", 0, 50, &number, &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "test.yaml:2: size is '12x'; expected: a whole number from 0 to 50");
	assert_int_equal(yaml_number(yaml_get(root, "big"), "big", 0, 50, &number, &why), STATUS_SYNTAX);
	assert_int_equal(yaml_number(yaml_get(root, "list"), "list", 0, 50, &number, &why), STATUS_SYNTAX);
	assert_int_equal(number, 7);
	assert_int_equal(yaml_number(yaml_get(root, "neg"), "neg", -5, 50, &number, &why), STATUS_OK);
	assert_int_equal(number, -5);
	assert_int_equal(yaml_bool(yaml_get(root, "no"), "no", &truth, &why), STATUS_SYNTAX);
	assert_int_equal(yaml_bool(yaml_get(root, "yes"), "yes", &truth, &why), STATUS_OK);
	assert_true(truth);
	yaml_close(&yaml);
}

/* An escape of the file's, such as one that clears a terminal, came back in the sentence as it was. */
static void
test_sentences_repeat_no_control_characters(void **state)
{
	(void)state;
	struct yaml *yaml = open_text("\"a\\e[2Jb\": 1\nsize: \"12\\a\"\n");
	const struct yaml_node *root = yaml_root(yaml);
	const char *const allowed[] = { "size", NULL };
	struct reason why;
	int64_t number;
	assert_int_equal(yaml_only(root, allowed, &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "test.yaml:1: 'a?[2Jb' is not known here; expected: size");
	assert_int_equal(yaml_number(yaml_get(root, "size"), "size", 0, 50, &number, &why), STATUS_SYNTAX);
	assert_string_equal(why.text, "test.yaml:2: size is '12?'; expected: a whole number from 0 to 50");
	yaml_close(&yaml);
	static const char twice[] = "\"a\\e\": 1\n\"a\\e\": 2\n";
	refused(twice, strlen(twice), "test.yaml:2: 'a?' stands here twice");
}

static void
test_a_missing_file_is_named(void **state)
{
	(void)state;
	struct yaml *yaml = NULL;
	struct reason why;
	assert_int_equal(yaml_open_file("/nowhere/at.yaml", &yaml, &why), STATUS_SYNTAX);
	assert_non_null(strstr(why.text, "/nowhere/at.yaml"));
	assert_int_equal(yaml_open_file("/", &yaml, &why), STATUS_SYNTAX);
}

/* Broken in every place, a document is refused or read, and never leaks (the sanitizer watches). */
static void
test_every_prefix_is_survived(void **state)
{
	(void)state;
	const char *text = "a:\n  - {b: [1, 'two', \"three\"], c: >\n      folded\n    }\n  - |\n    block\n? key\n: value\n";
	for (size_t bytes = 0; bytes <= strlen(text); bytes++) {
		struct yaml *yaml = NULL;
		struct reason why;
		if (yaml_open_text("test.yaml", text, bytes, &yaml, &why) == STATUS_OK)
			yaml_close(&yaml);
		assert_null(yaml);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_maps_lists_and_lines),
		cmocka_unit_test(test_an_empty_document_has_no_root),
		cmocka_unit_test(test_refuses_what_is_hostile),
		cmocka_unit_test(test_says_what_is_allowed),
		cmocka_unit_test(test_sentences_repeat_no_control_characters),
		cmocka_unit_test(test_a_missing_file_is_named),
		cmocka_unit_test(test_every_prefix_is_survived),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
