/* Daily tonnage, from published figures and a shape of the week and the year. */
#include "demand.h"

#include <assert.h>
#include <stddef.h>

#include "port_calendar.h"

#define TONNE INT64_C(1000)

/* From a stretch's first day to the day before the next one's; the last row ends the table. */
struct stretch {
	int16_t year;
	int8_t month, day;
	int64_t tonnes;
};

/*
 * Ceke. "P": follows from published figures (shared/data/ceke_published.csv); "~": ours, between or beyond them.
 */
static const struct stretch ceke[] = {
	{ 2015, 1, 1, 618800 },    /* P */
	{ 2015, 2, 1, 97100 },     /* P */
	{ 2015, 3, 1, 384200 },    /* P */
	{ 2015, 4, 1, 5400000 },   /* ~ */
	{ 2016, 1, 1, 12576700 },  /* P */
	{ 2017, 1, 1, 13000000 },  /* P */
	{ 2018, 1, 1, 4700000 },   /* P, to 10 May */
	{ 2018, 5, 11, 5300000 },  /* P, 10 Mt on 19 September */
	{ 2018, 9, 20, 3500000 },  /* ~ */
	{ 2019, 1, 1, 6200000 },   /* P, to 16 June */
	{ 2019, 6, 17, 7400000 },  /* ~ */
	{ 2020, 1, 1, 2300000 },   /* P, to 16 June */
	{ 2020, 6, 17, 8600000 },  /* P, 10.68 Mt of coal in the year */
	{ 2021, 1, 1, 6000000 },   /* ~, shut from 20 October */
	{ 2021, 10, 20, 0 },       /* P */
	{ 2022, 5, 25, 90000 },    /* ~, reopened with 7.7 kt a day */
	{ 2022, 6, 1, 4200000 },   /* ~ */
	{ 2023, 1, 1, 7000000 },   /* P, half a year */
	{ 2023, 7, 1, 3000000 },   /* P, 10.0 Mt by 24 August */
	{ 2023, 8, 25, 2023000 },  /* P */
	{ 2023, 9, 25, 217000 },   /* P, the record day: 12.24 Mt */
	{ 2023, 9, 26, 220800 },   /* P, 12.4608 Mt by the end of September */
	{ 2023, 10, 1, 1736300 },  /* P, 14.1971 Mt by 2 November */
	{ 2023, 11, 3, 3400000 },  /* ~ */
	{ 2024, 1, 1, 18440700 },  /* P, to 30 September */
	{ 2024, 10, 1, 6160000 },  /* ~, 24 Mt of coal in the year */
	{ 2025, 1, 1, 26000000 },  /* P, the year's plan, passed in autumn */
	{ 2025, 10, 25, 4000000 }, /* P, 30 Mt by 9 December */
	{ 2025, 12, 10, 1900000 }, /* ~ */
	{ 2026, 1, 1, 33000000 },  /* ~, and all that follows */
	{ 2027, 1, 1, 34500000 },
	{ 2028, 1, 1, 36000000 },
	{ 2029, 1, 1, 37000000 },
	{ 2030, 1, 1, 38000000 },
	{ 2031, 1, 1, 38000000 },
	{ 2032, 1, 1, 38000000 },
	{ 2033, 1, 1, 38000000 },
	{ 2034, 1, 1, 38000000 },
	{ 2035, 1, 1, 38000000 },
	{ 2036, 1, 1, 0 },
};

/* Wuliji: temporary openings, formally open since December 2025. Only the first figure is published; the rest is ours. */
static const struct stretch wuliji[] = {
	{ 2015, 1, 1, 0 },
	{ 2016, 1, 1, 0 },
	{ 2017, 1, 1, 0 },
	{ 2018, 1, 1, 0 },
	{ 2019, 1, 1, 0 },
	{ 2020, 1, 1, 0 },
	{ 2021, 1, 1, 0 },
	{ 2022, 1, 1, 0 },
	{ 2022, 7, 20, 26 },
	{ 2022, 7, 21, 0 },
	{ 2023, 1, 1, 0 },
	{ 2023, 6, 5, 1200 },
	{ 2023, 6, 26, 0 },
	{ 2023, 10, 9, 2000 },
	{ 2023, 10, 29, 0 },
	{ 2024, 5, 13, 4000 },
	{ 2024, 6, 23, 0 },
	{ 2024, 9, 9, 6000 },
	{ 2024, 11, 1, 0 },
	{ 2025, 4, 21, 14000 },
	{ 2025, 7, 6, 0 },
	{ 2025, 9, 1, 20000 },
	{ 2025, 11, 1, 0 },
	{ 2025, 12, 1, 18000 },
	{ 2026, 1, 1, 350000 },
	{ 2027, 1, 1, 600000 },
	{ 2028, 1, 1, 900000 },
	{ 2029, 1, 1, 1100000 },
	{ 2030, 1, 1, 1300000 },
	{ 2031, 1, 1, 1500000 },
	{ 2032, 1, 1, 1500000 },
	{ 2033, 1, 1, 1500000 },
	{ 2034, 1, 1, 1500000 },
	{ 2035, 1, 1, 1500000 },
	{ 2036, 1, 1, 0 },
};

/*
 * A full road train of Ceke, in the mean of the year: 90 t in 2012, 130 to 146 t since 2022; from tonnage and vehicles where
 * both are known.
 */
static const int32_t truck_kg[] = {
	96000,
	96000,
	100000,
	104000,
	110000,
	115000,
	118000,
	124000,
	130200,
	139000,
	147500,
	148000,
	148000,
};

/* Weak after the new years, strong in autumn; per cent of the mean. Monday has the weekend's queue. */
static const int16_t month_share[12] = { 82, 74, 96, 100, 102, 100, 94, 98, 110, 112, 116, 114 };
static const int16_t weekday_share[7] = { 0, 108, 102, 100, 98, 98, 94 };

#define AGV_FROM_YEAR 2025
#define AGV_FROM_MONTH 4
#define AGV_KG_PER_DAY_MAX (INT64_C(5200) * TONNE) /* 80 trips of 65 t, reached after AGV_RAMP_DAYS */
enum { AGV_RAMP_DAYS = 270 };

#define RAIL_KG_PER_DAY_MAX (INT64_C(16000) * TONNE) /* four trains of 60 wagons */

void
demand_open(struct demand *demand, uint64_t seed, enum crossing_port port, bool rail)
{
	*demand = (struct demand){ .seed = seed, .port = (uint8_t)port, .rail = rail, .first = 1, .last = 0 };
}

/* ---- what does not go by road ---- */

static int64_t
agv_kg(const struct demand *demand, int64_t day)
{
	int64_t age = day - port_calendar_day(AGV_FROM_YEAR, AGV_FROM_MONTH, 1);
	if (demand->port != PORT_CEKE || age < 0 || port_calendar_closed(day))
		return 0;
	return AGV_KG_PER_DAY_MAX * (age < AGV_RAMP_DAYS ? age + 1 : AGV_RAMP_DAYS) / AGV_RAMP_DAYS;
}

/* Trains keep their timetable on holidays; a closure of months stops them too, as then nothing is asked for at all. */
static int64_t
rail_kg(const struct demand *demand, int64_t day)
{
	(void)day;
	return demand->rail && demand->port == PORT_CEKE ? RAIL_KG_PER_DAY_MAX : 0;
}

/* ---- a stretch ---- */

static int64_t
row_day(const struct stretch *row)
{
	return port_calendar_day(row->year, row->month, row->day);
}

/* Chance moves a day by up to a third either way. */
static int64_t
weight_of(const struct demand *demand, int64_t day)
{
	if (!port_calendar_road_open(day))
		return 0;
	int year, month, day_of_month;
	port_calendar_date(day, &year, &month, &day_of_month);
	int64_t noise = 670 + (int64_t)(random_mix(demand->seed, 1000 + demand->port, (uint64_t)day) % 661);
	return (int64_t)month_share[month - 1] * weekday_share[port_calendar_weekday(day)] * noise;
}

/* What road takes of the stretch, over its days by weight; the cumulative sum is rounded, so that the days add up. */
static void
spread(struct demand *demand, int64_t kg)
{
	int64_t weights = 0, sum = 0, given_kg = 0;
	for (int64_t day = demand->first; day <= demand->last; day++)
		weights += weight_of(demand, day);
	for (int64_t day = demand->first; day <= demand->last; day++) {
		sum += weight_of(demand, day);
		int64_t upto_kg = weights == 0 ? 0 : (int64_t)((__int128)kg * sum / weights);
		demand->road_kg[day - demand->first] = upto_kg - given_kg;
		given_kg = upto_kg;
	}
}

static void
work_out(struct demand *demand, int64_t day)
{
	const struct stretch *table = demand->port == PORT_CEKE ? ceke : wuliji;
	size_t rows = demand->port == PORT_CEKE ? sizeof ceke / sizeof ceke[0] : sizeof wuliji / sizeof wuliji[0];
	size_t r = 0;
	while (r + 2 < rows && row_day(&table[r + 1]) <= day)
		r++;
	assert(row_day(&table[r]) <= day && day < row_day(&table[r + 1]));
	demand->first = row_day(&table[r]);
	demand->last = row_day(&table[r + 1]) - 1;
	assert(demand->last - demand->first < DEMAND_DAYS_MAX);
	int64_t kg = table[r].tonnes * TONNE;
	for (int64_t d = demand->first; d <= demand->last && kg > 0; d++)
		kg -= agv_kg(demand, d) + rail_kg(demand, d);
	spread(demand, kg > 0 ? kg : 0);
}

struct demand_day
demand_of(struct demand *demand, int64_t day)
{
	if (day < demand->first || day > demand->last)
		work_out(demand, day);
	int year, month, day_of_month;
	port_calendar_date(day, &year, &month, &day_of_month);
	size_t y = (size_t)(year - CALENDAR_YEAR_MIN), last = sizeof truck_kg / sizeof truck_kg[0] - 1;
	return (struct demand_day){
		.kg = { demand->road_kg[day - demand->first], agv_kg(demand, day), rail_kg(demand, day) },
		.payload_kg = demand->port == PORT_CEKE ? truck_kg[y < last ? y : last] : 55000,
		.export_per_mille = demand->port == PORT_CEKE ? 15 : 560,
	};
}
