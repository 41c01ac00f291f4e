/* Masses, messages and days as the contract's JSON. See painter_parts.h. */
#include "json.h"
#include "painter_parts.h"

void
mass_add(struct mass *mass, const Juyan__V1__TotalsRow *row)
{
	if (strcmp(row->basis, "weighed") == 0)
		mass->weighed_kg += row->net_kg;
	else if (strcmp(row->basis, "declared") == 0)
		mass->declared_kg += row->net_kg;
	else if (strcmp(row->basis, "corrected") == 0)
		mass->corrected_kg += row->net_kg;
	mass->net_kg += row->net_kg;
	mass->batches += row->batches;
	mass->units += row->units;
	mass->units_unknown += row->units_unknown;
}

void
mass_add_mass(struct mass *mass, const struct mass *other)
{
	mass->net_kg += other->net_kg;
	mass->weighed_kg += other->weighed_kg;
	mass->declared_kg += other->declared_kg;
	mass->corrected_kg += other->corrected_kg;
	mass->batches += other->batches;
	mass->units += other->units;
	mass->units_unknown += other->units_unknown;
}

json_t *
mass_json(const struct mass *mass)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "net_kg", (json_int_t)mass->net_kg, "weighed_kg",
	    (json_int_t)mass->weighed_kg, "declared_kg", (json_int_t)mass->declared_kg, "corrected_kg",
	    (json_int_t)mass->corrected_kg, "batches", (json_int_t)mass->batches, "units", (json_int_t)mass->units, "units_unknown",
	    (json_int_t)mass->units_unknown);
}

json_t *
kg_json(bool known, int64_t kg)
{
	return known ? json_integer(kg) : json_null();
}

json_t *
text_json(const char *text)
{
	return text != NULL && text[0] != '\0' ? json_string(text) : json_null();
}

json_t *
day_json(int64_t day)
{
	char text[CIVIL_TEXT_BYTES];
	return json_string(days_text(day, text));
}

/* What a field is that does not say anything. */
static json_t *
silent(const ProtobufCFieldDescriptor *field)
{
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return json_array();
	if (field->label == PROTOBUF_C_LABEL_OPTIONAL || field->type == PROTOBUF_C_TYPE_MESSAGE)
		return json_null();
	switch ((int)field->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
		return json_string("");
	case PROTOBUF_C_TYPE_BOOL:
		return json_false();
	case PROTOBUF_C_TYPE_DOUBLE:
		return json_real(0.0);
	default:
		return json_integer(0);
	}
}

json_t *
told_json(const ProtobufCMessage *message)
{
	json_t *object;
	if (json_write(message, true, &object) != STATUS_OK)
		return NULL;
	for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
		if (json_object_get(object, field->name) == NULL && json_object_set_new(object, field->name, silent(field)) != 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

json_t *
goal_json(const Juyan__V1__Goal *goal)
{
	json_t *object = told_json(&goal->base);
	const char *direction = wire_direction_name(goal->direction), *mode = wire_mode_name(goal->mode);
	if (object != NULL &&
	    (json_object_set_new(object, "direction", json_string(direction != NULL ? direction : "")) != 0 ||
		json_object_set_new(object, "mode", json_string(mode != NULL ? mode : "")) != 0)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

enum status
put_json(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}

enum status
append_json(json_t *list, json_t *value)
{
	return json_array_append_new(list, value) == 0 ? STATUS_OK : STATUS_NO_MEMORY;
}
