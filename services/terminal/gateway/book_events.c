/* An event on its way through the book: checked, known or new, and then to whom it belongs. */
#include "book_inside.h"

/* What stands for what the book completes, while the rest is checked. */
static char some_text[] = "-";

static const ProtobufCFieldDescriptor *
field_of(const Juyan__V1__Event *event)
{
	return protobuf_c_message_descriptor_get_field(&juyan__v1__event__descriptor, (unsigned)event->what_case);
}

Juyan__V1__Event *
book_copy(struct book *book, const Juyan__V1__Event *event)
{
	const ProtobufCFieldDescriptor *field = field_of(event);
	Juyan__V1__Event *copy = arena_take(&book->arena, sizeof *copy);
	if (copy == NULL)
		return NULL;
	*copy = *event;
	if (field == NULL || event->manifest_lodged == NULL)
		return copy;
	size_t bytes = ((const ProtobufCMessageDescriptor *)field->descriptor)->sizeof_message;
	void *said = arena_take(&book->arena, bytes);
	if (said == NULL)
		return NULL;
	memcpy(said, event->manifest_lodged, bytes); /* all members of the oneof are pointers to messages */
	copy->manifest_lodged = said;
	return copy;
}

char **
book_unit_of(const Juyan__V1__Event *event)
{
	switch ((int)event->what_case) {
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return &event->unit_arrived->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return &event->unit_departed->unit_id;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return &event->unit_weighed->unit_id;
	case JUYAN__V1__EVENT__WHAT_INSPECTED:
		return &event->inspected->unit_id;
	case JUYAN__V1__EVENT__WHAT_MASS_CORRECTED:
		return &event->mass_corrected->unit_id;
	default:
		return NULL;
	}
}

const char *
book_lane_of(const Juyan__V1__Event *event)
{
	switch ((int)event->what_case) {
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return event->unit_arrived->lane;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return event->unit_departed->lane;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return event->unit_weighed->lane;
	default:
		return "";
	}
}

/* ---- checking ---- */

/* Waybills that are to be taken out are but named. */
static enum status
stand_in_goods(struct book *book, Juyan__V1__ManifestLodged *said)
{
	Juyan__V1__GoodsLine *line = arena_take(&book->arena, sizeof *line);
	Juyan__V1__GoodsLine **lines = arena_take(&book->arena, sizeof(void *));
	Juyan__V1__Waybill **waybills = arena_take(&book->arena, (said->n_waybills + 1) * sizeof(void *));
	if (line == NULL || lines == NULL || waybills == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__goods_line__init(line);
	lines[0] = line;
	for (size_t i = 0; i < said->n_waybills; i++) {
		Juyan__V1__Waybill *waybill = arena_take(&book->arena, sizeof *waybill);
		if (waybill == NULL)
			return STATUS_NO_MEMORY;
		*waybill = *said->waybills[i];
		if (waybill->n_goods == 0) {
			waybill->n_goods = 1;
			waybill->goods = lines;
		}
		waybills[i] = waybill;
	}
	said->waybills = waybills;
	return STATUS_OK;
}

/* A part may lack what other parts bring. */
static enum status
stand_in_parts(struct book *book, const struct finding *finding, Juyan__V1__ManifestLodged *said)
{
	Juyan__V1__Unit *unit = arena_take(&book->arena, sizeof *unit);
	Juyan__V1__Unit **units = arena_take(&book->arena, sizeof(void *));
	if (unit == NULL || units == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__unit__init(unit);
	unit->unit_id = some_text;
	units[0] = unit;
	if (said->n_units == 0) {
		said->n_units = 1;
		said->units = units;
	}
	bool drop = finding->part == PART_DROP;
	if ((drop || finding->whatever_direction) && said->direction == JUYAN__V1__DIRECTION__DIRECTION_UNSPECIFIED)
		said->direction = JUYAN__V1__DIRECTION__IMPORT;
	if ((drop || finding->whatever_direction) && said->mode == JUYAN__V1__MODE__MODE_UNSPECIFIED)
		said->mode = JUYAN__V1__MODE__TRUCK;
	return drop ? stand_in_goods(book, said) : STATUS_OK;
}

/* What it answers says its batch. */
static bool
answers_message(const struct finding *finding, const Juyan__V1__Event *event)
{
	return finding->message_no != NULL && finding->message_no[0] != '\0' &&
	    (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED ||
		(event->batch_no[0] == '\0' &&
		    (event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED || event->what_case == JUYAN__V1__EVENT__WHAT_INSPECTED)));
}

/* Which batch it is of can be found out by its unit, and the unit of a weighing by its lane. */
static bool
can_be_found(const struct finding *finding, const Juyan__V1__Event *event)
{
	char **unit_id = book_unit_of(event);
	if (answers_message(finding, event))
		return true;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED)
		return finding->unit_id != NULL && finding->unit_id[0] != '\0';
	if (unit_id == NULL)
		return false;
	return (*unit_id)[0] != '\0' || (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED && book_lane_of(event)[0] != '\0');
}

enum status
book_event_check(struct book *book, const struct finding *finding, const Juyan__V1__Event *event, struct reason *why)
{
	Juyan__V1__Event *whole = book_copy(book, event);
	enum status status = STATUS_OK;
	if (whole == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "no memory to check an event");
	if (wire_event_administers(event))
		return reason_say(why, STATUS_NOT_AUTHORISED, "the event is a %s: no machine sends that", wire_event_kind(event));
	if (whole->batch_no[0] == '\0' && can_be_found(finding, event))
		whole->batch_no = some_text;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED && whole->unit_weighed->unit_id[0] == '\0' &&
	    book_lane_of(event)[0] != '\0')
		whole->unit_weighed->unit_id = some_text;
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
		status = stand_in_parts(book, finding, whole->manifest_lodged);
	if (status != STATUS_OK)
		return reason_say(why, status, "no memory to check a manifest");
	return wire_event_check(whole, why);
}

void
book_refuse(struct book *book, const char *source, enum status status, const struct reason *sentence)
{
	enum remark remark = REMARK_implausible;
	if (status == STATUS_MISSING_FIELD || status == STATUS_NO_CONTENT)
		remark = REMARK_lacks;
	else if (status == STATUS_NOT_AUTHORISED)
		remark = REMARK_strange;
	book_remark(book, source, remark, "%s", sentence->text);
}

/* ---- on its way ---- */

static enum status
lodge(struct book *book, const struct book_said *said, const struct finding *finding)
{
	Juyan__V1__ManifestLodged brought = JUYAN__V1__MANIFEST_LODGED__INIT;
	enum status status = book_part(book, said, finding, &brought);
	return status == STATUS_OK && finding->message_no != NULL ? book_message_lodged(book, said, finding, &brought) : status;
}

static enum status
deal_with(struct book *book, const struct book_said *said, const struct finding *finding)
{
	const Juyan__V1__Event *event = said->event;
	char **unit_id = book_unit_of(event);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED)
		return lodge(book, said, finding);
	if (answers_message(finding, event))
		return book_message_answered(book, said, finding->message_no);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED)
		return book_withdraw(book, said);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED && event->batch_no[0] == '\0')
		return book_unit_released(book, said, finding->unit_id);
	if (event->what_case == JUYAN__V1__EVENT__WHAT_RELEASED && finding->message_no != NULL)
		return book_message_released(book, said, finding->message_no);
	if (unit_id == NULL ||
	    ((*unit_id)[0] == '\0' && event->batch_no[0] != '\0' && event->what_case != JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED))
		return book_out(book, said->source, event, NULL);
	return (*unit_id)[0] == '\0' ? book_lane_weighed(book, said) : book_unit(book, said);
}

enum status
book_take(struct book *book, const char *source, uint64_t raw, const struct finding *finding)
{
	struct reason sentence = { "" };
	bool repeated;
	struct book_said said = { book_copy(book, finding->event), source, raw, book->now_ms, finding->seen_before };
	if (said.event == NULL)
		return reason_say(book->why, STATUS_NO_MEMORY, "no memory to enter an event");
	if (said.event->port[0] == '\0')
		said.event->port = book->port;
	enum status status = book_event_check(book, finding, said.event, &sentence);
	if (status == STATUS_NO_MEMORY)
		return reason_say(book->why, status, "%s", sentence.text);
	if (status != STATUS_OK) {
		book_refuse(book, source, status, &sentence);
		return STATUS_OK;
	}
	status = book_key(book, said.event, &repeated);
	if (status == STATUS_OK && repeated)
		book_remark(book, source, REMARK_repeated, "the %s with the key \"%s\" was heard before",
		    wire_event_kind(said.event), said.event->source_key);
	return status != STATUS_OK || repeated ? status : deal_with(book, &said, finding);
}
