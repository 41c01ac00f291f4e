/* The load on a scale, reading by reading. */
#include "weighing.h"

#include <assert.h>
#include <string.h>

/* After a silence as long as this another vehicle may stand there: one drives off, and the next one on. */
static const int64_t long_ms = 30000;
/* So long no vehicle sways. */
static const int64_t unsteady_ms = 300000;

static void
keep_raw(uint8_t *raw, size_t *bytes, struct span frame)
{
	if (*bytes + frame.bytes > WEIGHING_RAW_BYTES_MAX)
		return;
	memcpy(raw + *bytes, frame.data, frame.bytes);
	*bytes += frame.bytes;
}

/* Whether this reading is stable: one of so many that are equal, or that the scale calls so. */
static bool
run_on(struct run *run, const struct weighing_rules *rules, const struct reading *reading, struct span frame)
{
	if (run->equal == 0 || reading->kg != run->kg || reading->rest == REST_MOVING)
		*run = (struct run){ .kg = reading->kg };
	if (reading->rest == REST_MOVING)
		return false;
	keep_raw(run->raw, &run->raw_bytes, frame);
	if (run->equal < rules->stable_frames)
		run->equal++;
	if (reading->rest == REST_STILL && run->still < rules->still_frames)
		run->still++;
	return run->equal >= rules->stable_frames || (reading->rest == REST_STILL && run->still >= rules->still_frames);
}

static void
begin(struct weighing *weighing, int64_t now_ms)
{
	weighing->loaded = true;
	weighing->loads++;
	weighing->on_ms = now_ms;
	weighing->found = !weighing->emptied;
	weighing->heaviest_kg = weighing->sure_kg = weighing->lowest_kg = 0;
	weighing->readings = 0;
	weighing->told = weighing->heavier_told = weighing->over = false;
	weighing->again_told = weighing->unsteady_told = false;
	weighing->plateau = (struct plateau){ 0 };
}

static bool
within(const struct weighing_rules *rules, int64_t a, int64_t b)
{
	return a >= b - rules->tolerance_kg && a <= b + rules->tolerance_kg;
}

/* What swings is not a sixteenth above what stands; an axle is. */
static bool
is_a_part(const struct weighing *weighing)
{
	return weighing->found && weighing->plateau.top_kg < weighing->sure_kg - weighing->sure_kg / 16;
}

static enum weighing_news
end(struct weighing *weighing, const struct weighing_rules *rules)
{
	bool told = weighing->told;
	assert(weighing->loaded);
	weighing->loaded = false;
	weighing->told = true;
	if (told)
		return WEIGHING_NOTHING;
	if (weighing->over)
		return WEIGHING_OVER;
	if (weighing->plateau.known)
		return is_a_part(weighing) ? WEIGHING_LEFT : WEIGHING_MASS;
	/* One broken frame that looks like a whole one is no load. */
	return weighing->readings >= rules->stable_frames ? WEIGHING_RESTLESS : WEIGHING_NOTHING;
}

static enum weighing_news
heavier(struct weighing *weighing)
{
	if (!weighing->told || weighing->heavier_told)
		return WEIGHING_NOTHING;
	weighing->heavier_told = true;
	return WEIGHING_HEAVIER;
}

/* Whether a load that was less than half of itself becomes more again: one that drives off does not. */
static bool
rises_again(struct weighing *weighing, const struct weighing_rules *rules, int64_t kg)
{
	if (weighing->again_told)
		return false;
	if (weighing->lowest_kg > 0 && kg > weighing->lowest_kg + rules->minimum_kg)
		return weighing->again_told = true;
	if (kg < weighing->plateau.top_kg / 2 && (weighing->lowest_kg == 0 || kg < weighing->lowest_kg))
		weighing->lowest_kg = kg;
	return false;
}

/* A stable reading of a load. */
static enum weighing_news
settle(struct weighing *weighing, const struct weighing_rules *rules, int64_t kg, int64_t now_ms)
{
	struct plateau *plateau = &weighing->plateau;
	if (plateau->known && rises_again(weighing, rules, kg))
		return WEIGHING_AGAIN;
	if (plateau->known && kg < plateau->top_kg - rules->tolerance_kg)
		return WEIGHING_NOTHING; /* a part of the load is off the bridge */
	bool higher = !plateau->known || kg > plateau->top_kg + rules->tolerance_kg;
	if (higher)
		plateau->since_ms = now_ms;
	plateau->top_kg = higher || kg > plateau->top_kg ? kg : plateau->top_kg;
	plateau->known = true;
	plateau->kg = kg;
	plateau->raw_bytes = weighing->run.raw_bytes;
	memcpy(plateau->raw, weighing->run.raw, plateau->raw_bytes);
	if (weighing->gone && within(rules, kg, weighing->gone_kg)) {
		weighing->told = true; /* it stands there still */
		weighing->told_kg = weighing->gone_kg;
	}
	if (weighing->told)
		return kg > weighing->told_kg + rules->tolerance_kg ? heavier(weighing) : WEIGHING_NOTHING;
	if (rules->stands_ms == 0 || now_ms - plateau->since_ms < rules->stands_ms || weighing->over || is_a_part(weighing))
		return WEIGHING_NOTHING;
	weighing->told = true;
	weighing->told_kg = kg;
	return WEIGHING_MASS;
}

/* The scale says that it is empty; `below`: that it is less than that. */
static enum weighing_news
empty(struct weighing *weighing, const struct weighing_rules *rules, bool below, bool stable)
{
	weighing->belows = !below ? 0 : weighing->belows < rules->stable_frames ? weighing->belows + 1 : weighing->belows;
	if (weighing->unders < rules->stable_frames)
		weighing->unders++;
	weighing->emptied = weighing->emptied || !weighing->loaded;
	if (!stable && weighing->unders < rules->stable_frames)
		return WEIGHING_NOTHING;
	weighing->gone = false;
	weighing->emptied = true;
	if (weighing->loaded)
		return end(weighing, rules);
	bool news = weighing->belows == rules->stable_frames && !weighing->below_told;
	weighing->below_told = below && (weighing->below_told || news);
	return news ? WEIGHING_BELOW_ZERO : WEIGHING_NOTHING;
}

/* The scale says that it cannot weigh so much. */
static enum weighing_news
over(struct weighing *weighing, const struct weighing_rules *rules, int64_t now_ms)
{
	weighing->run.equal = 0;
	weighing->unders = 0;
	if (++weighing->overs < rules->stable_frames)
		return WEIGHING_NOTHING;
	weighing->overs = rules->stable_frames;
	if (!weighing->loaded)
		begin(weighing, now_ms);
	weighing->over = true;
	return heavier(weighing);
}

/* What stands there weighs what it weighed last, whole or in part. */
static bool
stands_still(const struct weighing *weighing, const struct weighing_rules *rules, const struct reading *reading)
{
	if (!weighing->loaded || reading->said != SAID_MASS)
		return false;
	return within(rules, reading->kg, weighing->run.kg) ||
	    (weighing->plateau.known && within(rules, reading->kg, weighing->plateau.kg));
}

enum weighing_news
weighing_resume(struct weighing *weighing, const struct weighing_rules *rules, const struct reading *reading, int64_t now_ms)
{
	bool long_ago = now_ms - weighing->heard_ms > long_ms;
	bool same = stands_still(weighing, rules, reading);
	if (long_ago && (reading->said == SAID_NOTHING || reading->said == SAID_UNCLEAR))
		return WEIGHING_NOTHING; /* the next one may say more */
	weighing->heard_ms = now_ms;
	if (!long_ago || same)
		return WEIGHING_NOTHING;
	weighing->emptied = false;
	if (!weighing->loaded)
		return WEIGHING_NOTHING;
	weighing->run.equal = 0;
	weighing->overs = weighing->unders = 0;
	weighing->gone = weighing->plateau.known;
	weighing->gone_kg = weighing->plateau.kg;
	return end(weighing, rules);
}

/* Told once. */
static bool
is_unsteady(struct weighing *weighing, int64_t now_ms)
{
	if (weighing->plateau.known || weighing->over || weighing->unsteady_told || now_ms - weighing->on_ms < unsteady_ms)
		return false;
	return weighing->unsteady_told = true;
}

enum weighing_news
weighing_take(struct weighing *weighing, const struct weighing_rules *rules, const struct reading *reading, struct span frame,
    int64_t now_ms)
{
	if (reading->said == SAID_OVER)
		return over(weighing, rules, now_ms);
	if (reading->said == SAID_UNDER)
		return empty(weighing, rules, true, reading->rest == REST_STILL);
	if (reading->said != SAID_MASS)
		return WEIGHING_NOTHING;
	int64_t both_kg = reading->kg < weighing->run.kg ? reading->kg : weighing->run.kg;
	bool stable = run_on(&weighing->run, rules, reading, frame), below = reading->kg <= -rules->minimum_kg;
	weighing->overs = 0;
	if (below && stable)
		weighing->belows = rules->stable_frames;
	if (reading->kg < rules->minimum_kg)
		return empty(weighing, rules, below, stable);
	weighing->unders = weighing->belows = 0;
	if (!weighing->loaded)
		begin(weighing, now_ms);
	if (weighing->readings < rules->stable_frames)
		weighing->readings++;
	if (reading->kg > weighing->heaviest_kg)
		weighing->heaviest_kg = reading->kg;
	if (both_kg > weighing->sure_kg)
		weighing->sure_kg = both_kg;
	if (stable)
		return settle(weighing, rules, reading->kg, now_ms);
	return is_unsteady(weighing, now_ms) ? WEIGHING_UNSTEADY : WEIGHING_NOTHING;
}

struct span
weighing_bytes(const struct weighing *weighing)
{
	return (struct span){ (const uint8_t *)weighing, sizeof *weighing };
}

bool
weighing_from(struct weighing *weighing, struct span bytes)
{
	struct weighing read;
	if (bytes.bytes != sizeof read)
		return false;
	memcpy(&read, bytes.data, sizeof read);
	if (read.plateau.raw_bytes > WEIGHING_RAW_BYTES_MAX || read.run.raw_bytes > WEIGHING_RAW_BYTES_MAX)
		return false;
	*weighing = read;
	return true;
}
