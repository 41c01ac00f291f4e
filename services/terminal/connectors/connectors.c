/* The list of all connectors: the only place that knows them all. */
#include <string.h>

#include "connector.h"

static const struct {
	const struct connector *connector;
	bool (*guess)(struct span bytes, const char *file_name);
} list[] = {
	{ &gate_connector, gate_guess },
	{ &manifest_connector, manifest_guess },
	{ &wagons_connector, wagons_guess },
	{ &smgs_connector, smgs_guess },
	{ &yaohua_connector, yaohua_guess },
	{ &equals_connector, equals_guess },
	{ &toledo_connector, toledo_guess },
	{ &sics_connector, sics_guess },
	{ &codeco_connector, codeco_guess },
	{ &vda5050_connector, vda5050_guess },
	{ &vehicles_connector, NULL },
	{ NULL, NULL },
};

const struct connector *
connector_at(size_t i)
{
	return i < sizeof list / sizeof list[0] ? list[i].connector : NULL;
}

const struct connector *
connector_of(const char *name)
{
	for (size_t i = 0; connector_at(i) != NULL; i++)
		if (strcmp(connector_at(i)->name, name) == 0)
			return connector_at(i);
	return NULL;
}

const struct connector *
connector_guess(struct span bytes, const char *file_name)
{
	for (size_t i = 0; connector_at(i) != NULL; i++)
		if (list[i].guess != NULL && list[i].guess(bytes, file_name))
			return list[i].connector;
	return NULL;
}
