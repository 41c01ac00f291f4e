#!/usr/bin/env node
// No test but a measurement: how long the year's overview takes in the browser, from the beginning of the navigation until all
// figures stand there and all charts are drawn, and how much a browser loads first. Ten visits with an empty cache, ten with a full
// one; the middle of each, and the least and the most. Run it on a quiet machine:
//     JUYAN=build/juyan JUYAN_TESTS=build/tests node tests/browser/measure.mjs
import {check, inWorld, until, watched} from './world.mjs';

const VISITS = 10;

/** In the page, each frame: is all there? Then one more frame, which shows it. Chart by chart, a canvas with anything on it. */
function watch() {
	const painted = canvas => {
		const {width, height} = canvas;
		if (width === 0 || height === 0) return false;
		return canvas.getContext('2d').getImageData(0, 0, width, height).data.some(of => of !== 0);
	};
	const all = () => {
		const charts = [...document.querySelectorAll('.canvas')];
		return document.querySelector('h1') && !document.querySelector('.waiting') &&
			document.querySelector('.freshness')?.classList.contains('fresh') && charts.length > 0 &&
			charts.every(of => of.querySelector('canvas')) &&
			charts.every(of => [...of.querySelectorAll('canvas')].some(painted));
	};
	const look = () => {
		if (!all()) return requestAnimationFrame(look);
		const charts = document.querySelectorAll('.canvas').length;
		requestAnimationFrame(() => (window.drawn = {ms: performance.now(), charts}));
	};
	requestAnimationFrame(look);
}

/** What came over the wire, headers and all, as it was packed: the page's files, and the answers to what they ask. */
async function weigh(page) {
	const wire = await page.context().newCDPSession(page), of = new Map(), bytes = {files: 0, answers: 0, n: 0};
	await wire.send('Network.enable');
	wire.on('Network.requestWillBeSent', ({requestId, request}) => of.set(requestId, request.url));
	wire.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
		const answer = new URL(of.get(requestId)).pathname.startsWith('/api/');
		bytes[answer ? 'answers' : 'files'] += encodedDataLength;
		bytes.n += !answer;
	});
	return bytes;
}

async function visit(page, service) {
	await page.goto(`${service.url}/overview?lang=zh`, {waitUntil: 'commit'});
	const drawn = await until(() => page.evaluate(() => window.drawn).catch(() => null), 'the overview is drawn');
	check(page.wrongs.length === 0, page.wrongs.join('\n'));
	return drawn;
}

function middle(times) {
	const sorted = [...times].sort((a, b) => a - b), half = sorted.length / 2;
	const median = (sorted[Math.ceil(half) - 1] + sorted[Math.floor(half)]) / 2;
	return `median ${median.toFixed(0)} ms (${sorted[0].toFixed(0)} to ${sorted.at(-1).toFixed(0)})`;
}

await inWorld(async (browser, service) => {
	const first = [], again = [];
	let bytes, charts;
	for (let n = 0; n < VISITS; n++) {
		const page = await watched(browser);
		await page.addInitScript(watch);
		bytes = await weigh(page);
		const drawn = await visit(page, service);
		first.push(drawn.ms);
		charts = drawn.charts;
		bytes = {...bytes};
		again.push((await visit(page, service)).ms);
		await page.context().close();
	}
	console.log(`the year's overview (charts on canvas: ${charts}), 1280 by 900:`);
	console.log(`  with an empty cache drawn after: ${middle(first)}`);
	console.log(`  with a full one:                 ${middle(again)}`);
	console.log(`first load, packed: ${bytes.files} bytes in ${bytes.n} files, and ${bytes.answers} bytes of answers`);
});
