/*
 * A small XML document from outside as a tree, over expat. A document type, and with it every entity but the five of XML, is
 * refused; depth, count and size are bounded. Names are without their prefix and namespace. The encoding is what the declaration
 * says, or, where it says nothing or what is not so, UTF-8 if the bytes are that, else GB18030 (which holds GBK and GB2312).
 *
 * The tree lives in the arena of the caller; functions that look at it take NULL for "there is no such element".
 */
#ifndef JUYAN_CONNECTORS_XML_H
#define JUYAN_CONNECTORS_XML_H

#include "wire.h"

enum { XML_BYTES_MAX = 4 * 1024 * 1024, XML_DEPTH_MAX = 32, XML_ELEMENTS_MAX = 100000, XML_ATTRIBUTES_MAX = 64 };

struct xml_attribute {
	const char *name;
	const char *value;
	struct xml_attribute *next;
};

struct xml_node {
	const char *name;
	const char *text; /* all text of its own, without white space around it; "" where there is none */
	struct xml_attribute *attributes;
	struct xml_node *first, *last, *next, *parent;
	unsigned long line;
};

/* SYNTAX with line and what was expected; TOO_LARGE, TOO_MANY; NO_MEMORY where the arena is used up. */
enum status xml_read(struct span bytes, struct arena *arena, const struct xml_node **root, struct reason *why) MUST_USE;

const struct xml_node *xml_child(const struct xml_node *node, const char *name);
/* The next one of its name beside it. */
const struct xml_node *xml_again(const struct xml_node *node);
/* By names with '/' between them, each the first of its name: "Declaration/Consignment". */
const struct xml_node *xml_at(const struct xml_node *node, const char *path);
/* The first one of this name anywhere below. */
const struct xml_node *xml_find(const struct xml_node *node, const char *name);
/* All elements below `top` in the order of the document: the one after `at`, of `top` itself the first; NULL after the last. */
const struct xml_node *xml_walk(const struct xml_node *top, const struct xml_node *at);
/* "" where there is no such element or attribute. */
const char *xml_text(const struct xml_node *node);
const char *xml_attribute(const struct xml_node *node, const char *name);
/* Where an element stands, for a sentence: "Manifest/Declaration/ID"; cut to the buffer's size. */
const char *xml_path(const struct xml_node *node, char *buffer, size_t bytes);

#endif
