/* One of two words. */
#include "choice.h"

#include <string.h>

enum status
choice_of(const struct yaml_node *settings, const char *name, const char *no, const char *yes, bool *out, struct reason *why)
{
	const struct yaml_node *node = settings != NULL ? yaml_get(settings, name) : NULL;
	const char *text = node != NULL ? yaml_text(node) : no;
	if (text == NULL || (strcmp(text, no) != 0 && strcmp(text, yes) != 0))
		return yaml_fail(node, why, "%s: expected %s or %s", name, no, yes);
	*out = strcmp(text, yes) == 0;
	return STATUS_OK;
}
