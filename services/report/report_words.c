/* Words and sentences in three languages. See report_words.h. */
#include "report_words.h"

#include <stdio.h>
#include <string.h>

#include "report_figures.h"

static const char *const words[][REPORT_LANGS] = {
#define X(name, zh, mn, en) { zh, mn, en },
	REPORT_WORDS(X)
#undef X
};

/* In the order of enum report_remark_kind. */
static const char *const remarks[][REPORT_LANGS] = {
	[REPORT_STALE] = { "数据流已中断：此后发生的情况不详。",
	    "Мэдээллийн урсгал тасарсан: түүнээс хойш юу болсон нь тодорхойгүй.",
	    "The feed is silent: what has happened since is not known." },
	[REPORT_EMPTY_LEDGER] = { "账本中尚无任何已计入的货物。", "Бүртгэлд тооцогдсон ачаа хараахан алга.",
	    "Nothing has been counted in the ledger yet." },
	[REPORT_RUNNING] = { "期间尚未结束：以下为截至目前的数字；上年同期同样算至 {a}。",
	    "Хугацаа дуусаагүй: одоог хүртэлх тоо. Өмнөх оны мөн үе нь {a} хүртэл.",
	    "The span is not over: these are the figures so far; the year before is told up to {a} as well." },
	[REPORT_BEGINS] = { "账本自 {a} 起有记录：此前的情况不详，不计为零。",
	    "Бүртгэл {a}-нд эхэлсэн: түүнээс өмнөх нь тодорхойгүй, тэг гэж тооцоогүй.",
	    "The ledger begins on {a}: what was before is not known, and is not counted as zero." },
	[REPORT_NO_TRAFFIC] = { "本期无货物通过：各项零值均为实际计数结果。", "Энэ хугацаанд ачаа нэвтрээгүй: тэг нь тоолсны дүн.",
	    "Nothing passed in this span: each zero is a counted zero." },
	[REPORT_UNITS_UNKNOWN] = { "{b} 辆（节）次中有 {a} 辆（节）次重量不明：计入辆（节）次，不计入任何重量。",
	    "{b} нэгжийн {a} нь жин тодорхойгүй: нэгжид тооцсон, жинд ороогүй.",
	    "Of {b} units {a} have a mass that is not known: they are counted as units, and are in no sum of mass." },
	[REPORT_DECLARED] = { "{a} 吨（{b}）以申报重量计，未经过磅。", "{a} т ({b}) нь мэдүүлсэн жин, жигнээгүй.",
	    "{a} t ({b}) rest on declared masses, not on the scale." },
	[REPORT_CORRECTED] = { "{a} 吨为事后更正的重量。", "{a} т нь дараа нь зассан жин.",
	    "{a} t are masses corrected after the fact." },
	[REPORT_BEFORE_UNKNOWN] = { "上年同期不详：账本未覆盖该期间。", "Өмнөх оны мөн үе тодорхойгүй: бүртгэл тийм хол хүрэхгүй.",
	    "The same span a year before is not known: the ledger does not reach back so far." },
	[REPORT_BEFORE_PARTLY] = { "上年同期自 {a} 起计，账本由该日开始。", "Өмнөх оны мөн үеийг бүртгэл эхэлсэн {a}-нөөс тооцов.",
	    "The year before is counted from {a}, the ledger's first day." },
	[REPORT_DWELL_UNKNOWN] = { "停留时间不详。", "Боомтод байсан хугацаа тодорхойгүй.",
	    "How long crossings took is not known." },
	[REPORT_DWELL_BACKWARD] = { "有 {a} 段停留时间因时钟不一致而未计入。", "Цагийн зөрүүгээс болж {a} хугацааг тооцоогүй.",
	    "{a} times between two events are left out: the later one is told as earlier, clocks differ." },
	[REPORT_QUARANTINE] = { "另有 {a} 条事件在隔离区等待处理，未计入（全部口岸）。",
	    "{a} үйл явдал тусгаарлалтад хүлээгдэж байгаа тул тооцоогүй (бүх боомт).",
	    "{a} events wait in quarantine and are not counted (all ports)." },
	[REPORT_AS_OF] = { "数据截至第 {a} 条记录，收到时间 {b}。", "Өгөгдөл: {a} дугаартай бичлэг хүртэл, хүлээн авсан {b}.",
	    "Data up to event {a}, received {b}." },
	[REPORT_COUNTED] = { "计数以口岸规定的放行（或离场）为准，归入口岸当地日期；重量依次取更正、过磅、申报值。每批、每车只计一"
			     "次，归入其主要货物。",
	    "Боомтын дүрмээр суллагдсан (эсвэл гарсан) үед, боомтын орон нутгийн өдрөөр тооцно; жин: зассан, эс бөгөөс "
	    "жигнэсэн, эс бөгөөс мэдүүлсэн. Багц, нэгжийг нэг л удаа, голлох ачаанд нь тоолно.",
	    "A batch counts from its release (or departure, as the port is set) on the port's local day; its mass is the "
	    "corrected, "
	    "else the weighed, else the declared one. Each batch and unit is counted once, with the goods that most of it is." },
	[REPORT_NO_FORECAST] = { "本报表不含预测。", "Таамаглал ороогүй.", "A forecast is not part of this report." },
};
_Static_assert(sizeof remarks / sizeof remarks[0] == REPORT_REMARKS_MAX, "every remark has its sentence");

static const char *const codes[REPORT_LANGS] = { "zh", "mn", "en" };

const char *
report_word(enum report_lang lang, enum report_word word)
{
	return words[word][lang];
}

const char *
report_lang_code(enum report_lang lang)
{
	return codes[lang];
}

bool
report_lang_of(const char *code, enum report_lang *out)
{
	for (size_t i = 0; i < REPORT_LANGS; i++) {
		if (strcmp(codes[i], code) == 0) {
			*out = (enum report_lang)i;
			return true;
		}
	}
	return false;
}

const char *
report_word_of(enum report_lang lang, const char *id)
{
	static const struct {
		const char *id;
		enum report_word word;
	} ids[] = {
		{ "truck", REPORT_WORD_TRUCK },
		{ "agv", REPORT_WORD_AGV },
		{ "rail", REPORT_WORD_RAIL },
		{ "import", REPORT_WORD_IMPORT },
		{ "export", REPORT_WORD_EXPORT },
		{ "waiting", REPORT_WORD_WAITING },
		{ "weighing", REPORT_WORD_WEIGHING },
		{ "inspection", REPORT_WORD_INSPECTION },
		{ "clearance", REPORT_WORD_CLEARANCE },
		{ "leaving", REPORT_WORD_LEAVING },
		{ "whole", REPORT_WORD_WHOLE },
		{ "other", REPORT_WORD_OTHER },
		{ "empty", REPORT_WORD_EMPTY },
	};
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		if (strcmp(ids[i].id, id) == 0)
			return report_word(lang, ids[i].word);
	return id;
}

const char *
report_port_name(const struct report *report, enum report_lang lang, const char *id)
{
	if (id[0] == '\0')
		return report_word(lang, REPORT_WORD_ALL_PORTS);
	for (size_t i = 0; i < report->n_ports; i++)
		if (strcmp(report->ports[i].id, id) == 0)
			return report->ports[i].text[lang];
	return id;
}

const char *
report_group_name(const struct report *report, enum report_lang lang, const char *id)
{
	for (size_t i = 0; i < report->n_groups; i++)
		if (strcmp(report->groups[i].id, id) == 0)
			return report->groups[i].text[lang];
	return strcmp(id, "other") == 0 || strcmp(id, "empty") == 0 ? report_word_of(lang, id) : id;
}

const char *
report_title(const struct report *report, enum report_lang lang)
{
	int kind = report_span_kind(&report->span);
	return report_word(lang,
	    kind == PERIOD_DAY         ? REPORT_WORD_DAILY
		: kind == PERIOD_MONTH ? REPORT_WORD_MONTHLY
		: kind == PERIOD_YEAR  ? REPORT_WORD_ANNUAL
				       : REPORT_WORD_OF_RANGE);
}

const char *
report_fill(const char *text, const char *a, const char *b, char *out, size_t bytes)
{
	size_t used = 0;
	while (*text != '\0' && used + 1 < bytes) {
		const char *put = strncmp(text, "{a}", 3) == 0 ? a : strncmp(text, "{b}", 3) == 0 ? b : NULL;
		if (put == NULL) {
			out[used++] = *text++;
			continue;
		}
		int n = snprintf(out + used, bytes - used, "%s", put);
		used += n < 0 ? 0 : (size_t)n < bytes - used ? (size_t)n : bytes - used - 1;
		text += 3;
	}
	out[used] = '\0';
	return out;
}

const char *
report_remark_say(const struct report *report, const struct report_remark *remark, enum report_lang lang,
    char out[REPORT_SENTENCE_BYTES])
{
	char a[REPORT_FIGURE_BYTES] = "", b[REPORT_FIGURE_BYTES] = "", iso[CIVIL_TEXT_BYTES];
	switch (remark->kind) {
	case REPORT_RUNNING:
		snprintf(a, sizeof a, "%s", report->before_to);
		break;
	case REPORT_BEGINS:
	case REPORT_BEFORE_PARTLY:
		snprintf(a, sizeof a, "%s", report_span_iso(remark->a, iso));
		break;
	case REPORT_DECLARED:
	case REPORT_CORRECTED:
		report_figure_tonnes(remark->a, a);
		report_figure_per_cent(remark->b, false, b);
		break;
	case REPORT_AS_OF:
		report_figure_count(remark->a, a);
		report_figure_time(remark->b, report->utc_offset_minutes, b);
		break;
	default:
		report_figure_count(remark->a, a);
		report_figure_count(remark->b, b);
		break;
	}
	return report_fill(remarks[remark->kind][lang], a, b, out, REPORT_SENTENCE_BYTES);
}
