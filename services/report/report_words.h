/*
 * All texts of reports, in Chinese, Mongolian and English: one table (REPORT_WORDS), a word beside its translations. {a} and {b}
 * stand for figures. Pure; texts live for good.
 */
#ifndef JUYAN_REPORT_WORDS_H
#define JUYAN_REPORT_WORDS_H

#include "report.h"

/* clang-format off */
#define REPORT_WORDS(X) \
	X(DAILY, "口岸货运量日报", "Боомтын ачаа тээврийн өдрийн тайлан", "Daily report of cargo throughput") \
	X(MONTHLY, "口岸货运量月报", "Боомтын ачаа тээврийн сарын тайлан", "Monthly report of cargo throughput") \
	X(ANNUAL, "口岸货运量年报", "Боомтын ачаа тээврийн жилийн тайлан", "Annual report of cargo throughput") \
	X(OF_RANGE, "口岸货运量报表", "Боомтын ачаа тээврийн тайлан", "Report of cargo throughput") \
	X(ALL_PORTS, "全部口岸", "Бүх боомт", "All ports") \
	X(ABOUT, "概要", "Ерөнхий мэдээлэл", "About") \
	X(FROM, "起始日", "Эхлэх өдөр", "From") \
	X(TO, "截止日", "Дуусах өдөр", "To") \
	X(MADE, "制表时间", "Гаргасан цаг", "Made") \
	X(DATA_UNTIL, "数据截至", "Өгөгдөл", "Data up to") \
	X(LSN, "日志序号", "Бүртгэлийн дугаар", "Log sequence number") \
	X(WHAT, "项目", "Зүйл", "What") \
	X(VALUE, "值", "Утга", "Value") \
	X(SUMMARY, "总览", "Нэгтгэл", "Summary") \
	X(SPAN, "期间", "Хугацаа", "Span") \
	X(THIS_SPAN, "本期", "Тайлант үе", "This span") \
	X(BEFORE, "上年同期", "Өмнөх оны мөн үе", "Year before") \
	X(CHANGE, "同比", "Өмнөх онтой харьцуулахад", "Against the year before") \
	X(BY_HOUR, "分时", "Цагаар", "By hour") \
	X(BY_DAY, "分日", "Өдрөөр", "By day") \
	X(BY_MONTH, "分月", "Сараар", "By month") \
	X(HOUR, "时", "Цаг", "Hour") \
	X(DAY, "日期", "Өдөр", "Day") \
	X(MONTH, "月份", "Сар", "Month") \
	X(BY_MODE, "按运输方式和进出口", "Тээврийн төрөл, чиглэлээр", "By mode and direction") \
	X(BY_GROUP, "按货物类别和进出口", "Барааны ангилал, чиглэлээр", "By goods and direction") \
	X(PORT, "口岸", "Боомт", "Port") \
	X(MODE, "运输方式", "Төрөл", "Mode") \
	X(DIRECTION, "进出口", "Чиглэл", "Direction") \
	X(GROUP, "货物类别", "Ангилал", "Commodity group") \
	X(MASS, "货运量", "Ачаа", "Mass") \
	X(WEIGHED, "过磅", "Жигнэсэн", "Weighed") \
	X(DECLARED, "申报", "Мэдүүлсэн", "Declared") \
	X(CORRECTED, "更正", "Зассан", "Corrected") \
	X(BATCHES, "批次", "Багц", "Batches") \
	X(UNITS, "辆（节）次", "Тээврийн нэгж", "Units") \
	X(UNITS_UNKNOWN, "重量不明", "Жин үл мэдэгдэх", "Mass unknown") \
	X(TOTAL, "合计", "Нийт", "Total") \
	X(DWELL, "停留时间", "Боомтод байсан хугацаа", "Time spent at the port") \
	X(STAGE, "环节", "Үе шат", "Stage") \
	X(CROSSINGS, "批次", "Багц", "Batches") \
	X(MEDIAN, "中位数", "Медиан", "Median") \
	X(NINETY, "九成以内", "90 % нь дотор", "90 % within") \
	X(HOURS_MINUTES, "时:分", "цаг:мин", "h:min") \
	X(REMARKS, "备注", "Тэмдэглэл", "Remarks") \
	X(TRUCK, "卡车", "Автомашин", "Truck") \
	X(AGV, "无人车（AGV）", "AGV", "AGV") \
	X(RAIL, "铁路", "Төмөр зам", "Rail") \
	X(IMPORT, "进口", "Импорт", "Import") \
	X(EXPORT, "出口", "Экспорт", "Export") \
	X(WAITING, "到达至过磅", "Ирснээс жигнэх хүртэл", "Arrival to scale") \
	X(WEIGHING, "过磅", "Жигнэлт", "Weighing") \
	X(INSPECTION, "查验", "Үзлэг", "Inspection") \
	X(CLEARANCE, "通关", "Гаалийн бүрдүүлэлт", "Clearance") \
	X(LEAVING, "放行至离场", "Суллагдсанаас гарах хүртэл", "Release to departure") \
	X(WHOLE, "全程", "Нийт хугацаа", "Whole stay") \
	X(OTHER, "其他货物", "Бусад бараа", "Other goods") \
	X(EMPTY, "空车", "Ачаагүй", "Empty") \
	X(NONE_PASSED, "本期无货物通过", "Энэ хугацаанд ачаа нэвтрээгүй", "Nothing passed") \
	X(UNKNOWN, "不详", "тодорхойгүй", "unknown") \
	X(TONNE, "吨", "т", "t") \
	X(WAN, "万吨", "арван мянган т", "10,000 t") \
	X(PREPARED, "制表", "Гаргасан", "Prepared by") \
	X(CHECKED, "审核", "Хянасан", "Checked by") \
	X(APPROVED, "口岸负责人", "Боомтын дарга", "Port manager") \
	X(DATE, "日期", "Огноо", "Date") \
	X(PAGE, "第 {a} 页，共 {b} 页", "{a}-р хуудас, нийт {b}", "Page {a} of {b}")
/* clang-format on */

enum report_word {
#define X(name, zh, mn, en) REPORT_WORD_##name,
	REPORT_WORDS(X)
#undef X
};

const char *report_word(enum report_lang lang, enum report_word word);
/* "zh", "mn" or "en". */
const char *report_lang_code(enum report_lang lang);
bool report_lang_of(const char *code, enum report_lang *out) MUST_USE;

/* What a mode, a direction or a kind of dwell time is called; a word that is not known as it is. */
const char *report_word_of(enum report_lang lang, const char *id);
/* What a port or a commodity group is called; an empty port: all. */
const char *report_port_name(const struct report *report, enum report_lang lang, const char *id);
const char *report_group_name(const struct report *report, enum report_lang lang, const char *id);
/* By what the report's days are: daily, monthly … */
const char *report_title(const struct report *report, enum report_lang lang);

/* Puts `a` and `b` (may be NULL) into a text's places. Cut where it does not fit. Returns `out`. */
const char *report_fill(const char *text, const char *a, const char *b, char *out, size_t bytes);

/* A remark's sentence. Returns `out`. */
enum { REPORT_SENTENCE_BYTES = 512 };
const char *report_remark_say(const struct report *report, const struct report_remark *remark, enum report_lang lang,
    char out[REPORT_SENTENCE_BYTES]);

#endif
