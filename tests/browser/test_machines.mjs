#!/usr/bin/env node
// The machines' page: what a scale says stands there within a second, as a word and a form; what does not work comes first and asks
// for attention; a port of which nothing was told says so.
import {check, go, inWorld, machine, said, send, until, watched} from './world.mjs';

const tile = (page, name) => page.evaluate(of => {
	const tiles = [...document.querySelectorAll('.machine')];
	return tiles.find(one => one.querySelector('h3').textContent === of)?.textContent ?? '';
}, name);

await inWorld(async (browser, service) => {
	const page = await watched(browser);
	await go(page, service, '/machines?lang=en&port=wuliji');
	check((await page.textContent('main')).includes(said('en', 'machines.none')), 'an empty port does not say that it is');

	send([
		machine('scale 1', 'WORKING', {minutes: 60}),
		machine('scale 2', 'WORKING', {minutes: 60}),
		machine('AGV-7', 'WORKING', {kind: 'VEHICLE', minutes: 120}),
		machine('AGV-7', 'CHARGING', {kind: 'VEHICLE', minutes: 60}),
	]);
	await go(page, service, '/machines?lang=en&port=ceke');
	await until(async () => (await tile(page, 'scale 2')).includes(said('en', 'condition.working')), 'the scale works');
	const vehicle = await tile(page, 'AGV-7');
	check(vehicle.includes(said('en', 'condition.charging')), `the AGV charges; it says ${vehicle}`);
	check(vehicle.includes('100'), `who charges is available; it says ${vehicle}`);

	const asked = Date.now();
	send([machine('scale 2', 'SILENT', {note: 'nothing for 60 s'})]);
	await until(async () => (await tile(page, 'scale 2')).includes('nothing for 60 s'), 'the scale is silent', 10_000);
	console.log(`a silent scale is on the page after ${Date.now() - asked} ms, the sending included`);
	const first = await page.textContent('section[aria-labelledby="machines-scale"] .machine h3');
	check(first === 'scale 2', `what does not work comes first; it was ${first}`);
	check(await page.locator('.machine.silent .condition-sign').count() === 1, 'it has a sign of its own');
	await page.click('.under a');
	await until(async () => (await page.textContent('main')).includes('scale 2'), 'attention names the scale');

	// What Juyan saw is said in the reader's language; what the machine said is quoted as it said it.
	send([machine('AGV-7', 'FAULT', {kind: 'VEHICLE', note: 'warning laserDirty, error driveLost'}),
		machine('scale 1', 'SILENT', {note: 'no frame for 60 s'})]);
	for (const language of ['zh', 'mn', 'en']) {
		const quoted = text => said(language, 'seen.quoted', {text});
		const pieces = [said(language, 'seen.warning', {words: quoted('laserDirty')}),
			said(language, 'seen.error', {words: quoted('driveLost')})];
		const wanted = [pieces.join(said(language, 'seen.between')),
			...said(language, 'seen.frame', {span: '|'}).split('|'),
			quoted('nothing for 60 s')];
		for (const target of ['/attention', '/machines']) {
			await go(page, service, `${target}?lang=${language}&port=ceke`);
			const told = async () => (await page.textContent('main')).includes('driveLost');
			await until(told, `${target} tells of the AGV`);
			const text = await page.textContent('main');
			for (const part of wanted)
				check(text.includes(part), `${target} in ${language} lacks '${part}'; it says ${text}`);
		}
	}
	check(page.wrongs.length === 0, page.wrongs.join('\n'));
});
