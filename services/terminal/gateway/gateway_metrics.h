/*
 * How a gateway stands, as a text file for Prometheus (node_exporter's textfile form), replaced as a whole each time. Owns nothing.
 */
#ifndef JUYAN_GATEWAY_GATEWAY_METRICS_H
#define JUYAN_GATEWAY_GATEWAY_METRICS_H

#include <stdio.h>

#include "gateway_loop.h"

/* Does nothing where no file is configured; complains in the log where it cannot be written. */
void gateway_metrics_write(const struct gateway_config *config, const struct gateway_standing *standing, struct log *log);
void gateway_metrics_print(const struct gateway_config *config, const struct gateway_standing *standing, FILE *out);

#endif
