/* What the ledger says of itself: its end, its streams, its room, and its registry. */
#include "answer.h"
#include "decrees.h"
#include "registry_table.h"
#include "sites.h"
#include "streams.h"

static enum status
stream_status(struct snapshot *snapshot, uint32_t terminal_no, Juyan__V1__StreamStatus **out)
{
	struct stream_run run;
	struct journal_event last;
	Juyan__V1__StreamStatus *stream = arena_take(snapshot->arena, sizeof *stream);
	if (stream == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__stream_status__init(stream);
	enum status status = streams_last(&snapshot->store, terminal_no, &run);
	if (status == STATUS_OK)
		status = journal_find(&snapshot->store, run.first_lsn + run.events - 1, &last);
	stream->terminal_no = terminal_no;
	stream->terminal_name = answer_terminal_name(snapshot, terminal_no);
	if (status != STATUS_OK || stream->terminal_name == NULL)
		return status != STATUS_OK ? status : STATUS_NO_MEMORY;
	stream->last_stream_seq = run.first_seq + run.events - 1;
	stream->last_received_at_ms = last.received_at_ms;
	*out = stream;
	return STATUS_OK;
}

/* What a chain was; zeros where nothing ends there. */
static enum status
chain_then(struct snapshot *snapshot, uint64_t lsn, ProtobufCBinaryData *out)
{
	if (lsn == 0)
		return STATUS_OK;
	uint8_t *chain = arena_take(snapshot->arena, CHAIN_BYTES);
	if (chain == NULL)
		return STATUS_NO_MEMORY;
	memset(chain, 0, CHAIN_BYTES);
	*out = (ProtobufCBinaryData){ CHAIN_BYTES, chain };
	enum status status = lsn > snapshot->meta.end.lsn ? STATUS_NOT_FOUND : journal_chain(&snapshot->store, lsn, chain);
	return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

/* How far its journal has come. */
static enum status
tell_site_end(struct snapshot *snapshot, uint32_t site_no, Juyan__V1__SiteStatus *out)
{
	struct journal_end end;
	struct journal_event last;
	uint64_t lsn;
	uint8_t *chain = arena_take(snapshot->arena, CHAIN_BYTES);
	enum status status = sites_end(&snapshot->store, site_no, &end);
	if (chain == NULL || status != STATUS_OK)
		return chain == NULL ? STATUS_NO_MEMORY : status;
	status = streams_find(&snapshot->store, site_no, end.lsn, &lsn);
	if (status == STATUS_OK)
		status = journal_find(&snapshot->store, lsn, &last);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_DAMAGED : status;
	memcpy(chain, end.chain, CHAIN_BYTES);
	out->chain = (ProtobufCBinaryData){ CHAIN_BYTES, chain };
	out->last_lsn = end.lsn;
	out->last_received_at_ms = end.received_at_ms;
	out->last_relayed_at_ms = last.received_at_ms;
	return STATUS_OK;
}

static enum status
tell_unfit(struct snapshot *snapshot, uint32_t site_no, Juyan__V1__SiteStatus *out)
{
	struct site_alarm unfit;
	enum status status = sites_alarm(&snapshot->store, site_no, SITE_UNFIT, &unfit);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	out->unfit_since_ms = unfit.since_ms;
	out->unfit_lsn = unfit.lsn;
	out->unfit_name = answer_string(snapshot->arena, status_name(unfit.status));
	out->unfit_sentence = answer_string(snapshot->arena, unfit.why.text);
	return out->unfit_name != NULL && out->unfit_sentence != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
tell_stopped(struct snapshot *snapshot, uint32_t site_no, Juyan__V1__SiteStatus *out)
{
	struct site_alarm alarm;
	enum status status = sites_alarm(&snapshot->store, site_no, SITE_STOPPED, &alarm);
	if (status != STATUS_OK)
		return status == STATUS_NOT_FOUND ? STATUS_OK : status;
	out->stopped_since_ms = alarm.since_ms;
	out->stopped_lsn = alarm.lsn;
	out->code = (uint32_t)alarm.status;
	out->name = answer_string(snapshot->arena, status_name(alarm.status));
	out->sentence = answer_string(snapshot->arena, alarm.why.text);
	return out->name != NULL && out->sentence != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

/* Of whom nothing has come yet has taken none. */
static enum status
tell_decrees(struct snapshot *snapshot, uint32_t site_no, Juyan__V1__SiteStatus *out)
{
	const struct authority *authority;
	const struct authorities *authorities = registry_authorities(snapshot->registry);
	enum status status = STATUS_OK;
	out->decrees = arena_take(snapshot->arena, (authorities_count(authorities) + 1) * sizeof *out->decrees);
	if (out->decrees == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; (authority = authorities_at(authorities, i)) != NULL && status == STATUS_OK; i++) {
		struct site_decrees decrees;
		Juyan__V1__SiteDecrees *told = arena_take(snapshot->arena, sizeof *told);
		if (told == NULL)
			return STATUS_NO_MEMORY;
		juyan__v1__site_decrees__init(told);
		told->authority = answer_string(snapshot->arena, authority->id);
		status = decrees_last(&snapshot->store, authority->id, &told->decreed_number);
		if (status == STATUS_OK)
			status = sites_decrees(&snapshot->store, site_no, authority->id, &decrees);
		if (status != STATUS_OK || told->authority == NULL)
			return status != STATUS_OK ? status : STATUS_NO_MEMORY;
		told->last_number = decrees.last;
		told->refused_number = decrees.refused;
		told->refused_lsn = decrees.refused_lsn;
		out->decrees[out->n_decrees++] = told;
	}
	return status;
}

static enum status
tell_ports(struct snapshot *snapshot, uint32_t site_no, Juyan__V1__SiteStatus *out)
{
	const struct registry *registry = snapshot->registry;
	const char *port;
	size_t n = 0;
	for (port = registry_next_port(registry, NULL); port != NULL; port = registry_next_port(registry, port))
		n += registry_has_port(registry, site_no, port) ? 1 : 0;
	out->ports = arena_take(snapshot->arena, (n + 1) * sizeof *out->ports);
	for (port = registry_next_port(registry, NULL); port != NULL && out->ports != NULL;
	     port = registry_next_port(registry, port)) {
		if (!registry_has_port(registry, site_no, port))
			continue;
		out->ports[out->n_ports] = answer_string(snapshot->arena, port);
		if (out->ports[out->n_ports++] == NULL)
			return STATUS_NO_MEMORY;
	}
	return out->ports != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

static enum status
tell_site(struct snapshot *snapshot, const struct terminal_rule *rule, Juyan__V1__SiteStatus **out)
{
	uint32_t site_no = rule->terminal_no;
	Juyan__V1__SiteStatus *site = arena_take(snapshot->arena, sizeof *site);
	if (site == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__site_status__init(site);
	site->terminal_no = site_no;
	site->revoked = rule->revoked;
	site->terminal_name = answer_terminal_name(snapshot, site_no);
	enum status status = site->terminal_name == NULL ? STATUS_NO_MEMORY : tell_site_end(snapshot, site_no, site);
	if (status == STATUS_NOT_FOUND)
		status = STATUS_OK;
	if (status == STATUS_OK)
		status = tell_decrees(snapshot, site_no, site);
	if (status == STATUS_OK)
		status = tell_ports(snapshot, site_no, site);
	*out = site;
	/* What stands in the way of one that is not to bring anything is no matter. */
	if (status == STATUS_OK && !rule->revoked)
		status = tell_stopped(snapshot, site_no, site);
	return status == STATUS_OK && !rule->revoked ? tell_unfit(snapshot, site_no, site) : status;
}

/* All that the registry knows, whether or not anything has come. */
static enum status
tell_sites(struct snapshot *snapshot, Juyan__V1__LedgerStatus *out)
{
	const struct registry *registry = snapshot->registry;
	enum status status = STATUS_OK;
	out->sites = arena_take(snapshot->arena, (registry_terminals(registry) + 1) * sizeof(Juyan__V1__SiteStatus *));
	if (out->sites == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < registry_terminals(registry) && status == STATUS_OK; i++) {
		const struct terminal_rule *rule = registry_terminal_at(registry, i);
		if (!rule->site)
			continue;
		status = tell_site(snapshot, rule, &out->sites[out->n_sites]);
		out->n_sites += status == STATUS_OK ? 1 : 0;
	}
	return status;
}

static enum status
tell_authorities(struct snapshot *snapshot, Juyan__V1__LedgerStatus *out)
{
	const struct authorities *authorities = registry_authorities(snapshot->registry);
	const struct authority *authority;
	out->authorities = arena_take(snapshot->arena, (authorities_count(authorities) + 1) * sizeof(Juyan__V1__AuthorityStatus *));
	if (out->authorities == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; (authority = authorities_at(authorities, i)) != NULL; i++) {
		Juyan__V1__AuthorityStatus *told = arena_take(snapshot->arena, sizeof *told);
		if (told == NULL)
			return STATUS_NO_MEMORY;
		juyan__v1__authority_status__init(told);
		told->id = answer_string(snapshot->arena, authority->id);
		enum status status = decrees_last(&snapshot->store, authority->id, &told->last_number);
		if (status != STATUS_OK || told->id == NULL)
			return status != STATUS_OK ? status : STATUS_NO_MEMORY;
		out->authorities[out->n_authorities++] = told;
	}
	return STATUS_OK;
}

enum status
answer_status(struct snapshot *snapshot, const Juyan__V1__StatusAsk *ask, Juyan__V1__LedgerStatus **out)
{
	Juyan__V1__LedgerStatus *answer = arena_take(snapshot->arena, sizeof *answer);
	Juyan__V1__StreamStatus **streams = arena_take(snapshot->arena, TERMINALS_MAX * sizeof *streams);
	uint8_t *chain = arena_take(snapshot->arena, CHAIN_BYTES);
	if (answer == NULL || streams == NULL || chain == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__ledger_status__init(answer);
	memcpy(chain, snapshot->meta.end.chain, CHAIN_BYTES);
	answer->chain = (ProtobufCBinaryData){ CHAIN_BYTES, chain };
	answer->last_lsn = snapshot->meta.end.lsn;
	answer->last_received_at_ms = snapshot->meta.end.received_at_ms;
	answer->batches = store_rows(&snapshot->store, TABLE_manifests);
	answer->review_batches = store_rows(&snapshot->store, TABLE_review);
	answer->quarantine_waiting = snapshot->meta.quarantine_waiting;
	env_usage(snapshot->env, &answer->map_bytes, &answer->map_used_bytes, &answer->disk_free_bytes);
	answer->streams = streams;
	uint32_t terminal_no = 0;
	enum status status = chain_then(snapshot, ask->chain_of_lsn, &answer->chain_then);
	while (status == STATUS_OK && answer->n_streams < TERMINALS_MAX &&
	    (status = streams_next_terminal(&snapshot->store, terminal_no, &terminal_no)) == STATUS_OK) {
		status = stream_status(snapshot, terminal_no, &streams[answer->n_streams]);
		if (status != STATUS_OK)
			return status;
		answer->n_streams++;
	}
	*out = answer;
	if (status == STATUS_NOT_FOUND || status == STATUS_OK)
		status = tell_sites(snapshot, answer);
	return status == STATUS_OK ? tell_authorities(snapshot, answer) : status;
}

enum status
answer_registry(struct snapshot *snapshot, const Juyan__V1__RegistryAsk *ask, Juyan__V1__Registry **out, struct reason *why)
{
	(void)why;
	Juyan__V1__Registry *answer = arena_take(snapshot->arena, sizeof *answer);
	if (answer == NULL)
		return STATUS_NO_MEMORY;
	juyan__v1__registry__init(answer);
	enum status status =
	    registry_table_read(&snapshot->store, ask->kind, snapshot->arena, &answer->records, &answer->n_records);
	if (status == STATUS_OK)
		*out = answer;
	return status;
}
