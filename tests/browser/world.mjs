// What the browser's tests share: a real `juyan serve` on a ledger of two simulated years up to this minute, the command itself,
// Debian's Chromium, and an end that leaves nothing behind. Uses $JUYAN, $JUYAN_SOURCE, $JUYAN_TESTS; $JUYAN_SHOTS, a folder, has
// pictures of the pages put there. The packages of package-lock.json are fetched into the build folder, once.
import {spawn, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync} from 'node:fs';
import {createRequire} from 'node:module';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
export const SOURCE = process.env.JUYAN_SOURCE ?? join(HERE, '../..');
const JUYAN = process.env.JUYAN ?? join(SOURCE, 'build/juyan');
const BUILT = process.env.JUYAN_TESTS ?? join(SOURCE, 'build/tests');
export const SHOTS = process.env.JUYAN_SHOTS ?? '';
export const PATIENCE_MS = 60_000;
const TEST_MS = 150_000;  // no test takes longer
export const LANGUAGES = ['zh', 'mn', 'en'];

export class Wrong extends Error {}
class Skip extends Error {}

export function check(truth, what) {
	if (!truth) throw new Wrong(what);
}

/** The page's own texts: what it has to say is compared with them, not with a copy. */
export const WORDS = Object.fromEntries(
	LANGUAGES.map(of => [of, JSON.parse(readFileSync(join(SOURCE, `services/dashboard/page/src/words/${of}.json`), 'utf8'))]),
);
export const said = (language, key, with_ = {}) => WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => with_[name] ?? '');

/** Waits for a truth: asked anew until it holds; the answer. */
export async function until(truth, what, waitMs = PATIENCE_MS) {
	for (const deadline = Date.now() + waitMs;; await new Promise(on => setTimeout(on, 50))) {
		const found = await truth();
		if (found) return found;
		if (Date.now() > deadline) throw new Wrong(`${what}: not within ${waitMs} ms`);
	}
}

// ---- the packages ----

/** Where the packages are. Tests that begin at once fetch beside each other: whoever is first has his folder put in place. */
function packages() {
	const lock = readFileSync(join(HERE, 'package-lock.json'));
	const folder = join(BUILT, `browser-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`);
	if (existsSync(folder)) return folder;
	mkdirSync(BUILT, {recursive: true});
	const mine = mkdtempSync(`${folder}-`);
	for (const name of ['package.json', 'package-lock.json', '.npmrc']) cpSync(join(HERE, name), join(mine, name));
	const done = spawnSync(
		'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {cwd: mine, encoding: 'utf8', timeout: 120_000});
	if (done.status !== 0) {
		rmSync(mine, {recursive: true, force: true});
		throw new Skip(`npm does not bring what the page is tested with: ${
			done.error?.message ?? done.stderr.trim().split('\n')[0]}`);
	}
	try {
		renameSync(mine, folder);
	} catch {
		rmSync(mine, {recursive: true, force: true});
	}
	return folder;
}

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const FLAGS = [
	'--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
	'--disable-component-update', '--disable-sync'
];
let axe = '';

async function openBrowser() {
	if (!CHROMIUM) throw new Skip("Chromium is not here (Debian's package chromium)");
	const bring = createRequire(join(packages(), 'package.json'));
	axe = readFileSync(bring.resolve('axe-core/axe.min.js'), 'utf8');
	return bring('playwright-core').chromium.launch({executablePath: CHROMIUM, headless: true, args: FLAGS});
}

// ---- the command and the service ----

export const FOLDER = mkdtempSync(join(tmpdir(), 'juyan-browser-'));
const DATA = join(FOLDER, 'data');
const CHILDREN = new Set();

function start(...args) {
	const child = spawn(JUYAN, args, {stdio: ['ignore', 'pipe', 'pipe']});
	CHILDREN.add(child);
	child.gone = new Promise(gone => child.on('exit', code => (CHILDREN.delete(child), gone(code))));
	child.on('error', error => console.log(`juyan cannot be run: ${error.message}`));
	return child;
}

/** What a stream says until a line fits. */
function hear(stream, fits) {
	return new Promise((done, fail) => {
		let heard = '';
		const late = setTimeout(() => fail(new Wrong(`not said in time; heard: ${heard.slice(-500)}`)), PATIENCE_MS);
		stream.on('data', more => {
			heard += more;
			if (fits(heard)) clearTimeout(late), done(heard);
		});
		stream.on('end', () => (clearTimeout(late), fail(new Wrong(`it ended, having said: ${heard.slice(-500)}`))));
	});
}

export function juyan(args, {stdin = '', code = 0} = {}) {
	const done = spawnSync(JUYAN, args, {input: stdin, encoding: 'utf8', timeout: PATIENCE_MS});
	check(done.status === code,
		`juyan ${args.join(' ')} ended with ${done.status}; expected ${code}: ${done.stdout}${done.stderr}`);
	return done.stdout;
}

/** Sends events (objects) as one terminal would; what the command says of it. Comes back when they are acknowledged. */
export function send(events, {quarantined = 0} = {}) {
	const stdin = events.map(one => `${JSON.stringify(one)}\n`).join('');
	const done =
		spawnSync(JUYAN, ['send', '--data', DATA, '--json', '-'], {input: stdin, encoding: 'utf8', timeout: PATIENCE_MS});
	const answer = JSON.parse(done.stdout || '{}');
	check(answer.accepted === events.length - quarantined, `not all was taken: ${done.stdout}${done.stderr}`);
	return answer;
}

/** A truck with coal: its manifest, arrival, weighing, release and departure, as many of them as asked for. */
export function truck(
	batch, {port = 'ceke', plate = 'X 1', waybill = 'W-1', kg = 30_000, steps = 5, at = Date.now() - 60_000} = {}) {
	const goods = [{description: 'coal', declared_kg: kg}];
	return [
		{
			manifest_lodged: {
				direction: 'IMPORT',
				mode: 'TRUCK',
				units: [{unit_id: plate}],
				waybills: [{waybill_no: waybill, goods}]
			}
		},
		{unit_arrived: {unit_id: plate}},
		{unit_weighed: {unit_id: plate, gross_kg: kg + 15_000, tare_kg: 15_000}},
		{released: {}},
		{unit_departed: {unit_id: plate}},
	].slice(0, steps)
		.map((what, n) => ({occurred_at_ms: at + 1000 * n, port, batch_no: batch, ...what}));
}

/** What is told of a machine, so many minutes ago. */
export const machine = (name, condition, {kind = 'SCALE', port = 'ceke', minutes = 0, note = '', lane = 'road-in-1'} = {}) =>
	({occurred_at_ms: Date.now() - minutes * 60_000, port, machine_reported: {machine: name, kind, condition, note, lane}});

export class Service {
	port = 0;
	data = DATA;

	async start() {
		this.child = start('serve', '--data', DATA, '--set', 'listen=tcp://127.0.0.1:0', '--set',
			`dashboard_listen=127.0.0.1:${this.port}`);
		this.child.stderr.on('data', () => undefined);
		const heard = await hear(this.child.stdout, text => /^ready$/m.test(text));
		this.port = Number(/^dashboard http:\/\/\S+:(\d+)\/$/m.exec(heard)[1]);
		this.url = `http://127.0.0.1:${this.port}`;
		return this;
	}

	async stop() {
		this.child.kill('SIGTERM');
		const code = await this.child.gone;
		check(code === 0, `serve ended with ${code} after SIGTERM; expected 0`);
	}

	async get(target, headers = {}) {
		const answer = await fetch(this.url + target, {headers});
		check(answer.ok, `${target}: ${answer.status}`);
		return answer.json();
	}
}

const localMinute = ms => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

/** The port's day does not end under a test: what a test says of today holds to its end. Near midnight in Ceke it waits. */
async function wellInTheDay() {
	const day = 86_400_000, since = (Date.now() + 8 * 3_600_000) % day;
	const waits = since < 2 * 60_000 ? 2 * 60_000 - since : since > day - TEST_MS ? day - since + 2 * 60_000 : 0;
	if (waits > 0) console.log(`waits ${Math.ceil(waits / 1000)} s for the port's next day`);
	await new Promise(on => setTimeout(on, waits));
}

/** Two years of both ports until now, small; what would come after now does not come. */
async function simulate() {
	const from = `${new Date().getFullYear() - 2}-12-01`;  // so that all of last year is known
	const child = start('simulate', '--live', '--speedup', 'clock', '--data', DATA, '--from', from, '--to', '2035-12-31',
		'--rail', '--scale', process.env.JUYAN_SIMULATE_SCALE ?? '0.02');
	await hear(child.stderr, text => {
		const days = text.match(/\d{4}-\d\d-\d\d \d\d:\d\d(?=, )/g);
		return days && days.at(-1) >= localMinute(Date.now() - 120_000);
	});
	child.kill('SIGTERM');
	await child.gone;
}

// ---- pages ----

/** A page that is watched: what it says on the console, what it may not do by its policy, what fails in it. */
export async function watched(browser, options = {}) {
	const context = await browser.newContext({viewport: {width: 1280, height: 900}, locale: 'en-GB', ...options});
	const page = await context.newPage();
	page.setDefaultTimeout(PATIENCE_MS / 2);
	page.wrongs = [];
	await page.addInitScript(() => {
		addEventListener('securitypolicyviolation',
			event => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
	});
	page.on('console',
		message => ['error', 'warning'].includes(message.type()) && page.wrongs.push(`console: ${message.text()}`));
	page.on('pageerror', error => page.wrongs.push(`thrown: ${error.message}`));
	page.on('requestfailed', request => {
		if (!/ERR_ABORTED/.test(request.failure()?.errorText ?? '')) page.wrongs.push(`failed: ${request.url()}`);
	});
	return page;
}

/** All that is waited for has come: figures, charts, the stream. */
export async function settled(page) {
	await page.waitForFunction(() => {
		const there = document.querySelector('h1') && !document.querySelector('.waiting');
		const charts = [...document.querySelectorAll('.canvas')].every(of => of.querySelector('canvas'));
		const fresh = document.querySelector('.freshness');
		return there && charts && (!fresh || fresh.classList.contains('fresh'));
	});
}

export async function go(page, service, target) {
	await page.goto(service.url + target);
	await settled(page);
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** What axe-core finds against WCAG 2.2 AA, a line each. */
export async function axeFinds(page) {
	if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
	return page.evaluate(async values => {
		const found = await window.axe.run(document, {runOnly: {type: 'tag', values}, resultTypes: ['violations']});
		return found.violations.flatMap(
			({id, nodes}) => nodes.slice(0, 3).map(node => `${id}: ${node.target} (${node.any[0]?.message ?? ''})`));
	}, RULES);
}

export async function shot(page, name, whole = true) {
	if (!SHOTS) return;
	mkdirSync(SHOTS, {recursive: true});
	await page.screenshot({path: join(SHOTS, `${name}.png`), fullPage: whole});
}

/** Runs a test in its world, and ends the process as CTest wants it. */
export async function inWorld(test, {traffic = true} = {}) {
	let browser, code = 0;
	try {
		browser = await openBrowser();
		await wellInTheDay();
		const service = await new Service().start();
		if (traffic) await simulate();
		await test(browser, service);
	} catch (error) {
		code = error instanceof Skip ? 77 : 1;
		console.log(code === 77 ? `skip: ${error.message}` : error instanceof Wrong ? error.message : error.stack);
	} finally {
		await browser?.close().catch(() => undefined);
		for (const child of CHILDREN) child.kill('SIGKILL');
		rmSync(FOLDER, {recursive: true, force: true, maxRetries: 5});
	}
	process.exit(code);
}
