/* A line of JSON by way of jansson: see ndjson.h. Owns nothing. */
#include "ndjson.h"

#include "json.h"

bool
ndjson_blank(struct span line)
{
	for (size_t i = 0; i < line.bytes; i++)
		if (line.data[i] != ' ' && line.data[i] != '\t')
			return false;
	return true;
}

enum status
ndjson_event(struct span line, struct arena *arena, const Juyan__V1__Event **out, struct reason *why)
{
	const ProtobufCMessage *message;
	json_error_t error;

	/* A name that stands twice would let two readers see two events in one line. jansson checks the UTF-8 and refuses NUL. */
	json_t *value = json_loadb((const char *)line.data, line.bytes, JSON_REJECT_DUPLICATES, &error);
	if (value == NULL)
		return reason_say(why, STATUS_SYNTAX,
		    "not JSON at column %d: %s; expected one event, such as {\"port\": \"ceke\", …}", error.column, error.text);
	enum status status = json_read(&juyan__v1__event__descriptor, value, arena, &message, why);
	json_decref(value);
	if (status != STATUS_OK)
		return status;
	*out = (const Juyan__V1__Event *)message;
	return STATUS_OK;
}
