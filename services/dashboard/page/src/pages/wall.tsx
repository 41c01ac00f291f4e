// One screen for a wall: large, nothing to touch, the same for days. It takes a new build by itself.
import {useEffect, useMemo} from 'preact/hooks';
import {useAsk, type Flow, type Live, type LivePort, type Overview} from '../api';
import {Columns} from '../charts/hours';
import {YearChart} from '../charts/year';
import {addDays, chance, change, count, dayAndWeek, dayOf, dayText, mass, portName, share, timeOf} from '../figures';
import {clock, now} from '../live';
import {goalName} from '../parts/goal';
import {Age, Amount, Bar, ModeName, portAsked, useTick} from '../parts/parts';
import {Freshness} from '../parts/freshness';
import {address} from '../route';
import {useStore} from '../store';
import {t, word} from '../words/words';
import {hoursOf} from './flow';
import {doneNow, isKnown} from './overview';

const LOOK_MS = 5 * 60_000;
const LONGEST_MS = 24 * 3_600_000;

/** The names of the page's own files, as the service hands them out now. */
const filesOf = (html: string): string =>
	[...html.matchAll(/\/assets\/[\w.-]+/g)]
		.map(found => found[0])
		.sort()
		.join();

/** Loads the page anew when its build has changed, and once a day, but only while the service answers. */
function useRenewal(): void {
	useEffect(() => {
		const began = Date.now();
		let mine: string | null = null;
		const look = async (): Promise<void> => {
			const answer = await fetch('/wall', {cache: 'no-store', credentials: 'same-origin'}).catch(() => null);
			if (!answer?.ok) return;
			const files = filesOf(await answer.text());
			mine ??= files;
			if (files !== '' && (files !== mine || Date.now() - began > LONGEST_MS)) location.reload();
		};
		void look();
		const timer = setInterval(() => void look(), LOOK_MS);
		return () => clearInterval(timer);
	}, []);
}

function Clock({port}: {port: string}) {
	const at = useTick();
	return (
		<p class="clock">
			<span class="time">{timeOf(at, port)}</span>
			<span>{dayAndWeek(dayOf(at, port))}</span>
		</p>
	);
}

function Year({data, live}: {data: Overview; live: Live}) {
	const {goal, report} = data;
	const done = doneNow(data, live);
	return (
		<section class="card year" aria-labelledby="wall-year">
			<h2 id="wall-year">{goal ? goalName(goal) : t('overview.nogoal')}</h2>
			<div class="numbers">
				<p class="huge">
					<Amount kg={isKnown(data, done) ? done : null} />
					{goal && isKnown(data, done) && <small> {share(done, goal.target_kg)}</small>}
				</p>
				<dl class="side">
					{report?.met_on && (
						<div>
							<dt>{t('goal.met')}</dt>
							<dd>{dayText(report.met_on, false)}</dd>
						</div>
					)}
					{report && !report.met_on && (
						<div>
							<dt>{t('goal.chance')}</dt>
							<dd>{chance(report.chance)}</dd>
						</div>
					)}
					{report && !report.met_on && (
						<div>
							<dt>{t('goal.date')}</dt>
							<dd>
								{report.reached_p50
									? dayText(report.reached_p50, false)
									: t('goal.notwithin')}
							</dd>
						</div>
					)}
					{data.last_year_kg !== null && (
						<div>
							<dt>{t('change')}</dt>
							<dd>{change(done, data.last_year_kg)}</dd>
						</div>
					)}
				</dl>
				{!report && goal && <p class="note">{t('goal.none')}</p>}
			</div>
			<YearChart data={data} tall="fill" />
		</section>
	);
}

const sum = (of: LivePort[], pick: (port: LivePort) => number): number => of.reduce((total, port) => total + pick(port), 0);

const weighedPart = ({so_far: {net_kg: net, weighed_kg: weighed}}: LivePort): string =>
	net > 0 ? `${t('basis.short', {share: share(weighed, net), basis: word('basis', 'weighed')})} · ` : '';

function Today({ports}: {ports: LivePort[]}) {
	return (
		<section class="card today" aria-labelledby="wall-today">
			<h2 id="wall-today">{t('today.sofar')}</h2>
			{ports.map(of => {
				const most = Math.max(of.so_far.net_kg, of.ordinary_kg ?? 0);
				return (
					<div key={of.port} class="port">
						<h3>{portName(of.port)}</h3>
						{of.last_event_ms === null ? (
							<p class="huge">
								<Amount kg={null} />
							</p>
						) : (
							<p class="huge">
								<Amount kg={of.so_far.net_kg} />{' '}
								<small>{t('units.n', {n: of.so_far.units})}</small>
							</p>
						)}
						<p class="note">
							{weighedPart(of)}
							{of.last_event_ms === null ? (
								t('today.never')
							) : (
								<>
									{t('today.last')} <Age ms={of.last_event_ms} />
								</>
							)}
						</p>
						{of.ordinary_kg !== null && (
							<>
								<Bar part={of.so_far.net_kg} of={most} />
								<Bar part={of.ordinary_kg} of={most} tone="plan" />
								<p class="note">
									{t('today.ordinary')}
									{': '}
									{mass(of.ordinary_kg)}
								</p>
							</>
						)}
						<ul class="modes">
							{of.by_mode.map(({mode, mass: part}) => (
								<li key={mode}>
									<ModeName mode={mode} /> <Amount kg={part.net_kg} />
								</li>
							))}
						</ul>
					</div>
				);
			})}
		</section>
	);
}

function YardNow({ports, attention}: {ports: LivePort[]; attention: number}) {
	return (
		<section class="card yard" aria-labelledby="wall-yard">
			<h2 id="wall-yard">{t('yard.now')}</h2>
			<ol class="stages">
				{(['arrived', 'weighed', 'inspected', 'held', 'released'] as const).map(stage => {
					const n = sum(ports, of => of.yard[stage]);
					return (
						<li key={stage} class={`stage ${stage}${n === 0 ? ' none' : ''}`}>
							<span class="big">{count(n)}</span>
							<span>{word('yard', stage)}</span>
						</li>
					);
				})}
				<li class={attention > 0 ? 'stage held' : 'stage none'}>
					<span class="big">{count(attention)}</span>
					<span>{t('attention')}</span>
				</li>
			</ol>
		</section>
	);
}

function Hours({data}: {data: Flow}) {
	const columns = useMemo(() => hoursOf(data), [data]);
	return (
		<section class="card hours" aria-labelledby="wall-hours">
			<h2 id="wall-hours">{t('flow.hours')}</h2>
			{data.hours.length > 0 ? (
				<Columns columns={columns} label={t('flow.hours.label', {day: dayAndWeek(data.day)})} />
			) : (
				<p class="empty">{t('flow.nohours')}</p>
			)}
		</section>
	);
}

export function Wall() {
	useRenewal();
	const {live} = useStore(now);
	const port = portAsked();
	const overview = useAsk<Overview>('/api/v1/overview', live?.mark.lsn ?? Math.floor(clock() / 60_000), 60_000);
	const flow = useAsk<Flow>(address('/api/v1/flow', {port}), live?.mark.lsn, 10_000);
	const ports = live?.ports.filter(of => port === '' || of.port === port) ?? [];
	return (
		<main id="main" class="wall" tabIndex={-1}>
			<header>
				<h1>
					{t('brand.long')} <span>{portName(port)}</span>
				</h1>
				<Freshness />
				<Clock port={port} />
			</header>
			{live && overview.data ? (
				<Year data={overview.data} live={live} />
			) : (
				<section class="card year">
					<p class="waiting">{t('waiting')}</p>
				</section>
			)}
			{live && <Today ports={ports} />}
			{live && <YardNow ports={ports} attention={live.attention} />}
			{flow.data && flow.data.day >= addDays(dayOf(clock(), port), -1) && <Hours data={flow.data} />}
		</main>
	);
}
