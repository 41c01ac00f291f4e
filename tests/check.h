/* What every test in C includes first: cmocka needs these headers in this order. */
#ifndef JUYAN_TESTS_CHECK_H
#define JUYAN_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
