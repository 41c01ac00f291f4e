/*
 * See http.h. A call is made when the request's first line is there, and freed when libmicrohttpd is done with the request. Between
 * suspending and resuming, a call belongs to whoever answers it: libmicrohttpd's lock orders what both write.
 */
#include "http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include "http_parts.h"

enum {
	THREADS = 2,
	/* What a connection may hold: the largest headers as read and as taken apart, and those of the answer. */
	MEMORY_BYTES = 24 * 1024,
	PER_ADDRESS_MAX = 256, /* a whole office behind one router */
	BODY_READ_MAX =
	    16 * HTTP_BODY_BYTES_MAX, /* what is read of a body without a length, so that its sender hears why it is refused */
	CONNECTIONS_LEAST = 128
};

/* ---- what is asked ---- */

const struct http_asked *
http_asked(const struct http_call *call)
{
	return &call->asked;
}

/* The call exists from the first line on: this is the only place that sees it as it came. */
static void *
first_line(void *user, const char *target, struct MHD_Connection *connection)
{
	size_t bytes = strlen(target) + 1;
	struct http_call *call = calloc(1, sizeof *call + bytes);
	if (call == NULL)
		return NULL;
	memcpy(call->target, target, bytes);
	call->holders = 1;
	call->http = user;
	call->connection = connection;
	call->guest = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
	call->asked.target = call->target;
	return call;
}

/* "http://HOST/PATH": the two are cut apart where they stand, HOST moved to the front to make room for a '/' that is left out. */
static void
cut_absolute(struct http_call *call)
{
	char *text = call->target;
	size_t scheme = strncasecmp(text, "http://", 7) == 0 ? 7 : strncasecmp(text, "https://", 8) == 0 ? 8 : 0;
	if (scheme == 0)
		return;
	size_t bytes = strcspn(text + scheme, "/?");
	char *path = text + scheme + bytes;
	memmove(text, text + scheme, bytes);
	text[bytes] = '\0';
	call->asked.host = text;
	if (*path != '/')
		*--path = '/';
	call->asked.target = path;
}

static enum http_method
method_of(const char *name)
{
	static const char *const names[] = { "GET", "HEAD", "POST", "DELETE" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum http_method)i;
	return HTTP_OTHER;
}

static enum MHD_Result
take_header(void *user, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct http_asked *asked = user;
	const struct {
		const char *name;
		const char **place;
	} wanted[] = {
		{ "Host", &asked->host },
		{ "Origin", &asked->origin },
		{ "Sec-Fetch-Site", &asked->fetch_site },
		{ "Content-Type", &asked->content_type },
		{ "Cookie", &asked->cookie },
		{ "If-None-Match", &asked->if_none_match },
		{ "Accept-Encoding", &asked->accept_encoding },
		{ "Last-Event-ID", &asked->last_event_id },
		{ "Authorization", &asked->authorization },
	};
	(void)kind;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (strcasecmp(name, wanted[i].name) == 0)
			*wanted[i].place = value;
	asked->hosts += strcasecmp(name, "Host") == 0;
	asked->lengths += strcasecmp(name, "Content-Length") == 0 || strcasecmp(name, "Transfer-Encoding") == 0;
	return MHD_YES;
}

/* One who has a /64 has all its addresses. */
static void
take_address(struct http_call *call)
{
	const struct sockaddr *from = MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	char *out = call->asked.address;
	if (from->sa_family == AF_INET6) {
		struct in6_addr network = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
		if (!IN6_IS_ADDR_V4MAPPED(&network))
			memset(network.s6_addr + 8, 0, 8);
		inet_ntop(AF_INET6, &network, out, HTTP_ADDRESS_BYTES);
	} else {
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr, out, HTTP_ADDRESS_BYTES);
	}
}

static enum MHD_Result
refuse(struct http_call *call, unsigned status, const char *body)
{
	const struct http_answer answer = { .status = status,
		.type = "application/problem+json",
		.still = { (const uint8_t *)body, strlen(body) } };
	count(call->http->counters, COUNTER_requests_refused, 1);
	if (http_answer(call, &answer) != HTTP_ANSWERED)
		return MHD_NO;
	return http_queue(call);
}

static enum MHD_Result
refuse_large(struct http_call *call)
{
	return refuse(call, MHD_HTTP_CONTENT_TOO_LARGE,
	    "{\"type\":\"about:blank\",\"title\":\"Content Too Large\",\"status\":413,"
	    "\"detail\":\"the body is larger than 64 KiB\"}\n");
}

/* The headers are there. Who has said too much, or says that he will, hears so before the rest is read. */
static enum MHD_Result
begin(struct http_call *call, const char *method)
{
	call->begun = true;
	call->asked.method = method_of(method);
	take_address(call);
	MHD_get_connection_values(call->connection, MHD_HEADER_KIND, take_header, &call->asked);
	cut_absolute(call);
	http_watch_state(&call->http->watch, call->guest, HTTP_SENDING_BODY);
	if (MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)->header_size > HTTP_HEADER_BYTES_MAX)
		return refuse(call, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE,
		    "{\"type\":\"about:blank\",\"title\":\"Request Header Fields Too Large\",\"status\":431,"
		    "\"detail\":\"the headers are larger than 8 KiB\"}\n");
	if (call->asked.lengths > 1)
		return refuse(call, MHD_HTTP_BAD_REQUEST,
		    "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,"
		    "\"detail\":\"a request has one Content-Length or one Transfer-Encoding\"}\n");
	const char *length = MHD_lookup_connection_value(call->connection, MHD_HEADER_KIND, "Content-Length");
	if (length != NULL && strtoull(length, NULL, 10) > HTTP_BODY_BYTES_MAX)
		return refuse_large(call);
	return MHD_YES;
}

/* No answer can be given while a body comes. One without a length is read on beyond the bound for a while; MHD_NO closes. */
static enum MHD_Result
take_body(struct http_call *call, const char *data, size_t *bytes)
{
	if (call->queued) {
		*bytes = 0;
		return MHD_YES;
	}
	if (call->body == NULL && (call->body = malloc(HTTP_BODY_BYTES_MAX)) == NULL)
		return MHD_NO;
	if (*bytes > BODY_READ_MAX - call->body_bytes) {
		count(call->http->counters, COUNTER_requests_refused, 1);
		return MHD_NO;
	}
	if (call->body_bytes + *bytes <= HTTP_BODY_BYTES_MAX)
		memcpy(call->body + call->body_bytes, data, *bytes);
	call->body_bytes += *bytes;
	*bytes = 0;
	return MHD_YES;
}

static enum MHD_Result
on_request(void *user, struct MHD_Connection *connection, const char *url, const char *method, const char *version,
    const char *data, size_t *bytes, void **place)
{
	struct http_call *call = *place;
	struct http *http = user;
	(void)connection;
	(void)url;
	(void)version;
	if (call == NULL || call->guest == NULL)
		return MHD_NO; /* memory ran out when it came */
	if (!call->begun)
		return begin(call, method);
	if (*bytes > 0)
		return take_body(call, data, bytes);
	if (!call->answered && call->body_bytes > HTTP_BODY_BYTES_MAX)
		return refuse_large(call);
	if (!call->answered) {
		call->asked.body = (struct span){ (const uint8_t *)call->body, call->body_bytes };
		if (http->handle(http->user, call) == HTTP_LATER)
			return MHD_YES; /* the call is another's now, and perhaps answered already */
	}
	return call->queued ? MHD_YES : http_queue(call);
}

void
http_call_drop(struct http_call *call)
{
	if (--call->holders > 0)
		return;
	body_drop(&call->answer.body);
	free(call->body);
	free(call);
}

static void
completed(void *user, struct MHD_Connection *connection, void **place, enum MHD_RequestTerminationCode how)
{
	struct http *http = user;
	struct http_call *call = *place;
	(void)connection;
	(void)how;
	if (call == NULL)
		return;
	if (call->guest != NULL)
		http_watch_state(&http->watch, call->guest, HTTP_ASKING);
	http_watch_let_go(&http->watch, &call->guest);
	http_call_drop(call);
	*place = NULL;
}

static void
came_or_left(void *user, struct MHD_Connection *connection, void **place, enum MHD_ConnectionNotificationCode how)
{
	struct http *http = user;
	if (how == MHD_CONNECTION_NOTIFY_STARTED) {
		count(http->counters, COUNTER_connections_taken, 1);
		*place = http_watch_come(&http->watch,
		    MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd);
	} else if (*place != NULL) {
		http_watch_leave(&http->watch, *place);
		*place = NULL;
	}
}

/* ---- opening and closing ---- */

/* Room for connections beside what the process may need otherwise; who has little gets few. */
static unsigned
connections_for_files(unsigned others)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return CONNECTIONS_LEAST;
	rlim_t wanted = others + HTTP_CONNECTIONS_MAX;
	if (limit.rlim_cur < wanted) {
		limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			return CONNECTIONS_LEAST;
	}
	rlim_t left = limit.rlim_cur > others ? limit.rlim_cur - others : 0;
	return left < CONNECTIONS_LEAST ? CONNECTIONS_LEAST : left > HTTP_CONNECTIONS_MAX ? HTTP_CONNECTIONS_MAX : (unsigned)left;
}

static enum status
address_of(const struct http_options *options, struct sockaddr_storage *out, struct reason *why)
{
	struct sockaddr_in *four = (struct sockaddr_in *)(void *)out;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)out;
	memset(out, 0, sizeof *out);
	if (inet_pton(AF_INET, options->address, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(options->port);
	} else if (inet_pton(AF_INET6, options->address, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(options->port);
	} else {
		return reason_say(why, STATUS_SETTING, "dashboard_listen '%.64s' is no address in numbers", options->address);
	}
	return STATUS_OK;
}

static enum status
start(struct http *http, const struct http_options *options, struct reason *why)
{
	struct sockaddr_storage address;
	enum status status = address_of(options, &address, why);
	if (status != STATUS_OK)
		return status;
	unsigned most = connections_for_files(options->other_files);
	unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
	struct MHD_OptionItem tls[] = { { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)options->certificate },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)options->key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t) "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_END, 0, NULL } };
	if (!http->tls)
		tls[0] = tls[3];
	flags |= http->tls ? MHD_USE_TLS : 0;
	flags |= address.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0;
	errno = 0;
	http->daemon = MHD_start_daemon(flags, options->port, NULL, NULL, on_request, http, MHD_OPTION_SOCK_ADDR, &address,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_BYTES, MHD_OPTION_CONNECTION_LIMIT, most,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, options->loopback ? most : PER_ADDRESS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
	    (unsigned)HTTP_IDLE_S, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_THREAD_STACK_SIZE,
	    (size_t)(512 * 1024), MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, first_line, http,
	    MHD_OPTION_NOTIFY_COMPLETED, completed, http, MHD_OPTION_NOTIFY_CONNECTION, came_or_left, http,
	    MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024U, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
	if (http->daemon != NULL)
		return STATUS_OK;
	if (errno == EADDRINUSE)
		return reason_say(why, STATUS_IN_USE, "%.64s port %u is in use by another program", options->address,
		    options->port);
	return reason_say(why, STATUS_SETTING, "%.64s port %u cannot be listened on: %s", options->address, options->port,
	    http->tls && errno == 0 ? "dashboard_certificate and dashboard_key are no pair in PEM" : strerror(errno));
}

enum status
http_open(const struct http_options *options, struct http **out, struct reason *why)
{
	struct http *http = calloc(1, sizeof *http);
	if (http == NULL)
		return reason_say(why, STATUS_NO_MEMORY, "memory ran out");
	assert((options->certificate != NULL) == (options->key != NULL));
	http->tls = options->certificate != NULL;
	http->counters = options->counters;
	http->handle = options->handle;
	http->user = options->user;
	http_watch_open(&http->watch);
	enum status status = start(http, options, why);
	if (status != STATUS_OK) {
		http_close(&http);
		return status;
	}
	*out = http;
	return STATUS_OK;
}

void
http_close(struct http **http)
{
	if (*http == NULL)
		return;
	if ((*http)->daemon != NULL)
		MHD_stop_daemon((*http)->daemon);
	http_watch_close(&(*http)->watch);
	free(*http);
	*http = NULL;
}

uint16_t
http_port(const struct http *http)
{
	return MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

unsigned
http_connections(const struct http *http)
{
	return http_watch_count(&((struct http *)(uintptr_t)http)->watch);
}

void
http_watch(struct http *http)
{
	unsigned cut = http_watch_look(&http->watch);
	if (cut > 0)
		count(http->counters, COUNTER_connections_cut, cut);
}
