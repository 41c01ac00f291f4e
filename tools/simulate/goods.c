/* The catalogue of simulated goods and the groups it falls into. */
#include "goods.h"

#include <assert.h>
#include <string.h>

struct goods {
	const char *hs;
	const char *text[GOODS_LANGUAGES];
	uint16_t share[3]; /* of each traffic, in thousandths */
};

/* Some entries are there to mislead: words of one group under the code of another, a code that no group claims, capitals. */
static const struct goods catalogue[] = {
	/* bulk import: 97 % coal by weight, as published */
	{ "27011900", { "原煤", "Түүхий нүүрс", "Raw coal" }, { 488, 0, 0 } },
	{ "27011210", { "炼焦煤", "Коксжих нүүрс", "Coking coal, washed" }, { 420, 0, 0 } },
	{ "270112", { "1/3焦煤", "НҮҮРС, баяжуулсан", "COAL, coking" }, { 60, 0, 0 } },
	{ "270210", { "褐煤", "Хүрэн нүүрсний үйрмэг", "Lignite (brown coal)" }, { 8, 0, 0 } },
	{ "2704001000", { "焦炭(煤制)", "Кокс, нүүрсний", "Coke of coal" }, { 3, 0, 0 } },
	{ "26030000", { "铜精矿", "Зэсийн баяжмал", "Copper concentrate" }, { 16, 0, 0 } },
	{ "260111", { "铁矿石", "Төмрийн хүдэр", "Iron ore" }, { 3, 0, 0 } },
	{ "252922", { "萤石", "Хайлуур жонш", "Fluorspar" }, { 2, 0, 0 } },
	/* small import */
	{ "510111", { "羊毛", "Ноос, угаасан", "Wool, washed" }, { 0, 350, 0 } },
	{ "51021100", { "山羊绒(羊毛类)", "Ноосон түүхий эд", "Raw cashmere" }, { 0, 150, 0 } },
	{ "020450", { "冻羊肉", "Хөлдөөсөн мах", "Frozen meat" }, { 0, 250, 0 } },
	{ "010420", { "活畜", "Мал, амьд", "Livestock" }, { 0, 150, 0 } },
	{ "4402", { "木炭", "Модон нүүрс", "Charcoal, not coal" }, { 0, 100, 0 } },
	/* export */
	{ "84295211", { "机械", "Техник", "Earth-moving machinery" }, { 0, 0, 150 } },
	{ "84314999", { "煤矿机械配件", "Нүүрсний уурхайн техник", "Coal mining equipment" }, { 0, 0, 70 } },
	{ "870423", { "运输机械", "Хүнд даацын техник", "Haulage equipment" }, { 0, 0, 80 } },
	{ "252329", { "水泥建材", "Барилгын материал", "Cement" }, { 0, 0, 120 } },
	{ "73089000", { "钢结构建材", "БАРИЛГЫН төмөр хийц", "Steel structures" }, { 0, 0, 130 } },
	{ "27101923", { "成品油", "Дизель шатахуун", "Diesel" }, { 0, 0, 150 } },
	{ "080810", { "果蔬", "Жимс", "Fruit, fresh" }, { 0, 0, 80 } },
	{ "070190", { "新鲜果蔬", "Хүнсний ногоо", "Fresh vegetables" }, { 0, 0, 70 } },
	{ "940360", { "家具", "Тавилга", "Furniture" }, { 0, 0, 80 } },
	{ "392410", { "日用品", "Ахуйн бараа", "Daily goods" }, { 0, 0, 70 } },
};

enum { CATALOGUE = sizeof catalogue / sizeof catalogue[0], COALS = 5, PREFIXES = 5, WORDS = 5 };

struct group {
	const char *id;
	const char *prefixes[PREFIXES + 1];
	const char *words[WORDS + 1];
};

/* In order of rank. The first two are built in. */
static const struct group groups[] = {
	{ "empty", { NULL }, { NULL } },
	{ "other", { NULL }, { NULL } },
	{ "coal", { "2701", "2702", "2704" }, { "煤", "нүүрс", "coal" } },
	{ "copper", { "2603", "7402", "7403" }, { "铜精矿", "зэс", "copper" } },
	{ "iron_ore", { "2601" }, { "铁矿", "төмрийн хүдэр", "iron ore" } },
	{ "fluorspar", { "2529" }, { "萤石", "жонш", "fluorspar" } },
	{ "fuel", { "2709", "2710" }, { "成品油", "шатахуун", "fuel", "diesel" } },
	{ "machinery", { "84", "85", "87" }, { "机械", "техник", "machinery", "equipment" } },
	{ "building", { "25", "68", "69", "72", "73" }, { "建材", "барилгын", "cement", "steel" } },
	{ "produce", { "07", "08", "10", "11" }, { "果蔬", "жимс", "ногоо", "vegetable", "fruit" } },
	{ "meat", { "02" }, { "肉", "мах", "meat" } },
	{ "live_animals", { "01" }, { "活畜", "мал", "livestock" } },
	{ "wool", { "51" }, { "羊毛", "ноос", "wool", "cashmere" } },
};

enum { GROUPS = sizeof groups / sizeof groups[0], OTHER = 1, TEXT_BYTES = 128 };

uint8_t
goods_draw(enum goods_traffic traffic, struct random *random)
{
	uint32_t at = random_below(random, 1000);
	for (uint8_t i = 0; i < CATALOGUE; i++) {
		if (at < catalogue[i].share[traffic])
			return i;
		at -= catalogue[i].share[traffic];
	}
	assert(!"the shares of a traffic make 1000");
	return 0;
}

uint8_t
goods_coal(struct random *random)
{
	return (uint8_t)random_below(random, COALS);
}

const char *
goods_hs(uint8_t goods)
{
	assert(goods < CATALOGUE);
	return catalogue[goods].hs;
}

const char *
goods_text(uint8_t goods, enum goods_language language)
{
	assert(goods < CATALOGUE && language < GOODS_LANGUAGES);
	return catalogue[goods].text[language];
}

/* ---- groups ---- */

/* The longest prefix wins; what no prefix claims is "other", whatever its words say. */
static uint8_t
group_by_hs(const char *hs)
{
	uint8_t best = OTHER;
	size_t longest = 0;
	for (uint8_t g = 0; g < GROUPS; g++)
		for (size_t p = 0; groups[g].prefixes[p] != NULL; p++) {
			size_t length = strlen(groups[g].prefixes[p]);
			if (length > longest && strncmp(hs, groups[g].prefixes[p], length) == 0) {
				longest = length;
				best = g;
			}
		}
	return best;
}

/* Small letters, for ASCII and for the Cyrillic of Mongolian in UTF-8. */
static void
fold(const char *text, char out[TEXT_BYTES])
{
	size_t n = strlen(text);
	assert(n < TEXT_BYTES);
	for (size_t i = 0; i <= n; i++) {
		unsigned char c = (unsigned char)text[i], next = i < n ? (unsigned char)text[i + 1] : 0;
		if (c >= 'A' && c <= 'Z') {
			c = (unsigned char)(c + 32);
		} else if (c == 0xD0 && next >= 0x90 && next <= 0xAF) { /* А … Я */
			out[i++] = (char)(next <= 0x9F ? 0xD0 : 0xD1);
			c = (unsigned char)(next <= 0x9F ? next + 0x20 : next - 0x20);
		} else if ((c == 0xD2 && next == 0xAE) || (c == 0xD3 && next == 0xA8)) { /* Ү Ө */
			out[i++] = (char)c;
			c = (unsigned char)(next + 1);
		}
		out[i] = (char)c;
	}
}

/* Whether a word begins a word of the text; in Chinese, which parts no words, it may stand anywhere. */
static bool
has_word(const char *text, const char *word)
{
	bool chinese = (unsigned char)word[0] >= 0xE3;
	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
		if (chinese || at == text || strchr(" ,(", at[-1]) != NULL)
			return true;
	return false;
}

static uint8_t
group_by_words(const char *description)
{
	char text[TEXT_BYTES];
	fold(description, text);
	for (uint8_t g = 0; g < GROUPS; g++)
		for (size_t w = 0; groups[g].words[w] != NULL; w++)
			if (has_word(text, groups[g].words[w]))
				return g;
	return OTHER;
}

uint8_t
goods_group(uint8_t goods, enum goods_language language, bool with_hs)
{
	return with_hs ? group_by_hs(goods_hs(goods)) : group_by_words(goods_text(goods, language));
}

size_t
goods_groups(void)
{
	return GROUPS;
}

const char *
goods_group_id(uint8_t group)
{
	assert(group < GROUPS);
	return groups[group].id;
}
