/* Plates, containers and papers. No printf: these are made for every event. */
#include "names.h"

#include <assert.h>
#include <string.h>

static char *
put_text(char *at, const char *text)
{
	size_t n = strlen(text);
	memcpy(at, text, n);
	return at + n;
}

static char *
put_number(char *at, uint32_t number, int digits)
{
	for (int i = digits - 1; i >= 0; i--) {
		at[i] = (char)('0' + number % 10);
		number /= 10;
	}
	return at + digits;
}

static char *
end(char *at)
{
	*at = '\0';
	return at + 1;
}

char *
names_truck(char *at, uint32_t vehicle)
{
	static const char *const series[] = { " УНА", " УНБ", " ӨМА", " ГСА", " ДГА" };
	assert(vehicle < 10000);
	/* Every form keeps the four digits, so that two vehicles of a convoy never share a name. */
	switch (vehicle % 10) {
	case 0:
		return end(put_number(at, vehicle, 4));
	case 1:
	case 2:
		return end(put_number(put_text(at, "蒙M"), vehicle, 5));
	default:
		return end(put_text(put_number(at, vehicle, 4), series[vehicle / 10 % 5]));
	}
}

char *
names_trailer(char *at, uint32_t vehicle, uint32_t which)
{
	return end(put_text(put_number(at, (vehicle * 7 + which * 2503) % 10000, 4), which % 2 == 0 ? " ЧГА" : " ЧГБ"));
}

char *
names_agv(char *at, uint32_t vehicle)
{
	return end(put_number(put_text(at, "AGV-"), vehicle, 3));
}

char *
names_wagon(char *at, uint32_t vehicle)
{
	return end(put_number(at, 4200000 + vehicle, 7));
}

/* The check digit weighs every character by its place: letters count from 10 up, without the multiples of 11. */
static uint32_t
container_check(const char *text)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < 10; i++) {
		uint32_t value = (uint32_t)(text[i] - '0');
		if (i < 4) {
			uint32_t letter = (uint32_t)(text[i] - 'A');
			value = 10 + letter + (letter >= 1) + (letter >= 11) + (letter >= 21);
		}
		sum += value << i;
	}
	return sum % 11 % 10;
}

char *
names_container(char *at, uint32_t container)
{
	char *start = at;
	at = put_text(at, container % 3 == 0 ? "MNXU" : "TBJU");
	at = put_number(at, container % 1000000, 6);
	return end(put_number(at, container_check(start), 1));
}

char *
names_paper(char *at, const char *letters, uint32_t yymmdd, uint32_t number, int digits)
{
	return end(put_number(put_number(put_text(at, letters), yymmdd, 6), number, digits));
}

char *
names_place(char *at, const char *kind, uint32_t number)
{
	assert(number < 100);
	return end(put_number(put_text(at, kind), number, number < 10 ? 1 : 2));
}
