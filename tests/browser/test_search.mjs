#!/usr/bin/env node
// A crossing is found by its plate, its waybill and its number, whatever these hold, and its story opens with what was sent.
import {check, go, inWorld, said, send, settled, truck, watched} from './world.mjs';

const BATCH = 'FIND-7/é', PLATE = '<img src=x onerror=alert(1)>', WAYBILL = 'ТТН 100%';

async function find(page, service, text, by) {
	await go(page, service, '/batch?lang=en');
	await page.fill('input[name=q]', text);
	await page.keyboard.press('Enter');
	await page.waitForSelector('main table');
	const row = await page.textContent('main tbody tr');
	check(row.includes(said('en', `found.${by}`)) && row.includes(BATCH), `searched by ${by}, found: ${row}`);
	await page.click('main tbody a');
	await page.waitForFunction(number => document.querySelector('h1').textContent.includes(number), BATCH);
	await settled(page);
	await page.waitForSelector('.event');
	const story = (await page.textContent('main')).replace(/\s/g, ' ');
	for (const part of [PLATE, '31,234 kg']) check(story.includes(part), `'${part}' is not in the story: ${story}`);
	check((await page.locator('.event').count()) === 5, 'not all events are told');
}

await inWorld(
	async (browser, service) => {
		send(truck(BATCH, {plate: PLATE, waybill: WAYBILL, kg: 31_234}));
		const page = await watched(browser);
		await find(page, service, PLATE.slice(0, 12), 'unit');
		await find(page, service, WAYBILL, 'waybill');
		await find(page, service, 'FIND-7', 'batch');
		await page.fill('input[name=q]', 'nothing like it');
		await page.keyboard.press('Enter');
		await page.waitForFunction(text => document.querySelector('main').textContent.includes(text), 'nothing like it');
		check(page.wrongs.length === 0, page.wrongs.join('\n'));
	},
	{traffic: false},
);
