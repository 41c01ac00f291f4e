#!/usr/bin/env node
// Every page in every language, light and dark, on a phone and on a wall: it comes without an error or a breach of its policy,
// speaks the language with its heading, does not scroll sideways, and axe-core finds nothing against WCAG 2.2 AA.
import {axeFinds, go, inWorld, LANGUAGES, machine, said, settled, shot, truck, send, watched, Wrong} from './world.mjs';

const PAGES = {
	overview: ['/overview', 'overview'],
	flow: ['/flow', 'flow'],
	calendar: ['/calendar', 'calendar'],
	goods: ['/goods', 'goods'],
	batch: ['/batch?q=SEEN', 'batch.title'],
	story: ['/batch/ceke/SEEN-1', 'batch'],
	machines: ['/machines', 'machines'],
	attention: ['/attention', 'attention'],
	reports: ['/reports', 'reports'],
	wall: ['/wall', 'brand.long'],
	login: ['/login', 'login.title'],
};
const SCREENS = {
	phone: {width: 390, height: 844},
	wall: {width: 3840, height: 2160}
};

async function look(page, service, name, language, screen) {
	const [target, heading] = PAGES[name];
	const wrongs = [];
	await go(page, service, `${target}${target.includes('?') ? '&' : '?'}lang=${language}`);
	const seen =
		await page.evaluate(() => ({lang: document.documentElement.lang, h1: document.querySelector('h1').textContent}));
	if (!seen.lang.startsWith(language)) wrongs.push(`lang is ${seen.lang}`);
	if (!seen.h1.startsWith(said(language, heading))) wrongs.push(`the heading is '${seen.h1}'`);
	for (const theme of ['light', 'dark']) {
		await page.emulateMedia({colorScheme: theme});
		await settled(page);
		wrongs.push(...(await axeFinds(page)).map(one => `${theme}: ${one}`));
		await shot(page, `${name}-${language}-${theme}-${screen}`, screen === 'phone');
	}
	const [wide, room] =
		await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]);
	if (wide > room) wrongs.push(`it scrolls sideways: ${wide} of ${room}`);
	wrongs.push(...(await page.evaluate(
		() => [...document.querySelectorAll('.wall section')]
			      .filter(of => of.scrollHeight > of.clientHeight + 1)
			      .map(of => `${of.className} is cut off: ${of.scrollHeight} of ${of.clientHeight}`))));
	wrongs.push(...page.wrongs.splice(0));
	return wrongs.map(one => `${name} ${language} ${screen}: ${one}`);
}

await inWorld(async (browser, service) => {
	send(truck('SEEN-1', {plate: 'SEEN <b>1</b>', waybill: 'SEEN-W'}));
	const CONDITIONS = ['WORKING', 'CHARGING', 'BY_HAND', 'STOPPED', 'FAULT', 'SILENT', 'STUCK', 'OFFLINE'];
	const note = 'as it <b>said</b>';
	send(CONDITIONS.map((of, n) => machine(`AGV ${n} <b>`, of, {kind: n < 5 ? 'VEHICLE' : 'SCALE', minutes: 15 * n, note})));
	const only = process.env.JUYAN_PAGES?.split(',');
	const found = await Promise.all(
		Object.entries(SCREENS).map(async ([screen, viewport]) => {
			const page = await watched(browser, {viewport});
			const wrongs = [];
			for (const name of Object.keys(PAGES).filter(of => !only || only.includes(of)))
				for (const language of LANGUAGES)
					wrongs.push(...(await look(page, service, name, language, screen)));
			return wrongs;
		}),
	);
	if (found.flat().length > 0) throw new Wrong(found.flat().join('\n'));
});
