/*
 * SVG text as it grows. An svg owns its text; when memory runs out it remembers that, and svg_end says so. Coordinates are those of
 * the view box, with two decimals. What is shown as text is escaped here and nowhere else. One thread.
 */
#ifndef JUYAN_PICTURE_SVG_H
#define JUYAN_PICTURE_SVG_H

#include "picture.h"

struct svg;

enum svg_anchor { SVG_START, SVG_MIDDLE, SVG_END };

enum status svg_begin(const struct picture_about *about, double height, struct svg **out) MUST_USE;
/* Closes it. The text is the caller's. NO_MEMORY. */
enum status svg_end(struct svg **svg, char **out) MUST_USE;

void svg_text(struct svg *svg, double x, double y, enum svg_anchor anchor, const char *class, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
void svg_line(struct svg *svg, double x1, double y1, double x2, double y2, const char *class);
/* A width or height below zero turns it round. */
void svg_rect(struct svg *svg, double x, double y, double width, double height, const char *class);
void svg_dot(struct svg *svg, double x, double y, double radius, const char *class);

/* A path: begin, points, end. A point that is no number parts an open path. */
void svg_path(struct svg *svg, const char *class);
void svg_point(struct svg *svg, double x, double y);
void svg_path_end(struct svg *svg, bool closed);

/* A group whose class holds for all in it. */
void svg_group(struct svg *svg, const char *class);
void svg_group_end(struct svg *svg);

/* About how wide a text is, in the 12 units of plain text. */
double svg_width(const char *text);

#endif
