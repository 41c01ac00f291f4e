#!/usr/bin/env node
// A wall stands for weeks and nobody touches it: the day and the year turn, the build of the page changes, the session ends and
// comes back, and what it keeps in memory does not grow. The page's files are the program's own; what they ask is answered by the
// page's stand-in, whose clock the test moves, with the browser's.
// also: alone
import {createServer} from 'node:http';

import {Ledger} from '../../services/dashboard/page/standin/data.mjs';
import {check, inWorld, said, settled, until, watched} from './world.mjs';

const SECOND = 1000, MINUTE = 60 * SECOND;
const EVE = Date.parse('2025-12-31T23:58:00+08:00');
const ROUNDS = 40, NEWS = 50;  // of memory: live pictures in a round

/** The stand-in at the test's time, which does not go by itself. */
class Then extends Ledger {
	at() {
		return this.now;
	}
}

class Port {
	listeners = new Set();
	open = true;
	build = '';
	lsn = 1000;

	constructor(service, now) {
		this.service = service;
		this.move(now);
		this.live = this.ledger;
	}

	/** What is asked is answered as of then; the stream goes on with what it told last. */
	move(now) {
		this.ledger = new Then('busy', now);
		this.ledger.lsn = this.lsn;
	}

	async start() {
		this.server = createServer((request, answer) => this.serve(request, answer).catch(() => answer.destroy()));
		await new Promise(on => this.server.listen(0, '127.0.0.1', on));
		this.url = `http://127.0.0.1:${this.server.address().port}`;
		return this;
	}

	/** An event: the stream tells the picture of now. */
	happen() {
		this.ledger.lsn = ++this.lsn;
		this.ledger.extra += 140_000;
		this.live = this.ledger;
		for (const one of this.listeners) this.tell(one);
	}

	tell(answer) {
		answer.write(`event: live\ndata: ${JSON.stringify(this.live.live())}\n\n`);
	}

	hangUp() {
		for (const one of this.listeners) one.destroy();
		this.listeners.clear();
	}

	/** The page's files; a newer build has another name for its program. */
	async file(path, answer) {
		const from = await fetch(this.service.url + path.replace(this.build || '\0', ''));
		const type = from.headers.get('content-type');
		answer.writeHead(from.status, {
			'content-type': type,
			'content-security-policy': from.headers.get('content-security-policy') ?? "default-src 'self'",
		});
		if (!type.startsWith('text/html')) return answer.end(Buffer.from(await from.arrayBuffer()));
		return answer.end((await from.text()).replace(/(\/assets\/index-)([\w-]+\.js)/, `$1${this.build}$2`));
	}

	async serve(request, answer) {
		const {pathname: path} = new URL(request.url, this.url);
		const json = (status, body) => {
			answer.writeHead(status, {'content-type': 'application/json'});
			answer.end(JSON.stringify(body));
		};
		if (!path.startsWith('/api/')) return this.file(path, answer);
		if (!this.open) return json(401, {type: 'about:blank', title: '', status: 401, detail: 'no session'});
		const answers = {
			session: () => ({name: 'Wanda', role: 'viewer', accounts: true}),
			calendar: () => this.ledger.calendar(),
			place: () => this.ledger.place(),
			overview: () => this.ledger.overview(),
			flow: () => this.ledger.flow(),
		};
		const kind = path.split('/')[3];
		if (kind !== 'events') return json(200, answers[kind]());
		answer.writeHead(200, {'content-type': 'text/event-stream'});
		this.listeners.add(answer);
		request.on('close', () => this.listeners.delete(answer));
		return this.tell(answer);
	}
}

const text = (page, where = 'main') => page.evaluate(of => document.querySelector(of)?.innerText.replace(/\s+/g, ' ') ?? '', where);
const says = (page, what, where) =>
	until(async () => (await text(page, where)).includes(what), `that ${where ?? 'the page'} says ${what}`);

/** Both clocks go on, and nothing else happens. */
async function pass(page, port, ms) {
	port.move(port.ledger.now + ms);
	await page.clock.fastForward(ms);
}

async function open(browser, port, target, now = EVE) {
	const page = await watched(browser, {viewport: {width: 1920, height: 1080}, timezoneId: 'America/New_York'});
	await page.clock.install({time: now});
	await page.goto(port.url + target);
	await settled(page);
	await page.evaluate(() => (window.loaded = 'once'));
	return page;
}

const stays = page => page.evaluate(() => window.loaded === 'once').catch(() => false);

/** Nobody tells anything at midnight: the day, the year and its goal turn all the same, and no figure of yesterday is today's. */
async function turns(browser, port) {
	const page = await open(browser, port, '/wall?lang=en');
	await says(page, 'Wednesday, 31 December 2025');
	await says(page, '26 Mt in 2025', '.year h2');
	check(/\d t|kt/.test(await text(page, '.today .port')), `no figures of the day: ${await text(page, '.today')}`);
	await pass(page, port, 70 * SECOND);  // what was to be asked again for the events before is asked
	await page.clock.runFor(5 * SECOND);
	await pass(page, port, 3 * MINUTE);
	await says(page, 'Thursday, 1 January 2026', '.clock');
	await says(page, '26 Mt in 2026', '.year h2');
	await says(page, said('en', 'today.turned'), '.today .port');
	port.happen();
	await until(async () => !(await text(page, '.today')).includes(said('en', 'today.turned')), 'the figures of the new day');
	check(await stays(page), 'the wall was loaded anew for a new day');
	return page;
}

/** After an upgrade the wall takes the new page by itself, once; a desk with the next way somebody goes. */
async function renews(browser, port) {
	const wall = await open(browser, port, '/wall?lang=en', port.ledger.now);
	const desk = await open(browser, port, '/overview?lang=en', port.ledger.now);
	port.build = 'newer';
	port.hangUp();
	for (const page of [wall, desk]) await page.clock.runFor(5 * SECOND);
	await until(async () => !(await stays(wall)), 'that the wall takes the new build');
	await settled(wall);
	await wall.evaluate(() => (window.loaded = 'once'));
	for (const page of [wall, desk]) {
		await page.clock.fastForward(6 * MINUTE);
		await page.clock.runFor(5 * SECOND);
	}
	check(await stays(wall), 'the wall was loaded anew, and again');
	check(await stays(desk), 'a desk was loaded anew under its reader');
	await desk.click('nav a[href="/calendar"]', {noWaitAfter: true});
	await until(async () => !(await stays(desk)), 'that the desk takes the new build with the next way');
	return [wall, desk];
}

/** Where its session ends a wall says so, in its language; it comes back when somebody has logged in beside it. */
async function returns(browser, port) {
	const page = await open(browser, port, '/wall?lang=zh&theme=dark', port.ledger.now);
	port.open = false;
	port.hangUp();
	await page.clock.runFor(5 * SECOND);
	await page.waitForURL(/\/login\?next=/);
	await says(page, said('zh', 'login.wall'));
	port.open = true;
	await page.clock.runFor(16 * SECOND);
	await page.waitForURL(url => url.pathname === '/wall' && url.searchParams.get('theme') === 'dark');
	await settled(page);
	check((await text(page)).includes(said('zh', 'yard.now')), 'the wall is back in another language');
	return page;
}

/** Hours of news, and charts drawn again with them: what the page holds stays as it was. */
async function holds(browser, port) {
	const page = await open(browser, port, '/wall?lang=en', port.ledger.now);
	const session = await page.context().newCDPSession(page);
	await session.send('Performance.enable');
	const held = async () => {
		await session.send('HeapProfiler.collectGarbage');
		const {metrics} = await session.send('Performance.getMetrics');
		return Object.fromEntries(metrics.map(({name, value}) => [name, value]));
	};
	let first;
	for (let round = 0; round < ROUNDS; round++) {
		for (let n = 0; n < NEWS; n++) port.happen();
		await pass(page, port, 11 * SECOND);
		if (round === ROUNDS / 4) first = await held();
	}
	const last = await held();
	const grown = name => last[name] - first[name];
	console.log(`${ROUNDS * NEWS} live pictures: ${(last.JSHeapUsedSize / 1e6).toFixed(1)} MB, grown by ${
		(grown('JSHeapUsedSize') / 1e6).toFixed(2)} MB, ${grown('Nodes')} nodes, ${
		grown('JSEventListeners')} listeners in the last ${(ROUNDS * NEWS * 3) / 4}`);
	check(grown('JSHeapUsedSize') < 2e6, `the heap has grown by ${grown('JSHeapUsedSize')} bytes`);
	check(grown('Nodes') < 500, `${grown('Nodes')} nodes more than before`);
	check(grown('JSEventListeners') < 50, `${grown('JSEventListeners')} listeners more than before`);
	return page;
}

await inWorld(async (browser, service) => {
	const port = await new Port(service, EVE).start();
	const pages = [];
	const began = Date.now();
	for (const part of [turns, renews, returns, holds]) {
		pages.push(...[await part(browser, port)].flat());
		console.log(`${part.name}: ${((Date.now() - began) / 1000).toFixed(1)} s`);
	}
	const wrongs = pages.flatMap(page => page.wrongs).filter(of => !/status of 401|ERR_|failed: .*events/.test(of));
	check(wrongs.length === 0, wrongs.join('\n'));
	port.hangUp();
	port.server.close();
}, {traffic: false});
