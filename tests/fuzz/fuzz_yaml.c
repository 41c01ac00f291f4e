/*
 * YAML by itself (services/base/yaml.h): every node of what is taken can be looked at, and is bounded.
 *
 * reads: services/base/yaml.c
 */
#include "fuzz.h"
#include "yaml.h"

static size_t
look(const struct yaml_node *node, int depth)
{
	size_t n = 1;
	struct reason why = { "" };
	int64_t number;
	bool flag;
	fuzz_holds(depth <= YAML_DEPTH_MAX && yaml_line(node) > 0);
	fuzz_holds(yaml_is_map(node) + yaml_is_list(node) + (yaml_text(node) != NULL) == 1);
	for (size_t i = 0; yaml_is_list(node) && i < yaml_count(node); i++)
		n += look(yaml_item(node, i), depth + 1);
	for (size_t i = 0; yaml_is_map(node) && i < yaml_count(node); i++) {
		fuzz_holds(yaml_get(node, yaml_key(node, i)) == yaml_value(node, i));
		n += look(yaml_value(node, i), depth + 1);
	}
	if (yaml_number(node, "n", -5, 5, &number, &why) == STATUS_OK)
		fuzz_holds(number >= -5 && number <= 5);
	else
		fuzz_holds(strncmp(why.text, "f:", 2) == 0);
	fuzz_holds(yaml_bool(node, "b", &flag, &why) == STATUS_OK || strncmp(why.text, "f:", 2) == 0);
	return n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
	struct yaml *yaml = NULL;
	struct reason why = { "" };
	enum status s = yaml_open_text("f", (const char *)data, bytes, &yaml, &why);
	if (s == STATUS_OK && yaml_root(yaml) != NULL)
		fuzz_holds(look(yaml_root(yaml), 1) <= 2 * bytes + 1);
	fuzz_holds(s == STATUS_OK || (status_consequence(s) == REFUSE && why.text[0] != '\0'));
	yaml_close(&yaml);
	return 0;
}
