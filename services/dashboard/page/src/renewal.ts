// A new build of the page, after the program was upgraded under an open one. A wall, or a login page that nobody types in, takes it
// at once; a desk with the next way somebody goes, so that nothing that is being written is lost.
import {now} from './live';
import {loadAnew} from './route';

const LOOK_MS = 5 * 60_000;
const LONGEST_MS = 24 * 3_600_000;
const KEPT = 'juyan-build';

/** The names of the files that a page begins with; each has its hash in it. */
const filesOf = (page: ParentNode): string =>
	[...page.querySelectorAll('script[src], link[rel=stylesheet][href]')]
		.map(of => of.getAttribute('src') ?? of.getAttribute('href'))
		.sort()
		.join();

/** Nobody touches this page: it may go at any time. */
const isUnattended = (): boolean =>
	location.pathname.startsWith('/wall') ||
	(location.pathname === '/login' && ![...document.querySelectorAll('input')].some(field => field.value !== ''));

/** One build is loaded once: an old copy that is handed out again must not make the page turn for ever. */
function isNews(files: string): boolean {
	try {
		if (sessionStorage.getItem(KEPT) === files) return false;
		sessionStorage.setItem(KEPT, files);
	} catch {
		/* nothing is remembered here */
	}
	return true;
}

/** Looks now and then, and when the service comes back. A wall is loaded anew once a day as well, while the service answers. */
export function followBuild(): void {
	const mine = filesOf(document);
	const began = Date.now();
	const look = async (): Promise<void> => {
		const answer = await fetch(location.pathname, {cache: 'no-store', credentials: 'same-origin'}).catch(() => null);
		const text = answer?.ok ? await answer.text().catch(() => '') : '';
		const files = filesOf(new DOMParser().parseFromString(text, 'text/html'));
		if (files === '') return;
		const isOld = files !== mine;
		if (isOld) loadAnew();
		if (isUnattended() && (isOld ? isNews(files) : Date.now() - began > LONGEST_MS)) location.reload();
	};
	let state = now.get().state;
	now.on(() => {
		const was = state;
		state = now.get().state;
		if (was === 'broken' && state === 'fresh') void look();
	});
	setInterval(() => void look(), LOOK_MS);
}
