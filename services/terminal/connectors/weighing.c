/* The load on a scale, reading by reading. */
#include "weighing.h"

#include <assert.h>
#include <string.h>

/* After a silence as long as this another vehicle may stand there. */
static const int64_t long_ms = 60000;

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
	weighing->heaviest_kg = 0;
	weighing->readings = 0;
	weighing->told = weighing->heavier_told = weighing->over = false;
	weighing->plateau = (struct plateau){ 0 };
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
		return WEIGHING_MASS;
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

/* A stable reading of a load. */
static enum weighing_news
settle(struct weighing *weighing, const struct weighing_rules *rules, int64_t kg, int64_t now_ms)
{
	struct plateau *plateau = &weighing->plateau;
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
	if (weighing->gone && kg >= weighing->gone_kg - rules->tolerance_kg && kg <= weighing->gone_kg + rules->tolerance_kg) {
		weighing->told = true; /* it stands there still */
		weighing->told_kg = weighing->gone_kg;
	}
	if (weighing->told)
		return higher && !weighing->gone ? heavier(weighing) : WEIGHING_NOTHING;
	if (rules->stands_ms == 0 || now_ms - plateau->since_ms < rules->stands_ms || weighing->over)
		return WEIGHING_NOTHING;
	weighing->told = true;
	weighing->told_kg = kg;
	return WEIGHING_MASS;
}

/* The scale says that it is empty. */
static enum weighing_news
empty(struct weighing *weighing, const struct weighing_rules *rules, int64_t kg, bool stable)
{
	if (weighing->unders < rules->stable_frames)
		weighing->unders++;
	if (!stable && weighing->unders < rules->stable_frames)
		return WEIGHING_NOTHING;
	weighing->gone = false;
	if (weighing->loaded)
		return end(weighing, rules);
	bool below = kg <= -rules->minimum_kg, news = below && !weighing->below_told;
	weighing->below_told = below;
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

enum weighing_news
weighing_resume(struct weighing *weighing, const struct weighing_rules *rules, int64_t now_ms)
{
	bool long_ago = weighing->loaded && now_ms - weighing->heard_ms > long_ms;
	weighing->heard_ms = now_ms;
	if (!long_ago)
		return WEIGHING_NOTHING;
	weighing->run.equal = 0;
	weighing->overs = weighing->unders = 0;
	weighing->gone = weighing->plateau.known;
	weighing->gone_kg = weighing->plateau.kg;
	return end(weighing, rules);
}

enum weighing_news
weighing_take(struct weighing *weighing, const struct weighing_rules *rules, const struct reading *reading, struct span frame,
    int64_t now_ms)
{
	if (reading->said == SAID_OVER)
		return over(weighing, rules, now_ms);
	if (reading->said == SAID_UNDER)
		return empty(weighing, rules, 0, reading->rest == REST_STILL);
	if (reading->said != SAID_MASS)
		return WEIGHING_NOTHING;
	bool stable = run_on(&weighing->run, rules, reading, frame);
	weighing->overs = 0;
	if (reading->kg < rules->minimum_kg)
		return empty(weighing, rules, reading->kg, stable);
	weighing->unders = 0;
	if (!weighing->loaded)
		begin(weighing, now_ms);
	if (weighing->readings < rules->stable_frames)
		weighing->readings++;
	if (reading->kg > weighing->heaviest_kg)
		weighing->heaviest_kg = reading->kg;
	return stable ? settle(weighing, rules, reading->kg, now_ms) : WEIGHING_NOTHING;
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
