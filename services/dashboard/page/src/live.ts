// The event stream: what is live, since when nothing is known, and coming back. Read with fetch and not with EventSource, for its
// heartbeats are comments, which EventSource keeps to itself: a stream that hangs would look alive.
import {ask, type Live, type Mark} from './api';
import {store} from './store';

export interface Now {
	live: Live | null;
	/** "first": nothing has come yet; "silent": the ledger does not speak; "broken": the service does not. */
	state: 'first' | 'fresh' | 'silent' | 'broken';
	/** Up to when (the service's clock) all is known. */
	knownMs: number;
}

export const now = store<Now>({live: null, state: 'first', knownMs: 0});

const BEAT_MS = 10_000;
const SILENT_MS = BEAT_MS + 2_500;
const WAIT_MS_MAX = 15_000;

let ahead = 0; // of our clock, the service's
let heard = 0; // when bytes last came, by our clock

/** The service's clock. */
export const clock = (): number => Date.now() + ahead;

/** No terminal has ever told anything of any port: the zeros are not counted ones. */
export const isUntold = (live: Live | null): boolean => live !== null && live.ports.every(of => of.last_event_ms === null);

function know(mark: Mark, live: Live | null): void {
	ahead = mark.made_at_ms - Date.now();
	const held = live ?? now.get().live;
	const silentSince = mark.made_at_ms - BEAT_MS; // the service says so after that long
	now.set(
		mark.fresh
			? {live: held, state: 'fresh', knownMs: mark.made_at_ms}
			: {
					live: held,
					state: 'silent',
					knownMs: Math.min(now.get().knownMs || (mark.received_at_ms ?? 0), silentSince),
				},
	);
}

function alive(): void {
	heard = Date.now();
	if (now.get().state === 'fresh') now.set({...now.get(), knownMs: clock()});
}

function broken(): void {
	const {live, state, knownMs} = now.get();
	if (state === 'fresh' || state === 'silent') now.set({live, state: 'broken', knownMs});
	else if (state === 'first') now.set({live, state: 'broken', knownMs: 0});
}

function tell(kind: string, data: string): void {
	if (kind === 'live') {
		const live = JSON.parse(data) as Live;
		know(live.mark, live);
	} else if (kind === 'stale') {
		know({...(JSON.parse(data) as Mark), fresh: false}, null);
	}
}

/** Reads one event after another from what has come; gives back what is not yet whole. */
function take(text: string): string {
	let end: number;
	while ((end = text.indexOf('\n\n')) >= 0) {
		let kind = 'message',
			data = '';
		for (const line of text.slice(0, end).split('\n')) {
			if (line.startsWith('event:')) kind = line.slice(6).trim();
			else if (line.startsWith('data:')) data += line.slice(5).trimStart();
		}
		if (data !== '') tell(kind, data);
		text = text.slice(end + 2);
	}
	return text;
}

async function listen(stop: AbortController): Promise<void> {
	// Without Last-Event-ID: every `live` is the whole present, and whoever comes new is told it at once.
	const headers = {accept: 'text/event-stream'};
	const answer = await fetch('/api/v1/events', {headers, credentials: 'same-origin', cache: 'no-store', signal: stop.signal});
	if (!answer.ok || !answer.body) {
		if (answer.status === 401) await ask('/api/v1/session').catch(() => undefined); // shows the login page
		throw new Error(String(answer.status));
	}
	const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
	let text = '';
	for (;;) {
		const {value, done} = await reader.read();
		if (done) return;
		text = take((text + value).replace(/\r\n?/g, '\n'));
		alive();
	}
}

/** Begins to listen, for as long as the page stands. */
export async function listenForGood(): Promise<never> {
	let stop = new AbortController();
	let wait = 500;
	heard = Date.now();
	setInterval(() => {
		if (Date.now() - heard > SILENT_MS) {
			broken();
			stop.abort();
		}
	}, 1_000);
	for (;;) {
		const began = Date.now();
		try {
			await listen(stop);
		} catch {
			/* whatever it was: come again */
		}
		broken();
		wait = Date.now() - began > 30_000 ? 500 : Math.min(wait * 2, WAIT_MS_MAX);
		do await new Promise(go => setTimeout(go, wait * (0.75 + Math.random() / 2)));
		while (location.pathname === '/login');
		stop = new AbortController();
		heard = Date.now();
	}
}

/** While the feed is silent the stream says so once; ask now and then whether it speaks again, in case that news was lost. */
export function lookAgain(): void {
	setInterval(async () => {
		if (now.get().state !== 'silent') return;
		const live = await ask<Live>('/api/v1/live').catch(() => null);
		if (live?.mark.fresh) know(live.mark, live);
	}, BEAT_MS);
}
