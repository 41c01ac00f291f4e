/* A setting of two words, as several connectors have it. Owns nothing; any thread. */
#ifndef JUYAN_CONNECTORS_CHOICE_H
#define JUYAN_CONNECTORS_CHOICE_H

#include "yaml.h"

/* False for `no`, which is the default, true for `yes`. `settings` may be NULL. SYNTAX. */
enum status choice_of(const struct yaml_node *settings, const char *name, const char *no, const char *yes, bool *out,
    struct reason *why) MUST_USE;

#endif
