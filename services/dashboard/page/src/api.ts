// The contract of ../openapi.yaml as types, and the only place that asks over HTTP (live.ts alone holds the stream open).
import {useLayoutEffect, useEffect, useRef, useState} from 'preact/hooks';

export type Kg = number | null;
export type Ms = number | null;
export type Names = {zh: string; mn: string; en: string};
export type Mode = 'truck' | 'agv' | 'rail';

export interface Mark {
	lsn: number;
	received_at_ms: Ms;
	made_at_ms: number;
	fresh: boolean;
}
export interface Mass {
	net_kg: number;
	weighed_kg: number;
	declared_kg: number;
	corrected_kg: number;
	batches: number;
	units: number;
	units_unknown: number;
}
export interface Session {
	name: string;
	role: 'viewer' | 'manager' | 'administrator';
	accounts: boolean;
}
export interface OpenSession {
	number: number;
	name: string;
	role: Session['role'];
	address: string;
	begun_at_ms: number;
	used_at_ms: number;
	own: boolean;
}
export interface Port {
	id: string;
	names: Names;
	utc_offset: string;
	today: string;
	lanes: string[];
	count_on: 'release' | 'departure';
	place: string | null;
}
/** What lies above ports: a league, a region. It may stand wherever a port is chosen, and means all ports below it. */
export interface Above {
	id: string;
	names: Names;
	parent: string | null;
}
export interface Goal {
	id: string;
	name: string;
	ports: string[];
	direction: string;
	mode: string;
	groups: string[];
	from: string;
	to: string;
	target_kg: number;
	approved_by: string;
	source: string;
}
export interface Place {
	mark: Mark;
	ports: Port[];
	places: Above[];
	groups: {id: string; names: Names}[];
	goals: Goal[];
}
export interface Yard {
	arrived: number;
	weighed: number;
	inspected: number;
	held: number;
	released: number;
	units: number;
	unheard: number;
}
export interface LivePort {
	port: string;
	today: string;
	so_far: Mass;
	by_mode: {mode: Mode; mass: Mass}[];
	ordinary_kg: Kg;
	ordinary_days: number;
	yard: Yard;
	last_event_ms: Ms;
}
export interface Site {
	name: string;
	ports: string[];
	as_of_ms: Ms;
	stopped_since_ms: Ms;
	revoked: boolean;
}
export interface Live {
	mark: Mark;
	ports: LivePort[];
	total: Mass;
	year: {goal: string | null; done_kg: Kg};
	sites: Site[];
	attention: number;
}
export interface Quantiles {
	mean_kg: number;
	p025_kg: number;
	p10_kg: number;
	p25_kg: number;
	p50_kg: number;
	p75_kg: number;
	p90_kg: number;
	p975_kg: number;
}
export interface GoalReport {
	end: Quantiles;
	chance: number;
	met_on: string | null;
	met_is_estimated: boolean;
	reached_p10: string | null;
	reached_p50: string | null;
	reached_p90: string | null;
	days_left: number;
	open_days_left: number;
	rate_needed_kg: number;
	rate_had_kg: number;
	next_goal: string | null;
	sentences: string[];
	origin: string;
	lsn: number;
	seed: number;
	paths: number;
	model: string;
	backtest: string;
	notes: string[];
}
export interface CoursePoint {
	day: string;
	plan_kg: Kg;
	done_kg: Kg;
	last_year_kg: Kg;
	to_date: Quantiles | null;
}
export interface Overview {
	mark: Mark;
	goal: Goal | null;
	done: Mass;
	published_kg: Kg;
	plan_kg: Kg;
	last_year_kg: Kg;
	known_to: string | null;
	report: GoalReport | null;
	why_none: string | null;
	course: CoursePoint[];
	by_port_mode: {port: string; mode: string; direction: string; mass: Mass; last_year_kg: Kg}[];
	records: {port: string; day: string; net_kg: number; units: number}[];
}
export interface Crossing {
	port: string;
	batch_no: string;
	direction: string;
	mode: string;
	stage: string;
	units: number;
	units_departed: number;
	lodged_at_ms: Ms;
	arrived_at_ms: Ms;
	first_weighed_at_ms: Ms;
	last_weighed_at_ms: Ms;
	inspected_at_ms: Ms;
	released_at_ms: Ms;
	departed_at_ms: Ms;
	lane_in: string;
	lane_out: string;
	inspections: number;
	second_inspection: boolean;
	held: string;
	declared_kg: Kg;
	weighed_kg: Kg;
	counted_kg: Kg;
	units_unknown: number;
}
export interface Dwell {
	mode: string;
	kind: string;
	n: number;
	p50_ms: Ms;
	p90_ms: Ms;
}
export interface Flow {
	mark: Mark;
	day: string;
	running: boolean;
	hours: {hour: string; mode: string; mass: Mass}[];
	yard: Yard;
	crossings: Crossing[];
	crossings_more: boolean;
	dwell: Dwell[];
	lanes: {port: string; lane: string; registered: boolean; last_at_ms: Ms; happened: string; batch_no: string}[];
	agv: {hour: string; trips: number; net_kg: number}[];
	trains: Crossing[];
}
export interface DayMark {
	port: string;
	kind: 'closed' | 'holiday' | 'open_by_agreement';
	country: string;
	festival: string;
	note: string;
}
export interface CalendarDay {
	day: string;
	mass: Mass | null;
	passed: boolean;
	marks: DayMark[];
	record: boolean;
}
export interface Calendar {
	mark: Mark;
	year: number;
	days: CalendarDay[];
}
export interface Goods {
	mark: Mark;
	from: string;
	to: string;
	before_from: string;
	before_to: string;
	rows: {group: string; direction: string; mass: Mass; before: Mass | null}[];
}
export interface Found {
	mark: Mark;
	rows: {found: string; kind: string; crossing: Crossing}[];
	more: boolean;
}
export interface StoryEvent {
	lsn: number;
	terminal_no: number;
	terminal_name: string;
	stream_seq: number;
	received_at_ms: number;
	occurred_at_ms: number;
	kind: string;
	holds: boolean;
	remarks: string[];
	remark_names: string[];
	event: Record<string, unknown>;
}
export interface Story {
	mark: Mark;
	port: string;
	batch_no: string;
	state: string;
	crossing: Crossing | null;
	counted: {unit_id: string; hour: string; direction: string; mode: string; group: string; basis: string; net_kg: Kg}[];
	remarks: string[];
	remark_names: string[];
	events: StoryEvent[];
}
export interface AttentionRow {
	subject: string;
	kind: string;
	port: string;
	batch_no: string;
	lsn: number;
	terminal_no: number;
	terminal_name: string;
	since_ms: Ms;
	sentence: string;
	measured: number;
	usual: number;
	noted_by: string;
	note: string;
	noted_at_ms: Ms;
	reasons: string[];
	machine: string;
	machine_kind: string;
	condition: string;
	machine_note: string;
}
export interface Attention {
	mark: Mark;
	rows: AttentionRow[];
	more: boolean;
	counts: {kind: string; n: number; at_least: boolean}[];
}
export interface MachineSpan {
	known_ms: number;
	available_ms: number;
	charging_ms: number;
	stops: number;
	faults: number;
}
export interface Machine {
	port: string;
	machine: string;
	kind: string;
	condition: string;
	since_ms: number;
	told_ms: number;
	outdated: boolean;
	note: string;
	lane: string;
	latest: MachineSpan;
	day: MachineSpan;
	hours: (number | null)[];
}
export interface Machines {
	mark: Mark;
	rows: Machine[];
	more: boolean;
}
export interface Quarantined {
	mark: Mark;
	lsn: number;
	terminal_no: number;
	terminal_name: string;
	stream_seq: number;
	received_at_ms: number;
	code: number;
	name: string;
	sentence: string;
	state: 'waiting' | 'released' | 'dismissed';
	event: Record<string, unknown> | null;
	settled_by: string;
	settled_reason: string;
}
export interface Done {
	lsn: number;
}
export interface Report {
	mark: Mark;
	from: string;
	to: string;
	port: string;
	total: Mass;
	before: Mass | null;
	by_period: {period: string; mass: Mass}[];
	by_mode_direction: {port: string; mode: string; direction: string; mass: Mass}[];
	by_group: {group: string; direction: string; mass: Mass}[];
	dwell: Dwell[];
	remarks: string[];
}
export interface Problem {
	type: string;
	title: string;
	status: number;
	detail: string;
	parameter?: string;
	expected?: string;
}

/** What the service answered instead; status 0: it did not answer. */
export class Refused extends Error {
	constructor(readonly problem: Problem) {
		super(problem.detail);
	}
}

const NO_ANSWER_MS = 20_000;
const AGAIN_MS = 8_000;

/** Whether the same question may be answered later. */
const mayPass = (status: number): boolean => status === 0 || status === 429 || status >= 500;

async function problemOf(answer: Response): Promise<Problem> {
	try {
		const told = (await answer.json()) as Partial<Problem>;
		if (typeof told.detail === 'string')
			return {type: 'about:blank', title: '', ...told, status: answer.status, detail: told.detail};
	} catch {
		/* not a problem document: the status must do */
	}
	return {type: 'about:blank', title: '', status: answer.status, detail: ''};
}

let onNoSession = (): void => {};
/** What to do when the service asks for a login. */
export function whenNoSession(act: () => void): void {
	onNoSession = act;
}

export async function ask<T>(path: string, how: RequestInit = {}): Promise<T> {
	const late = new AbortController();
	const timer = setTimeout(() => late.abort(), NO_ANSWER_MS);
	how.signal?.addEventListener('abort', () => late.abort());
	try {
		const answer = await fetch(path, {credentials: 'same-origin', cache: 'no-store', ...how, signal: late.signal});
		if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
		const problem = await problemOf(answer);
		if (answer.status === 401 && !(how.method === 'POST' && path === '/api/v1/session')) onNoSession();
		throw new Refused(problem);
	} catch (wrong) {
		if (wrong instanceof Refused) throw wrong;
		throw new Refused({type: 'about:blank', title: '', status: 0, detail: ''});
	} finally {
		clearTimeout(timer);
	}
}

export const send = <T>(path: string, body: unknown): Promise<T> =>
	ask<T>(path, {method: 'POST', headers: {'content-type': 'application/json'}, body: JSON.stringify(body)});

const ahead = new Map<string, Promise<unknown>>();
/** What the first page will ask, asked before it is drawn; the answer is given once. */
export function askAhead(path: string): void {
	const answer = ask(path);
	answer.catch(() => undefined);
	ahead.set(path, answer);
}

function takeAhead<T>(path: string): Promise<T> {
	const answer = ahead.get(path) as Promise<T> | undefined;
	ahead.delete(path);
	return answer ?? ask<T>(path);
}

export interface Asked<T> {
	data: T | null;
	wrong: Problem | null;
	busy: boolean;
	again: () => void;
}

/**
 * The answer to a question, asked again at most every `everyMs` while `changed` changes, when the reader asks, and after a
 * failure that may pass. What another address answered is never shown under this one; after a failure the last answer stays,
 * next to what is wrong.
 */
export function useAsk<T>(path: string | null, changed: unknown = 0, everyMs = 5_000): Asked<T> {
	const [held, hold] = useState<{path: string | null; data: T | null; wrong: Problem | null; busy: boolean}>({
		path,
		data: null,
		wrong: null,
		busy: true,
	});
	const [turn, again] = useState(0);
	const last = useRef({path: '', turn: -1, at: 0});
	useLayoutEffect(() => {
		if (path === null) return;
		const fresh = last.current.path !== path || last.current.turn !== turn;
		const wait = fresh ? 0 : Math.max(0, last.current.at + everyMs - Date.now());
		const put = async (): Promise<void> => {
			last.current = {path, turn, at: Date.now()};
			hold(was => ({
				path,
				data: was.path === path ? was.data : null,
				wrong: was.path === path ? was.wrong : null,
				busy: true,
			}));
			try {
				const data = await takeAhead<T>(path);
				if (last.current.path === path) hold({path, data, wrong: null, busy: false});
			} catch (wrong) {
				if (last.current.path === path)
					hold(was => ({
						path,
						data: was.path === path ? was.data : null,
						wrong: (wrong as Refused).problem,
						busy: false,
					}));
			}
		};
		if (wait === 0) return void put();
		const timer = setTimeout(() => void put(), wait);
		return () => clearTimeout(timer);
	}, [path, turn, changed, everyMs]);
	const failed = held.path === path && held.wrong !== null && mayPass(held.wrong.status);
	useEffect(() => {
		if (!failed) return;
		const timer = setTimeout(() => again(n => n + 1), AGAIN_MS);
		return () => clearTimeout(timer);
	}, [failed, held]);
	const mine = held.path === path ? held : {data: null, wrong: null, busy: true};
	return {data: mine.data, wrong: mine.wrong, busy: mine.busy, again: () => again(n => n + 1)};
}
