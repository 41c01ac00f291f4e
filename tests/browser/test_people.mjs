#!/usr/bin/env node
// Who may do what, as it is met in the page: the login, a wrong password, a viewer without buttons whose request is refused as
// well, a manager who acknowledges with a note that stays, a logout, and an open page whose session ends, which comes to the
// login page and back to where it was; an administrator who ends another's session, from the keyboard alone.
import {axeFinds, check, go, inWorld, juyan, LANGUAGES, said, send, settled, shot, truck, until, watched} from './world.mjs';

const say = (key, with_) => said('en', key, with_);

async function login(page, name, password) {
	await page.waitForSelector('input[name=name]');
	await page.fill('input[name=name]', name);
	await page.fill('input[name=password]', password);
	await page.keyboard.press('Enter');
}

async function enter(page, name) {
	await login(page, name, `secret of ${name}`);
	await page.waitForURL(url => url.pathname !== '/login');
	await settled(page);
	check((await page.textContent('.person')).includes(name), 'the page does not say who is there');
}

async function viewer(page, service) {
	await page.goto(`${service.url}/attention?lang=en&port=ceke`);
	await page.waitForURL(/\/login\?next=/);
	await login(page, 'Vera', 'wrong, wrong');
	await page.waitForSelector('.wrong[role=alert]');
	check((await page.textContent('.wrong')).includes(say('login.wrong')), 'a wrong password is not told');
	check((await axeFinds(page)).length === 0, `the login page after a wrong password: ${await axeFinds(page)}`);
	await shot(page, 'login-en-wrong');
	await enter(page, 'Vera');
	check(new URL(page.url()).pathname === '/attention',
		`after the login one is at ${page.url()}; expected where one wanted to go`);
	await page.waitForSelector('.matter');
	check((await page.locator('.matter button').count()) === 0, 'a viewer has buttons to decide with');
	check((await page.textContent('main')).includes(say('noright')), 'a viewer is not told why there are none');
	const status = await page.evaluate(async () => {
		const body = JSON.stringify({subject: 'stuck:ceke/X', note: 'y'});
		return (await fetch(
				'/api/v1/attention/notes', {method: 'POST', headers: {'content-type': 'application/json'}, body}))
			.status;
	});
	check(status === 403, `a viewer's note is answered with ${status}; expected 403`);
	await page.click('.person button');
	await page.waitForURL(/\/login/);
	await page.goto(`${service.url}/overview`);
	await page.waitForURL(/\/login/);
}

async function manager(page, service) {
	await login(page, 'Mönkh', 'secret of Mönkh');
	await page.waitForURL(url => url.pathname === '/overview');
	await page.goto(`${service.url}/attention?lang=en&kind=quarantine`);
	await page.waitForSelector('.matter.quarantine');
	const title = await page.getAttribute('.matter.quarantine h3', 'id');
	const row = page.locator('.matter', {has: page.locator(`[id="${title}"]`)});
	const note = 'Told the gate <b>twice</b>; 已处理';
	await row.getByRole('button', {name: say('note.write')}).click();
	await row.locator(':focus').waitFor();  // the field takes it by itself
	await page.keyboard.type(note);
	await shot(page, 'attention-en-note');
	await page.getByRole('button', {name: say('note.send'), exact: true}).click();
	await row.waitFor({state: 'detached'});
	await page.reload();
	await settled(page);
	check((await row.count()) === 0, 'what was acknowledged is back after a reload');
	await page.getByRole('checkbox', {name: say('attention.noted')}).check();
	await row.waitFor();
	const told = await row.textContent();
	check(told.includes(note) && told.includes('Mönkh'), `by whom and why is not told: ${told}`);
	await row.getByRole('button', {name: say('note.withdraw')}).click();
	await page.getByRole('checkbox', {name: say('attention.noted')}).uncheck();
	await row.waitFor();
}

/** A weighing names a port that is not there: it waits, is put right by the manager, and counts. */
async function release(page, service) {
	const events = truck('FIX-1', {plate: 'F 1', kg: 20_000});
	events[2].port = 'cekke';
	send(events, {quarantined: 1});
	const ask = target => page.evaluate(to => fetch(to).then(answer => answer.json()), target);
	const newest = async () => {
		const waiting = (await ask('/api/v1/attention')).rows.filter(of => of.kind === 'quarantine').map(of => of.lsn);
		const held = await ask(`/api/v1/quarantine/${Math.max(...waiting)}`);
		return JSON.stringify(held.event ?? '').includes('cekke') && held.lsn;
	};
	const lsn = await until(newest, 'the quarantined event');
	await page.goto(`${service.url}/attention?lang=en&lsn=${lsn}`);
	const field = page.locator('textarea.json');
	const button = page.locator('form.decide button.main');
	await page.fill('input[name=reason]', 'The port was misspelt');
	const event = JSON.parse(await field.inputValue());
	await field.fill('{"broken');
	check(await button.isDisabled(), 'what is no JSON can be sent');
	await field.fill(JSON.stringify({...event, port: 'ceke'}, null, 2));
	await shot(page, 'attention-en-settle');
	await button.click();
	await page.waitForFunction(
		text => document.querySelector('.facts')?.textContent.includes(text), 'Mönkh: The port was misspelt');
	await until(
		async () => (await ask('/api/v1/batches/ceke/FIX-1')).crossing.weighed_kg === 20_000, 'that the weighing counts');
	await go(page, service, '/batch/ceke/FIX-1?lang=en');
	await page.waitForFunction(
		text => document.querySelector('main').innerText.replace(/\s/g, ' ').includes(text), '20,000 kg');
}

async function sessionEnds(page, service) {
	await go(page, service, '/flow?lang=en&port=ceke');
	juyan(['users', 'role', '--data', service.data, 'Mönkh', '--role', 'administrator']);  // ends the sessions of this user
	await page.waitForURL(/\/login\?next=/);
	await enter(page, 'Mönkh');
	check(page.url().includes('/flow?lang=en&port=ceke'), `back from the login one is at ${page.url()}`);
}

/** Who is logged in, and ending a session, in each language; the keyboard does it, and the focus is never lost. */
async function lookAfter(page, service, other) {
	await go(other, service, '/attention?lang=en');
	await enter(other, 'Vera');
	for (const language of LANGUAGES) {
		await go(page, service, `/flow?lang=${language}`);
		const opener = page.getByRole('button', {name: said(language, 'people'), exact: true});
		await opener.focus();
		await page.keyboard.press('Enter');
		const box = page.getByRole('dialog', {name: said(language, 'people')});
		await box.locator('tbody tr').nth(1).waitFor();
		const told = await box.innerText();
		for (const of of ['Mönkh', 'Vera', '127.0.0.1', said(language, 'role.viewer'), said(language, 'people.own')])
			check(told.includes(of), `who is logged in does not say ${of}: ${told}`);
		check((await axeFinds(page)).length === 0, `who is logged in, ${language}: ${await axeFinds(page)}`);
		await shot(page, `people-${language}`, false);
		await page.keyboard.press('Escape');
		await box.waitFor({state: 'detached'});
		check(await opener.evaluate(of => of === document.activeElement), 'closed, the focus is not where it was');
	}
	await page.goto(`${service.url}/flow?lang=en`);
	await settled(page);
	await page.getByRole('button', {name: say('people'), exact: true}).click();
	const box = page.getByRole('dialog', {name: say('people')}), end = say('people.end.of', {name: 'Vera'});
	const focus = name => box.getByRole('button', {name, exact: true}).and(box.locator(':focus')).waitFor();
	check((await box.getByRole('button', {name: say('people.end.of', {name: 'Mönkh'})}).count()) === 0, 'one ends oneself');
	await box.getByRole('button', {name: end}).focus();
	await page.keyboard.press('Enter');
	await focus(say('cancel'));  // asked first, and where one does nothing
	await page.keyboard.press('Enter');
	await focus(end);
	await page.keyboard.press('Enter');
	await focus(say('cancel'));
	await shot(page, 'people-en-sure', false);
	await page.keyboard.press('Shift+Tab');
	await page.keyboard.press('Enter');
	await box.locator('[role=status]:focus', {hasText: say('people.ended', {name: 'Vera'})}).waitFor();
	await box.locator('tbody tr').nth(1).waitFor({state: 'detached'});
	await other.waitForURL(/\/login\?next=/);
}

/** A truck of Ceke that weighs twice what was declared: it asks for attention at any hour. */
function heavier() {
	const events = truck('ODD-1', {plate: 'O 1', kg: 30_000});
	events[2].unit_weighed.gross_kg += 30_000;
	send(events);
}

await inWorld(async (browser, service) => {
	heavier();
	for (const [name, role] of Object.entries({Vera: 'viewer', Mönkh: 'manager'}))
		juyan(['users', 'add', '--data', service.data, '--role', role, name], {stdin: `secret of ${name}\n`});
	await until(
		async () => (await fetch(`${service.url}/api/v1/session`)).status === 401, 'that the first user shuts the door');
	const page = await watched(browser);
	await viewer(page, service);
	await manager(page, service);
	await release(page, service);
	await sessionEnds(page, service);
	await lookAfter(page, service, await watched(browser));
	// What is refused on purpose is on the browser's console; nothing else may be.
	const wrongs = page.wrongs.filter(of => !/status of (401|403)/.test(of));
	check(wrongs.length === 0, wrongs.join('\n'));
});
