/* SVG by printf into memory: see svg.h. */
#include "svg.h"

#include <assert.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 1024 };

struct svg {
	FILE *out;
	char *text;
	size_t bytes;
	bool drawing; /* within a path: the next point goes on */
};

/* Text and values of attributes: what XML does not allow at all stands as a question mark. */
static void
escaped(FILE *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		if (c == '&')
			fputs("&amp;", out);
		else if (c == '<')
			fputs("&lt;", out);
		else if (c == '>')
			fputs("&gt;", out);
		else if (c == '"')
			fputs("&quot;", out);
		else
			fputc(c < 0x20 && c != '\n' && c != '\t' ? '?' : c, out);
	}
}

enum status
svg_begin(const struct picture_about *about, double height, struct svg **out)
{
	struct svg *svg = calloc(1, sizeof *svg);
	if (svg == NULL)
		return STATUS_NO_MEMORY;
	svg->out = open_memstream(&svg->text, &svg->bytes);
	if (svg->out == NULL) {
		free(svg);
		return STATUS_NO_MEMORY;
	}
	if (about->alone)
		fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", svg->out);
	fprintf(svg->out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %.0f\"", PICTURE_WIDTH, height);
	if (about->alone)
		fprintf(svg->out, " width=\"%d\" height=\"%.0f\"", PICTURE_WIDTH, height);
	fprintf(svg->out, " class=\"picture\" role=\"img\" aria-labelledby=\"%s-title %s-desc\">\n<title id=\"%s-title\">",
	    about->id, about->id, about->id);
	escaped(svg->out, about->title);
	fprintf(svg->out, "</title>\n<desc id=\"%s-desc\">", about->id);
	escaped(svg->out, about->told);
	fputs("</desc>\n", svg->out);
	if (about->alone)
		fprintf(svg->out, "<style>\n%s</style>\n", picture_style());
	svg_rect(svg, 0, 0, PICTURE_WIDTH, height, "paper");
	svg_text(svg, 12, 22, SVG_START, "title", "%s", about->title);
	if (about->subtitle != NULL)
		svg_text(svg, 12, 40, SVG_START, "sub", "%s", about->subtitle);
	*out = svg;
	return STATUS_OK;
}

enum status
svg_end(struct svg **svg, char **out)
{
	struct svg *one = *svg;
	fputs("</svg>\n", one->out);
	bool failed = ferror(one->out) != 0;
	failed = fclose(one->out) != 0 || failed;
	*svg = NULL;
	if (failed)
		free(one->text);
	else
		*out = one->text;
	free(one);
	return failed ? STATUS_NO_MEMORY : STATUS_OK;
}

void
svg_text(struct svg *svg, double x, double y, enum svg_anchor anchor, const char *class, const char *format, ...)
{
	static const char *const anchors[] = { "start", "middle", "end" };
	char text[TEXT_BYTES];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fprintf(svg->out, "<text x=\"%.2f\" y=\"%.2f\" text-anchor=\"%s\" class=\"%s\">", x, y, anchors[anchor], class);
	escaped(svg->out, text);
	fputs("</text>\n", svg->out);
}

void
svg_line(struct svg *svg, double x1, double y1, double x2, double y2, const char *class)
{
	fprintf(svg->out, "<line x1=\"%.2f\" y1=\"%.2f\" x2=\"%.2f\" y2=\"%.2f\" class=\"%s\"/>\n", x1, y1, x2, y2, class);
}

void
svg_rect(struct svg *svg, double x, double y, double width, double height, const char *class)
{
	if (width < 0.0)
		x += width;
	if (height < 0.0)
		y += height;
	fprintf(svg->out, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" class=\"%s\"/>\n", x, y, fabs(width),
	    fabs(height), class);
}

void
svg_dot(struct svg *svg, double x, double y, double radius, const char *class)
{
	fprintf(svg->out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"%.2f\" class=\"%s\"/>\n", x, y, radius, class);
}

void
svg_path(struct svg *svg, const char *class)
{
	fprintf(svg->out, "<path class=\"%s\" d=\"", class);
	svg->drawing = false;
}

void
svg_point(struct svg *svg, double x, double y)
{
	if (!isfinite(x) || !isfinite(y)) {
		svg->drawing = false;
		return;
	}
	fprintf(svg->out, "%s%.2f %.2f", svg->drawing ? "L" : "M", x, y);
	svg->drawing = true;
}

void
svg_path_end(struct svg *svg, bool closed)
{
	fprintf(svg->out, "%s\"/>\n", closed ? "Z" : "");
}

void
svg_group(struct svg *svg, const char *class)
{
	fprintf(svg->out, "<g class=\"%s\">\n", class);
}

void
svg_group_end(struct svg *svg)
{
	fputs("</g>\n", svg->out);
}

double
svg_width(const char *text)
{
	double width = 0.0;
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		/* The first byte of a sign of three bytes or more: most of them are as wide as high. */
		if (c >= 0xE1)
			width += 12.0;
		else if (c < 0x80 || c >= 0xC0)
			width += strchr("ilj.,:;'|! ", c) != NULL ? 3.6 : strchr("mwMW%", c) != NULL ? 10.0 : 6.8;
	}
	return width;
}
