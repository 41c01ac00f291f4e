#!/usr/bin/env node
// The keyboard alone: Tab comes to every control of every page and is seen there, Enter opens the twin of each chart and a day of
// the calendar, the skip link leads to the content, and another page begins at its content.
import {check, go, inWorld, settled, watched} from './world.mjs';

/** How many controls there are, and of those the ones that Tab stops at, in its order; what is not seen at its stop. */
async function walk(page) {
	const wanted = await page.evaluate(() => {
		const shown = of =>
			of.getClientRects().length > 0 && getComputedStyle(of).visibility !== 'hidden' && !of.disabled;
		const controls = [
			...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')
		].filter(of => shown(of) && !of.ariaHidden);  // what is hidden has a button that does its work
		// Of radio buttons of one name, Tab stops at one; the arrows lead on.
		const radios = controls.filter(of => of.type === 'radio' && !of.checked);
		window.controls = controls.filter(of => !radios.includes(of));
		window.reached = new Set();
		document.activeElement?.blur?.();
		return window.controls.length;
	});
	const unseen = [];
	for (let n = 0; n < wanted + 60; n++) {
		await page.keyboard.press('Tab');
		const stop = await page.evaluate(() => {
			const at = document.activeElement;
			if (at === document.body) return {end: true};
			// Within a field for a day the browser leads through its parts, and marks them itself.
			const part = /date|month/.test(at.type) && window.reached.has(at);
			window.reached.add(at);
			const look = getComputedStyle(at), around = getComputedStyle(at.closest('label') ?? at),
			      box = at.getBoundingClientRect();
			const ring = [look, around].some(
				of => of.outlineStyle !== 'none' && parseFloat(of.outlineWidth) > 0 || of.boxShadow !== 'none');
			const inside = box.bottom > 0 && box.top < innerHeight;
			return {
				end: false,
				seen: (ring || part) && inside,
				name: `${at.tagName} ${at.textContent.slice(0, 30)}`,
				rings: ring
			};
		});
		if (stop.end) break;
		if (!stop.seen) unseen.push(`${stop.name}${stop.rings ? ' is off the screen' : ' has no ring'}`);
	}
	const left = await page.evaluate(() => window.controls.filter(of => !window.reached.has(of) && of.isConnected)
						       .map(of => of.outerHTML.slice(0, 120)));
	return {wanted, left, unseen};
}

async function everything(page, service) {
	for (const target of ['/overview', '/flow', '/goods', '/batch?q=CK', '/attention', '/reports',
		     '/reports?from=2025-05-01&to=2025-05-09', '/calendar', '/login']) {
		await go(page, service, target);
		const {wanted, left, unseen} = await walk(page);
		check(left.length === 0, `${target}: Tab does not come to ${left.join('\n')}`);
		check(unseen.length === 0, `${target}: ${unseen.slice(0, 5).join('\n')}`);
		console.log(`${target}: ${wanted} controls`);
	}
}

async function tabTo(page, selector) {
	for (let n = 0; n < 600; n++) {
		await page.keyboard.press('Tab');
		if (await page.evaluate(of => document.activeElement?.matches(of), selector)) return;
	}
	check(false, `Tab does not come to ${selector}`);
}

async function twins(page, service) {
	for (const target of ['/overview', '/flow', '/reports']) {
		await go(page, service, target);
		const n = await page.locator('details.twin').count();
		check(n > 0, `${target} has no chart with a twin`);
		for (let at = 0; at < n; at++) {
			await tabTo(page, 'details.twin:not([open]) > summary');
			await page.keyboard.press('Enter');
		}
		const rows = await page.locator('details.twin[open] table tbody tr').count();
		check((await page.locator('details.twin[open]').count()) === n && rows >= n,
			`${target}: ${rows} rows in ${n} twins`);
	}
}

async function ways(page, service) {
	await go(page, service, '/calendar');
	await page.keyboard.press('Tab');
	check(await page.evaluate(() => document.activeElement.matches('.skip')), 'the first stop is not the skip link');
	await page.keyboard.press('Enter');
	await tabTo(page, 'td.day a');
	const day = new URL(await page.evaluate(() => document.activeElement.href)).searchParams.get('day');
	await page.keyboard.press('Enter');
	await page.waitForURL(url => url.pathname === '/flow' && url.searchParams.get('day') === day);
	await settled(page);
	check(await page.evaluate(() => document.activeElement.id === 'main'), 'another page does not begin at its content');
	await page.goBack();
	await page.waitForURL(/\/calendar/);
}

await inWorld(async (browser, service) => {
	const page = await watched(browser);
	await everything(page, service);
	await twins(page, service);
	await ways(page, service);
	const phone = await watched(browser, {viewport: {width: 390, height: 844}});
	await go(phone, service, '/overview');
	await tabTo(phone, 'button.menu');
	await phone.keyboard.press('Enter');
	await tabTo(phone, 'nav a[href="/reports"]');
	await phone.keyboard.press('Enter');
	await phone.waitForURL(/\/reports/);
	check([...page.wrongs, ...phone.wrongs].length === 0, page.wrongs.join('\n'));
});
