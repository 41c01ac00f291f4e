// At a headquarters: how old what is shown of a site's ports is. A site that is away looks like a quiet port, and is not one.
import type {ComponentChildren} from 'preact';
import type {Live, Site} from '../api';
import {age, moment, portName, span} from '../figures';
import {now} from '../live';
import {useStore} from '../store';
import {t} from '../words/words';
import {useTick} from './parts';

const LATE_MS = 3_600_000;

/** What stands in for a site's news, or is older than an hour. */
export const isLate = (site: Site, at: number): boolean =>
	site.revoked || site.stopped_since_ms !== null || site.as_of_ms === null || at - site.as_of_ms > LATE_MS;

/** The site that a port's figures come from; none where they are told here. */
export const siteOf = (live: Live | null, port: string): Site | undefined =>
	live?.sites.find(site => !site.revoked && site.ports.includes(port)) ??
	live?.sites.find(site => site.revoked && site.as_of_ms !== null && site.ports.includes(port));

function said(site: Site, at: number): string {
	const name = site.name;
	if (site.as_of_ms === null) return t('site.none', {name});
	const of = {name, time: moment(site.as_of_ms), age: age(at - site.as_of_ms), span: span(at - site.as_of_ms)};
	if (site.revoked) return t('site.revoked', of);
	if (site.stopped_since_ms !== null) return t('site.stopped', of);
	return t(isLate(site, at) ? 'site.late' : 'site.asof', of);
}

/** Below a port's figures. `instead` of something else, where there is room for one of them: what is late goes before. */
export function FromSite({port, instead}: {port: string; instead?: ComponentChildren}) {
	const {live} = useStore(now);
	const at = useTick();
	const site = siteOf(live, port);
	const late = site !== undefined && isLate(site, at);
	if (instead !== undefined && !late) return <p class="note">{instead}</p>;
	return site ? <p class={late ? 'note warn' : 'note'}>{said(site, at)}</p> : null;
}

const MOST = 3;

/** Which ports' figures are old, in a line for every page; empty where none are. */
export function lateSites(live: Live | null, at: number): string {
	const late = live?.ports.flatMap(of => {
		const site = siteOf(live, of.port);
		return site && isLate(site, at) ? [{port: of.port, ms: site.as_of_ms}] : [];
	});
	if (!late || late.length === 0) return '';
	late.sort((a, b) => (a.ms ?? 0) - (b.ms ?? 0));
	const names = late
		.slice(0, MOST)
		.map(({port: id, ms}) =>
			ms === null
				? t('site.line.none', {port: portName(id)})
				: t('site.line', {port: portName(id), time: moment(ms)}),
		);
	const more = late.length > MOST ? [t('site.line.more', {n: late.length - MOST})] : [];
	return [...names, ...more].join(t('site.line.joint'));
}
