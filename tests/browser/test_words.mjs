#!/usr/bin/env node
// What the page says is in the reader's language: why something waits in quarantine, and the day that is chosen; the English
// sentence of a reason stands beside it, marked as such. Before the first event no zero is said. On a phone a table of many
// columns is a card for each row.
import {check, go, inWorld, LANGUAGES, said, send, settled, truck, until, watched} from './world.mjs';

/** What was never told is no counted zero, neither in the hours nor in the yard, nor in a report's sum. */
async function nothingYet(page, service) {
	await go(page, service, '/flow?lang=en');
	for (const [section, word] of [['hours', 'flow.nohours'], ['yard', 'overview.nothing']]) {
		const text = await page.textContent(`section[aria-labelledby=${section}] .empty`);
		check(text === said('en', word), `${section} of an empty ledger: ${text}`);
	}
	check((await page.locator('.stages').count()) === 0, 'an empty ledger has a yard with zeros');
	await go(page, service, '/reports?lang=en');
	const sum = await page.textContent('section[aria-labelledby=total] .huge');
	check(sum.includes(said('en', 'unknown')), `the sum of an empty ledger: ${sum}`);
	await go(page, service, '/wall?lang=en');
	const yard = await page.innerText('.wall .stages');
	check(yard.replace(/\s/g, '').match(/^\D*0Attention$/), `the wall's yard of an empty ledger: ${yard}`);
}

async function reasons(page, service) {
	for (const language of LANGUAGES) {
		await go(page, service, `/attention?lang=${language}&kind=quarantine`);
		const text = await page.textContent('.matter.quarantine .reason');
		check(text.startsWith(said(language, 'reason.unknown_port')), `${language}: the reason reads '${text}'`);
		const english = await page.locator('.matter.quarantine .reason [lang=en]').count();
		check(english === 0, `${language}: ${english} English sentences repeat the reason`);
	}
}

async function days(page, service) {
	await go(page, service, '/reports?lang=zh&from=2026-01-31');
	const field = page.locator('.date input[type=text]');
	check(await field.inputValue() === '2026-01-31', 'the day is not written as it stands in the address');
	check((await page.textContent('.date small')).includes('2026年1月31日'), 'the day is not said in Chinese');
	for (const [typed, taken] of [['2026/2/3', '2026-02-03'], ['2026年2月4日', '2026-02-04'], ['20260205', '2026-02-05']]) {
		await field.fill(typed);
		await field.press('Enter');
		await until(() => page.url().includes(`from=${taken}`), `'${typed}' is taken as ${taken}`);
		await settled(page);
		check(await field.inputValue() === taken, `'${typed}' is not written as ${taken}`);
	}
	await field.fill('2026-02-30');
	await field.press('Enter');
	await page.waitForSelector('.date [role=alert]');
	check(await field.getAttribute('aria-invalid') === 'true', 'a day that there is not is not marked');
	check(page.url().includes('from=2026-02-05'), 'a day that there is not has been taken');
}

async function cards(browser, service) {
	const page = await watched(browser, {viewport: {width: 360, height: 780}});
	await go(page, service, '/batch?lang=mn&q=WORDS');
	const [head, wide, room] = await page.evaluate(() => {
		const cell = document.querySelector('.stacks td[data-head]');
		return [
			getComputedStyle(cell, '::before').content,
			document.querySelector('.table').scrollWidth,
			document.querySelector('.table').clientWidth,
		];
	});
	check(head.includes(said('mn', 'search.by')), `a cell of a card is headed ${head}`);
	check(wide <= room, `the table still scrolls sideways: ${wide} of ${room}`);
	check(page.wrongs.length === 0, page.wrongs.join('\n'));
}

await inWorld(async (browser, service) => {
	const page = await watched(browser);
	await nothingYet(page, service);
	const [lodged] = truck('WORDS-2', {plate: 'A 2', port: 'cekke'});
	send([...truck('WORDS-1', {plate: 'A 1', steps: 3}), lodged], {quarantined: 1});
	await reasons(page, service);
	await days(page, service);
	await cards(browser, service);
	check(page.wrongs.length === 0, page.wrongs.join('\n'));
}, {traffic: false});
