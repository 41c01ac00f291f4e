// A stand-in for the service, for work on the page and for its tests: serves dist/ with the service's own
// Content-Security-Policy, and answers of data.mjs. Plain http on the loopback address.
//
//     node standin/serve.mjs [--port 8600] [--scenario busy|met|none|year] [--role viewer|manager|administrator] [--accounts]
//
// With --accounts there is a login: any name, the password "juyan"; the name "viewer" may not decide.
// POST /standin/ with {"do": "event" | "silent" | "speak" | "break" | "mend" | "scenario", "to": …} changes what happens.
import {createReadStream, existsSync} from 'node:fs';
import {createServer} from 'node:http';
import {dirname, extname, join, normalize} from 'node:path';
import {fileURLToPath} from 'node:url';
import {Ledger, problem} from './data.mjs';

const args = process.argv.slice(2);
const option = (name, otherwise) => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const accounts = args.includes('--accounts');
let ledger = new Ledger(option('--scenario', 'busy'));
let broken = false;
const sessions = new Map();
const listeners = new Set();

const TYPES = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript; charset=utf-8',
	'.css': 'text/css; charset=utf-8',
	'.svg': 'image/svg+xml',
};
const HEADERS = {
	'content-security-policy': [
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"connect-src 'self'",
		"font-src 'self'",
		"form-action 'self'",
		"frame-ancestors 'none'",
		"base-uri 'none'",
	].join('; '),
	'x-content-type-options': 'nosniff',
	'referrer-policy': 'same-origin',
	'cache-control': 'no-store',
};

const json = (answer, status, body) => {
	answer.writeHead(status, {...HEADERS, 'content-type': status < 400 ? 'application/json' : 'application/problem+json'});
	answer.end(status === 204 ? undefined : JSON.stringify(body));
};

const tell = (answer, kind, data) =>
	answer.write(`${kind === 'live' ? `id: ${data.mark.lsn}\n` : ''}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`);
const tellAll = () =>
	listeners.forEach(one => (ledger.fresh ? tell(one, 'live', ledger.live()) : tell(one, 'stale', ledger.mark())));

function happen() {
	Object.assign(ledger, {lsn: ledger.lsn + 3, extra: ledger.extra + 138_400, receivedMs: Date.now()});
	tellAll();
}

function listen(request, answer) {
	answer.writeHead(200, {...HEADERS, 'content-type': 'text/event-stream'});
	tell(answer, 'live', ledger.live());
	listeners.add(answer);
	const beat = setInterval(() => answer.write(': beat\n\n'), 10_000);
	request.on('close', () => {
		listeners.delete(answer);
		clearInterval(beat);
	});
}

function file(path, answer) {
	const asked = normalize(join(dist, path));
	const found = asked.startsWith(dist) && extname(asked) !== '' && existsSync(asked) ? asked : join(dist, 'index.html');
	answer.writeHead(200, {...HEADERS, 'content-type': TYPES[extname(found)] ?? 'application/octet-stream'});
	createReadStream(found)
		.on('error', () => answer.destroy())
		.pipe(answer);
}

const who = request => {
	if (!accounts) return {name: '', role: option('--role', 'manager'), accounts: false};
	return sessions.get(/juyan-session=(\w+)/.exec(request.headers.cookie ?? '')?.[1]);
};

const command = {
	event: happen,
	silent: () => {
		ledger.fresh = false;
		tellAll();
	},
	speak: () => {
		ledger.fresh = true;
		tellAll();
	},
	break: () => {
		broken = true;
		listeners.forEach(one => one.destroy());
	},
	mend: () => {
		broken = false;
	},
	scenario: to => {
		ledger = new Ledger(to);
		tellAll();
	},
};

function login(body, answer) {
	if (body.password !== 'juyan') return json(answer, 401, problem(401, 'the name and the password do not fit'));
	const token = Math.random().toString(36).slice(2),
		session = {name: body.name, role: body.name === 'viewer' ? 'viewer' : 'manager', accounts: true};
	sessions.set(token, session);
	answer.setHeader('set-cookie', `juyan-session=${token}; HttpOnly; SameSite=Strict; Path=/`);
	return json(answer, 200, session);
}

function decide(path, body, session, answer) {
	if (session.role === 'viewer') return json(answer, 403, problem(403, 'a viewer may not decide'));
	if (path === '/api/v1/attention/notes') {
		ledger.notes.set(
			body.subject,
			body.withdrawn ? {} : {noted_by: session.name || 'standin', note: body.note, noted_at_ms: Date.now()},
		);
	} else {
		const lsn = Number(path.split('/').pop());
		if (body.event && body.event.port === 'cekke')
			return json(
				answer,
				409,
				problem(409, 'the registry does not know this port: "cekke"', {
					parameter: 'event.port',
					expected: 'one of ceke, wuliji',
				}),
			);
		ledger.settled.set(lsn, {
			state: body.action === 'release' ? 'released' : 'dismissed',
			by: session.name || 'standin',
			reason: body.reason,
		});
	}
	happen();
	return json(answer, 200, {lsn: ledger.lsn});
}

function ask(path, query, answer) {
	const get = name => query.get(name) ?? undefined;
	const [, , , kind, port, batch] = path.split('/').map(decodeURIComponent);
	const format = get('format') ?? 'json';
	if (get('port') && !['ceke', 'wuliji'].includes(get('port')))
		return json(
			answer,
			400,
			problem(400, `there is no port "${get('port')}"`, {parameter: 'port', expected: 'ceke or wuliji'}),
		);
	if (kind === 'report' && format !== 'json') {
		answer.writeHead(200, {
			...HEADERS,
			'content-type': 'text/csv',
			'content-disposition': `attachment; filename="report.${format}"`,
		});
		return answer.end(`a stand-in's ${format}`);
	}
	const answers = {
		place: () => ledger.place(),
		live: () => ledger.live(),
		overview: () => ledger.overview(get('goal')),
		flow: () => ledger.flow(get('port'), get('day')),
		calendar: () => ledger.calendar(get('port'), get('year') && Number(get('year'))),
		goods: () => ledger.goods(get('port'), get('from'), get('to')),
		search: () => ledger.search(get('q')),
		batches: () => (batch === 'nowhere' ? null : ledger.story(port, batch)),
		attention: () => ledger.attention(get('port'), get('noted') === 'true'),
		machines: () => ledger.machines(get('port')),
		quarantine: () => ledger.quarantined(Number(port)),
		report: () => ledger.report(get('port'), get('from'), get('to')),
	};
	const found = answers[kind]?.();
	return found ? json(answer, 200, found) : json(answer, 404, problem(404, `there is nothing at ${path}`));
}

async function serve(request, answer) {
	const {pathname: path, searchParams: query} = new URL(request.url, 'http://x');
	let text = '';
	for await (const part of request) text += part;
	const body = text ? JSON.parse(text) : {};
	if (path === '/standin/') {
		command[body.do](body.to);
		return json(answer, 200, {});
	}
	if (broken) return answer.destroy();
	if (!path.startsWith('/api/') && path !== '/healthz') return file(path, answer);
	if (path === '/api/v1/session' && request.method === 'POST') return login(body, answer);
	const session = who(request);
	if (!session) return json(answer, 401, problem(401, 'there is no session'));
	if (path === '/api/v1/session') return request.method === 'DELETE' ? json(answer, 204) : json(answer, 200, session);
	if (path === '/api/v1/events') return listen(request, answer);
	return request.method === 'POST' ? decide(path, body, session, answer) : ask(path, query, answer);
}

const server = createServer((request, answer) =>
	serve(request, answer).catch(wrong => {
		console.error(wrong);
		answer.destroy();
	}),
);
server.listen(Number(option('--port', '8600')), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
