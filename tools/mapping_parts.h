/* What a mapping is made of: shared by mapping.c, which asks it, and mapping_read.c, which reads it. Nobody else includes this. */
#ifndef JUYAN_TOOLS_MAPPING_PARTS_H
#define JUYAN_TOOLS_MAPPING_PARTS_H

#include "mapping.h"
#include "shape.h"

/* What every event has, whatever it says. */
struct common {
	const struct value *occurred_at;
	const struct value *port;
	const struct value *batch_no;
	const struct value *source_key;
};

struct event_plan {
	const char *kind;
	const ProtobufCFieldDescriptor *what; /* of Event */
	struct common common;
	const struct shape *shape;
};

struct mapping {
	struct yaml *yaml;  /* texts are lent from it */
	struct arena arena; /* holds the plan */
	struct value_columns columns;
	char separator;
	const char *encoding;
	int64_t header_line;
	const struct when *when;
	struct event_plan events[MAPPING_EVENTS_MAX];
	size_t n_events;
};

#endif
