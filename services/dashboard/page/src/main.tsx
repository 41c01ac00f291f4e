// Opens the page of the address; one event stream for all of them.
import {render, type ComponentType} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {ask, askAhead, useAsk, whenNoSession, type Place} from './api';
import {place} from './figures';
import {listenForGood, lookAgain, now} from './live';
import {Attention} from './pages/attention';
import {Batch} from './pages/batch';
import {Calendar} from './pages/calendar';
import {Flow} from './pages/flow';
import {Goods} from './pages/goods';
import {Login} from './pages/login';
import {Machines} from './pages/machines';
import {Overview} from './pages/overview';
import {Reports} from './pages/reports';
import {Wall} from './pages/wall';
import {Freshness} from './parts/freshness';
import {Empty} from './parts/parts';
import {People} from './parts/people';
import {Teller} from './parts/teller';
import {followBuild} from './renewal';
import {address, followLinks, go, route} from './route';
import {learnSession, session} from './session';
import {useStore} from './store';
import {choose, followTheme, theme, type Theme} from './theme';
import {firstLanguage, language, LANGUAGE_NAMES, LANGUAGES, speak, t, word, type Key, type Language} from './words/words';
import './style/tokens.css';
import './style/layout.css';
import './style/parts.css';
import './style/tables.css';
import './style/wall.css';
import './style/print.css';

const PAGES: Record<string, {title: Key; page: ComponentType}> = {
	overview: {title: 'overview', page: Overview},
	flow: {title: 'flow', page: Flow},
	calendar: {title: 'calendar', page: Calendar},
	goods: {title: 'goods', page: Goods},
	batch: {title: 'batch.title', page: Batch},
	machines: {title: 'machines', page: Machines},
	attention: {title: 'attention', page: Attention},
	reports: {title: 'reports', page: Reports},
};

const pageName = (): string => route.get().path.split('/')[1] ?? '';

function Settings() {
	const chosen = useStore(theme);
	return (
		<div class="settings">
			<label>
				<span class="hidden">{t('language')}</span>
				<select
					id="language"
					value={language.get()}
					onChange={event => void speak(event.currentTarget.value as Language, true)}>
					{LANGUAGES.map(of => (
						<option key={of} value={of} lang={of}>
							{LANGUAGE_NAMES[of]}
						</option>
					))}
				</select>
			</label>
			<label>
				<span class="hidden">{t('theme')}</span>
				<select id="theme" value={chosen} onChange={event => choose(event.currentTarget.value as Theme)}>
					{(['auto', 'light', 'dark'] as const).map(of => (
						<option key={of} value={of}>
							{word('theme', of)}
						</option>
					))}
				</select>
			</label>
		</div>
	);
}

function Person() {
	const who = useStore(session);
	if (!who?.accounts || who.name === '') return null;
	const leave = async (): Promise<void> => {
		await ask('/api/v1/session', {method: 'DELETE'}).catch(() => undefined);
		location.assign('/login');
	};
	return (
		<div class="person">
			<span>
				<bdi>{who.name}</bdi> <small>{word('role', who.role)}</small>
			</span>
			{who.role === 'administrator' && <People />}
			<button type="button" onClick={() => void leave()}>
				{t('logout')}
			</button>
		</div>
	);
}

function Menu() {
	const {live} = useStore(now);
	const [open, show] = useState(false);
	const name = pageName();
	const {path} = useStore(route);
	useEffect(() => show(false), [path]);
	return (
		<>
			<button type="button" class="menu" aria-expanded={open} aria-controls="menu" onClick={() => show(!open)}>
				{t('menu')}
			</button>
			<div id="menu" class={open ? 'open' : ''}>
				<nav aria-label={t('menu')}>
					<ul>
						{Object.entries(PAGES).map(([of, {title}]) => (
							<li key={of}>
								<a href={`/${of}`} aria-current={of === name ? 'page' : undefined}>
									{t(title)}
									{of === 'attention' && live && live.attention > 0 && (
										<b class="badge">
											{live.attention}
											<span class="hidden">
												{' '}
												{t('attention.waiting')}
											</span>
										</b>
									)}
								</a>
							</li>
						))}
					</ul>
				</nav>
				<Settings />
				<Person />
			</div>
		</>
	);
}

function NotHere() {
	return (
		<>
			<h1>{t('nothere')}</h1>
			<Empty>
				<a href="/overview">{t('overview')}</a>
			</Empty>
		</>
	);
}

/** The title says where one is; on another page the focus goes to its heading, so that a reader begins there. */
function useArrival(title: string): void {
	const {path} = useStore(route);
	const first = useRef(true);
	useEffect(() => {
		document.title = `${title} – ${t('brand')}`;
	}, [title]);
	useEffect(() => {
		if (!first.current) document.getElementById('main')?.focus({preventScroll: true});
		first.current = false;
	}, [path]);
}

function Frame() {
	useStore(route);
	const {state} = useStore(now);
	const shown = PAGES[pageName()];
	useArrival(shown ? t(shown.title) : t('nothere'));
	const Page = shown?.page ?? NotHere;
	return (
		<div class={`frame ${state}`}>
			<a class="skip" href="#main">
				{t('skip')}
			</a>
			<header class="whole">
				<div class="top">
					<a class="brand" href="/overview">
						<img src="/icon.svg" alt="" width="28" height="28" />
						<span>{t('brand')}</span>
					</a>
					<Menu />
				</div>
				<Freshness />
			</header>
			<main id="main" tabIndex={-1}>
				<Page />
			</main>
			<Teller />
		</div>
	);
}

function App() {
	const speaking = useStore(language);
	const {path} = useStore(route);
	const {live} = useStore(now);
	const entry = path === '/login';
	const asked = useAsk<Place>(entry ? null : '/api/v1/place', live?.mark.lsn, 60_000);
	useEffect(() => {
		if (asked.data) place.set(asked.data);
	}, [asked.data]);
	useStore(place);
	if (entry)
		return (
			<div key={speaking} class="frame">
				<header class="top">
					<span class="brand">
						<img src="/icon.svg" alt="" width="28" height="28" />
						<span>{t('brand')}</span>
					</span>
					<Settings />
				</header>
				<main id="main" tabIndex={-1}>
					<Login />
				</main>
			</div>
		);
	if (pageName() === 'wall') return <Wall key={speaking} />;
	return <Frame key={speaking} />;
}

/** A file of the page that is gone was of an older build: the page is loaded anew, unless it has only just been. */
function takeNewBuild(): void {
	addEventListener('vite:preloadError', () => {
		if (performance.now() > 10_000) location.reload();
	});
}

/** What does not depend on what is drawn is not kept waiting for it. */
function askFirst(): void {
	void learnSession();
	void listenForGood();
	lookAgain();
	askAhead('/api/v1/place');
	if (pageName() === 'overview') askAhead(address('/api/v1/overview', {goal: route.get().ask.get('goal') ?? ''}));
}

async function begin(): Promise<void> {
	takeNewBuild();
	followTheme();
	followLinks();
	followBuild();
	if (route.get().path === '/') go('/overview', true);
	whenNoSession(() => {
		const {path, ask} = route.get();
		const next = location.pathname + location.search;
		if (path !== '/login') go(address('/login', {next, lang: ask.get('lang'), theme: ask.get('theme')}), true);
	});
	if (route.get().path !== '/login') askFirst();
	await speak(firstLanguage());
	render(<App />, document.getElementById('page') as HTMLElement);
}

void begin();
