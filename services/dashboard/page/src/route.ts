// Where the reader is: the address holds it all, so that a link shows the same and the browser's back works.
import {store} from './store';

export interface Route {
	path: string;
	ask: URLSearchParams;
}

const read = (): Route => ({path: location.pathname.replace(/\/+$/, '') || '/', ask: new URLSearchParams(location.search)});

export const route = store<Route>(read());

/** Goes to an address of this page. `instead` leaves no step to go back to. */
export function go(to: string, instead = false): void {
	history[instead ? 'replaceState' : 'pushState'](null, '', to);
	const from = route.get().path;
	route.set(read());
	if (route.get().path !== from) scrollTo(0, 0);
}

/** The present address with some of its parameters changed; empty ones fall away. */
export function withAsk(changes: Record<string, string | null>, path = route.get().path): string {
	const ask = new URLSearchParams(route.get().ask);
	for (const [name, value] of Object.entries(changes))
		if (value === null || value === '') ask.delete(name);
		else ask.set(name, value);
	const text = ask.toString();
	return text === '' ? path : `${path}?${text}`;
}

/** An address with the parameters that are not empty. */
export function address(path: string, ask: Record<string, string | null | undefined> = {}): string {
	const params = new URLSearchParams();
	for (const [name, value] of Object.entries(ask)) if (value) params.set(name, value);
	const text = params.toString();
	return text === '' ? path : `${path}?${text}`;
}

let anew = false;
/** From now on the next way somebody goes loads all of the page: there is a newer build of it. */
export const loadAnew = (): void => {
	anew = true;
};

function onClick(event: MouseEvent): void {
	const link = (event.target as Element | null)?.closest?.('a');
	if (
		!link ||
		event.defaultPrevented ||
		event.button !== 0 ||
		event.metaKey ||
		event.ctrlKey ||
		event.shiftKey ||
		event.altKey
	)
		return;
	if (
		link.target ||
		link.hasAttribute('download') ||
		link.origin !== location.origin ||
		link.pathname.startsWith('/api/') ||
		link.hash ||
		anew
	)
		return;
	event.preventDefault();
	if (link.href !== location.href) go(link.pathname + link.search);
}

export function followLinks(): void {
	document.addEventListener('click', onClick);
	addEventListener('popstate', () => route.set(read()));
}
