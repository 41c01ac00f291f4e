/* The words for what happened at the border. An absent number is told as unknown, never left to be taken for zero. */
#include "story.h"

#include <assert.h>
#include <string.h>

#include "table.h"

void
story_text(FILE *out, const char *text)
{
	if (wire_text_clean(text, strlen(text))) {
		fputs(text, out);
		return;
	}
	for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
		fputc(*at < 0x20 || *at >= 0x7F ? '?' : *at, out);
}

const char *
story_kind(const Juyan__V1__Event *event)
{
	switch ((int)event->what_case) {
	case JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED:
		return "manifest lodged";
	case JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED:
		return "manifest deleted";
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		return "unit arrived";
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		return "unit departed";
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		return "unit weighed";
	case JUYAN__V1__EVENT__WHAT_INSPECTED:
		return "inspected";
	case JUYAN__V1__EVENT__WHAT_RELEASED:
		return "released";
	case JUYAN__V1__EVENT__WHAT_MASS_CORRECTED:
		return "mass corrected";
	case JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED:
		return "machine reported";
	case JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED:
		return "registry changed";
	case JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED:
		return "quarantine settled";
	case JUYAN__V1__EVENT__WHAT_NOTED:
		return "noted";
	case JUYAN__V1__EVENT__WHAT_DECREED:
		return "decreed";
	default:
		return "says nothing";
	}
}

/* ---- parts of sentences ---- */

/* "label text", where there is a text. */
static void
say(FILE *out, const char *before, const char *text)
{
	if (text[0] == '\0')
		return;
	fputs(before, out);
	story_text(out, text);
}

static void
say_mass(FILE *out, const char *label, bool known, int64_t kg)
{
	char figure[TABLE_FIGURE_BYTES];
	if (known)
		fprintf(out, "%s%s t", label, table_tonnes(kg, figure));
	else
		fprintf(out, "%sunknown", label);
}

static void
say_list(FILE *out, const char *label, char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		say(out, i == 0 ? label : " ", texts[i]);
}

static const char *
plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* What a waybill declares: its own figure holds, else its lines' sum; known tells whether all of it is. */
static int64_t
declared_on(const Juyan__V1__Waybill *waybill, bool *known)
{
	int64_t kg = 0;
	*known = true;
	if (waybill->has_declared_kg)
		return waybill->declared_kg;
	for (size_t i = 0; i < waybill->n_goods; i++) {
		*known &= waybill->goods[i]->has_declared_kg;
		kg += waybill->goods[i]->declared_kg;
	}
	return kg;
}

static void
say_manifest(FILE *out, const Juyan__V1__ManifestLodged *manifest)
{
	const char *direction = wire_direction_name(manifest->direction), *mode = wire_mode_name(manifest->mode);
	int64_t kg = 0;
	bool all_known = true, known;
	for (size_t i = 0; i < manifest->n_waybills; i++) {
		kg += declared_on(manifest->waybills[i], &known);
		all_known &= known;
	}
	fprintf(out, "%s by %s, %zu unit%s, ", direction == NULL ? "?" : direction, mode == NULL ? "?" : mode, manifest->n_units,
	    plural(manifest->n_units));
	if (manifest->n_waybills == 0) {
		fputs("empty", out);
		return;
	}
	fprintf(out, "%zu waybill%s, ", manifest->n_waybills, plural(manifest->n_waybills));
	say_mass(out, "declared ", all_known, kg);
}

static void
say_weighed(FILE *out, const Juyan__V1__UnitWeighed *weighed)
{
	story_text(out, weighed->unit_id);
	say_mass(out, ": gross ", weighed->has_gross_kg, weighed->gross_kg);
	say_mass(out, ", tare ", weighed->has_tare_kg, weighed->tare_kg);
	if (weighed->has_container_tare_kg)
		say_mass(out, ", containers ", true, weighed->container_tare_kg);
	say(out, ", scale ", weighed->scale);
	say(out, ", ticket ", weighed->ticket_no);
	say(out, ", lane ", weighed->lane);
	if (weighed->stability == JUYAN__V1__STABILITY__MOVING)
		fputs(", still moving: makes no mass", out);
}

static void
say_inspected(FILE *out, const Juyan__V1__Inspected *inspected)
{
	static const char *const authorities[] = { "an authority", "customs", "quarantine" };
	static const char *const outcomes[] = { "said nothing", "passed", "held", "rejected" };
	unsigned by = (unsigned)inspected->by, outcome = (unsigned)inspected->outcome;
	fprintf(out, "%s %s", by < 3 ? authorities[by] : "?", outcome < 4 ? outcomes[outcome] : "?");
	if (inspected->unit_id[0] == '\0')
		fputs(" the whole batch", out);
	say(out, " unit ", inspected->unit_id);
	say(out, ", held: ", inspected->held);
	say(out, ", officer ", inspected->officer);
}

static void
say_machine(FILE *out, const Juyan__V1__MachineReported *reported)
{
	const char *kind = wire_machine_kind_name(reported->kind), *condition = wire_condition_name(reported->condition);
	say(out, "", kind == NULL ? "?" : kind);
	say(out, " ", reported->machine);
	say(out, ": ", condition == NULL ? "?" : condition);
	say(out, ", lane ", reported->lane);
	say(out, ", ", reported->note);
}

static void
say_settled(FILE *out, const Juyan__V1__QuarantineReleased *released)
{
	const char *how = released->dismissed ? "dismissed"
	    : released->fixed_event.len > 0   ? "released as corrected"
					      : "released as it is";
	fprintf(out, "event %llu %s", (unsigned long long)released->lsn, how);
	say(out, " by ", released->by);
	say(out, ": ", released->reason);
}

/* ---- whole events ---- */

void
story_event(FILE *out, const Juyan__V1__Event *event)
{
	switch ((int)event->what_case) {
	case JUYAN__V1__EVENT__WHAT_MANIFEST_LODGED:
		say_manifest(out, event->manifest_lodged);
		break;
	case JUYAN__V1__EVENT__WHAT_MANIFEST_DELETED:
		say(out, "", event->manifest_deleted->reason[0] == '\0' ? "no reason given" : event->manifest_deleted->reason);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_ARRIVED:
		story_text(out, event->unit_arrived->unit_id);
		say(out, ", lane ", event->unit_arrived->lane);
		say(out, ", driver ", event->unit_arrived->driver);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_DEPARTED:
		story_text(out, event->unit_departed->unit_id);
		say(out, ", lane ", event->unit_departed->lane);
		say(out, ", driver ", event->unit_departed->driver);
		break;
	case JUYAN__V1__EVENT__WHAT_UNIT_WEIGHED:
		say_weighed(out, event->unit_weighed);
		break;
	case JUYAN__V1__EVENT__WHAT_INSPECTED:
		say_inspected(out, event->inspected);
		break;
	case JUYAN__V1__EVENT__WHAT_RELEASED:
		say(out, "by ", event->released->office[0] == '\0' ? "customs" : event->released->office);
		say(out, ", document ", event->released->document_no);
		break;
	case JUYAN__V1__EVENT__WHAT_MASS_CORRECTED:
		say(out, "unit ", event->mass_corrected->unit_id);
		say_mass(out, ": net ", event->mass_corrected->has_net_kg, event->mass_corrected->net_kg);
		say(out, " by ", event->mass_corrected->by);
		say(out, ": ", event->mass_corrected->reason);
		break;
	case JUYAN__V1__EVENT__WHAT_MACHINE_REPORTED:
		say_machine(out, event->machine_reported);
		break;
	case JUYAN__V1__EVENT__WHAT_REGISTRY_CHANGED:
		fprintf(out, "%zu put, %zu dropped", event->registry_changed->n_put, event->registry_changed->n_drop);
		say(out, " by ", event->registry_changed->by);
		say(out, ": ", event->registry_changed->reason);
		break;
	case JUYAN__V1__EVENT__WHAT_QUARANTINE_RELEASED:
		say_settled(out, event->quarantine_released);
		break;
	case JUYAN__V1__EVENT__WHAT_NOTED:
		say(out, event->noted->withdrawn ? "taken back: " : "", event->noted->subject);
		say(out, " by ", event->noted->by);
		say(out, ": ", event->noted->note);
		break;
	case JUYAN__V1__EVENT__WHAT_DECREED:
		say(out, "by ", event->decreed->authority);
		fprintf(out, ", number %llu", (unsigned long long)event->decreed->number);
		break;
	default:
		break;
	}
}

static void
story_unit(FILE *out, const Juyan__V1__Unit *unit, int indent)
{
	fprintf(out, "%*s", indent, "");
	say(out, "unit ", unit->unit_id);
	say_list(out, ", trailers ", unit->trailers, unit->n_trailers);
	say_list(out, ", containers ", unit->containers, unit->n_containers);
	if (unit->has_declared_kg)
		say_mass(out, ", declared ", true, unit->declared_kg);
	if (unit->has_tare_kg)
		say_mass(out, ", registered tare ", true, unit->tare_kg);
	if (unit->has_container_tare_kg)
		say_mass(out, ", containers' registered tare ", true, unit->container_tare_kg);
	say(out, ", driver ", unit->driver);
	fputc('\n', out);
}

static void
story_waybill(FILE *out, const Juyan__V1__Waybill *waybill, int indent)
{
	fprintf(out, "%*swaybill ", indent, "");
	story_text(out, waybill->waybill_no);
	if (waybill->has_declared_kg)
		say_mass(out, ", declared ", true, waybill->declared_kg);
	for (size_t i = 0; i < waybill->n_goods; i++) {
		const Juyan__V1__GoodsLine *line = waybill->goods[i];
		fprintf(out, "%s", i == 0 ? ": " : "; ");
		story_text(out, line->description[0] == '\0' ? "goods" : line->description);
		say(out, ", HS ", line->hs_code);
		say_mass(out, ", ", line->has_declared_kg, line->declared_kg);
	}
	fputc('\n', out);
}

void
story_manifest(FILE *out, const Juyan__V1__ManifestLodged *manifest, int indent)
{
	for (size_t i = 0; i < manifest->n_units; i++)
		story_unit(out, manifest->units[i], indent);
	for (size_t i = 0; i < manifest->n_waybills; i++)
		story_waybill(out, manifest->waybills[i], indent);
}
