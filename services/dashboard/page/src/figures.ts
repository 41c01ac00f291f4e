// Numbers, masses and times for the eye. Times are of the port's own clock, whatever the browser's zone.
import type {Kg, Names, Place} from './api';
import {clock} from './live';
import {store} from './store';
import {hasWord, language, t, word} from './words/words';

export const place = store<Place | null>(null);

const number = (value: number, digits: number): string =>
	new Intl.NumberFormat('en', {minimumFractionDigits: digits, maximumFractionDigits: digits}).format(value);

export const count = (n: number): string => number(n, 0);

interface Step {
	from: number;
	kg: number;
	digits: number;
	unit: 'unit.t' | 'unit.kt' | 'unit.Mt' | 'unit.wan';
}

// From which size (kg) a mass is told in which unit, with how many digits.
const SI: Step[] = [
	{from: 99_950_000_000, kg: 1e9, digits: 1, unit: 'unit.Mt'},
	{from: 999_950_000, kg: 1e9, digits: 2, unit: 'unit.Mt'},
	{from: 99_950_000, kg: 1e6, digits: 1, unit: 'unit.kt'},
	{from: 9_995_000, kg: 1e6, digits: 2, unit: 'unit.kt'},
	{from: 99_950, kg: 1e3, digits: 0, unit: 'unit.t'},
	{from: 0, kg: 1e3, digits: 1, unit: 'unit.t'},
];
const WAN: Step[] = [
	{from: 9_999_500_000, kg: 1e7, digits: 0, unit: 'unit.wan'},
	{from: 999_950_000, kg: 1e7, digits: 1, unit: 'unit.wan'},
	{from: 9_995_000, kg: 1e7, digits: 2, unit: 'unit.wan'},
	{from: 99_950, kg: 1e3, digits: 0, unit: 'unit.t'},
	{from: 0, kg: 1e3, digits: 1, unit: 'unit.t'},
];

const stepOf = (kg: number): Step => {
	const steps = language.get() === 'zh' ? WAN : SI;
	return steps.find(step => Math.abs(kg) >= step.from) ?? (steps[steps.length - 1] as Step);
};

/** Between a number and its unit. */
export const joint = (): string => (language.get() === 'zh' ? '' : '\u00a0');
const percent = (text: string): string => `${text}${joint()}%`;

/** A mass as number and unit; `like` makes the unit that of another mass, so that two stand in the same. A whole is told without
 * zeros behind the point. */
export function massParts(kg: number, like = kg, whole = false): [string, string] {
	const step = stepOf(like);
	const least = 10 ** -step.digits;
	const figure = kg / step.kg;
	// Little is not nothing.
	const written =
		kg === 0 ? '0' : Math.abs(figure) < least / 2 ? `<${number(least, step.digits)}` : number(figure, step.digits);
	// 2600万吨, as it is written there.
	const text = step.unit === 'unit.wan' && Math.abs(kg) < 1e11 ? written.replace(',', '') : written;
	return [whole ? text.replace(/\.0+$/, '') : text, t(step.unit)];
}

export function mass(kg: Kg, like?: number, whole = false): string {
	if (kg === null) return t('unknown');
	const [text, unit] = massParts(kg, like, whole);
	return text + joint() + unit;
}

/** A day's mass in a cell of the calendar, and the unit for all of them. */
export function massCell(kg: number): string {
	if (kg === 0) return '0';
	const of = kg / (language.get() === 'zh' ? 1e7 : 1e6);
	const digits = of < 0.1 ? 2 : of < 9.95 ? 1 : 0;
	return of < 0.005 ? '<0.01' : number(of, digits); // a little is not none
}
export const massCellUnit = (): string => t(language.get() === 'zh' ? 'unit.wan' : 'unit.kt');

/** As a scale's ticket has it. */
export const exact = (kg: Kg): string => (kg === null ? t('unknown') : count(kg) + joint() + t('unit.kg'));

/** What an axis of masses shows: the unit for all its labels, and the label. */
export function massAxis(mostKg: number): {unit: string; label: (kg: number) => string} {
	const step = stepOf(mostKg);
	// Where all is zero the axis has one label, not the same one five times.
	const label = (kg: number): string => (mostKg <= 0 && kg > 0 ? '' : number(kg / step.kg, 2).replace(/\.?0+$/, ''));
	return {unit: t(step.unit), label};
}

/** Of a whole; a part is not told as none, nor as all. */
export function share(part: number, whole: number): string {
	if (whole <= 0) return '–';
	const of = (100 * part) / whole;
	return percent(part > 0 && of < 1 ? '<1' : part < whole && of > 99 ? '>99' : number(of, 0));
}

export function chance(of: number): string {
	return percent(of > 0.99 ? '>99' : of < 0.01 ? '<1' : number(100 * of, 0));
}

/** How much more (or less) than before. */
export function change(nowKg: number, beforeKg: Kg): string {
	if (beforeKg === null || beforeKg <= 0) return '–';
	const more = 100 * (nowKg / beforeKg - 1);
	return percent(more >= 1000 ? '>+999' : `${more < -0.5 ? '−' : more > 0.5 ? '+' : '±'}${number(Math.abs(more), 0)}`);
}

// ---- days and times ----

const DAY_MS = 86_400_000;

export function offsetMs(portId?: string): number {
	const ports = place.get()?.ports ?? [];
	const port = ports.find(of => of.id === portId) ?? ports.find(of => portId && isWithin(of.id, portId)) ?? ports[0];
	const found = /^([+-])(\d\d):(\d\d)$/.exec(port?.utc_offset ?? '+08:00');
	return found ? (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000 : 0;
}

const local = (ms: number, port?: string): string => new Date(ms + offsetMs(port)).toISOString();

export const dayOf = (ms: number, port?: string): string => local(ms, port).slice(0, 10);
export const timeOf = (ms: number, port?: string, seconds = false): string => local(ms, port).slice(11, seconds ? 19 : 16);
export const addDays = (day: string, n: number): string => new Date(Date.parse(day) + n * DAY_MS).toISOString().slice(0, 10);
export const weekday = (day: string): number => (new Date(Date.parse(day)).getUTCDay() + 6) % 7;
export const isDay = (text: string | null): text is string =>
	text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text)) && addDays(text, 0) === text;

/** The port's today; of all ports: the first one's. */
export const today = (portId?: string | null): string => dayOf(clock(), portId ?? undefined);

export const month = (n: number): string => word('month', String(n));
export const monthShort = (n: number): string => word('monthshort', String(n));

/** A day as one says it: with its year, or without. */
export function dayText(day: string, year = true): string {
	const [y, m, d] = day.split('-').map(Number) as [number, number, number];
	return t(year ? 'date.full' : 'date.short', {y: String(y), m: String(m), d: String(d), month: month(m)});
}

export const dayAndWeek = (day: string): string =>
	t('date.week', {day: dayText(day), weekday: word('weekday', String(weekday(day)))});

/** "2025", "2025-01", "2025-01-31" or "2025-01-31T08" as one says it. */
export function periodText(period: string): string {
	if (period.length === 4) return t('date.year', {y: period});
	if (period.length === 7)
		return t('date.month', {
			y: period.slice(0, 4),
			m: String(Number(period.slice(5))),
			month: month(Number(period.slice(5))),
		});
	return period.length > 10
		? `${period.slice(11)}:00–${String(Number(period.slice(11)) + 1).padStart(2, '0')}:00`
		: dayText(period);
}

/** A moment on the port's clock; without the day where it is today's. */
export function moment(ms: number, port?: string, seconds = false): string {
	const day = dayOf(ms, port);
	return day === today(port)
		? timeOf(ms, port, seconds)
		: `${dayText(day, day.slice(0, 4) !== today(port).slice(0, 4))} ${timeOf(ms, port, seconds)}`;
}

export function span(ms: number): string {
	const s = Math.max(0, Math.round(ms / 1000));
	if (s < 60) return t('span.s', {s});
	if (s < 3600) return t('span.min', {m: Math.floor(s / 60)});
	const h = Math.floor(s / 3600),
		m = Math.floor((s % 3600) / 60),
		d = Math.floor(s / 86_400);
	if (d === 0) return m === 0 ? t('span.hours', {h}) : t('span.h', {h, m});
	return d >= 7 || h % 24 === 0 ? t('span.days', {n: d}) : t('span.d', {d, h: h % 24});
}

/** As `span`, in its first unit alone: how long ago. */
export function age(ms: number): string {
	const s = Math.max(0, Math.floor(ms / 1000));
	return s < 60
		? t('age.s', {n: s})
		: s < 3600
			? t('age.min', {n: Math.floor(s / 60)})
			: s < 172_800
				? t('age.h', {n: Math.floor(s / 3600)})
				: t('age.d', {n: Math.floor(s / 86_400)});
}

// ---- names ----

const pick = (names: Names | undefined, id: string): string => names?.[language.get()] || names?.en || id;

const spotOf = (id: string): {names: Names} | undefined =>
	place.get()?.ports.find(of => of.id === id) ?? place.get()?.places.find(of => of.id === id);

/** Of a port, or of a place above ports. */
export const portName = (id: string): string => (id === '' ? t('port.all') : pick(spotOf(id)?.names, id));

/** What stands right above a port or a place; null: nothing. */
const aboveOf = (id: string): string | null =>
	place.get()?.ports.find(of => of.id === id)?.place ?? place.get()?.places.find(of => of.id === id)?.parent ?? null;

/** Whether a port is the one that is asked for, or below the place that is; '' is all. */
export function isWithin(port: string, asked: string): boolean {
	for (let at: string | null = port; at !== null; at = aboveOf(at)) if (at === asked) return true;
	return asked === '';
}

/** Places and ports from the top down, each with how deep it stands. */
export function portTree(above: string | null = null, depth = 0): {id: string; depth: number}[] {
	const {ports = [], places = []} = place.get() ?? {};
	return [
		...places
			.filter(of => of.parent === above)
			.flatMap(of => [{id: of.id, depth}, ...portTree(of.id, depth + 1)]),
		...ports.filter(of => of.place === above).map(of => ({id: of.id, depth})),
	];
}

export function groupName(id: string): string {
	const names = place.get()?.groups.find(group => group.id === id)?.names;
	return names ? pick(names, id) : word('group', id);
}

/** "road-in-3": the lane's word with its number, where there is a word for it. */
export function laneName(lane: string): string {
	const found = /^(.+)-(\d+)$/.exec(lane);
	return found?.[1] && hasWord('lane', found[1]) ? word('lane', found[1]).replace('{n}', found[2] as string) : lane;
}
