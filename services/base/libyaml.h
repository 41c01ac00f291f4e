/*
 * libyaml's own header, which is called yaml.h as ours is: the next one of that name behind this folder. Include it as <libyaml.h>,
 * so that the compiler knows which folder to begin behind. For yaml.c alone.
 */
#ifndef JUYAN_BASE_LIBYAML_H
#define JUYAN_BASE_LIBYAML_H

#include_next <yaml.h>

#endif
