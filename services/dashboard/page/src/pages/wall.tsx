// One screen for a wall: large, nothing to touch, the same for days. Midnight, the turn of the year, a service that restarts and a
// new build (renewal.ts) pass without a hand; where a session ends, the login page says so and leads back here.
import {useEffect, useMemo} from 'preact/hooks';
import {useAsk, type Flow, type Live, type LivePort, type Overview} from '../api';
import {Columns} from '../charts/hours';
import {YearChart} from '../charts/year';
import {
	chance,
	change,
	count,
	dayAndWeek,
	dayOf,
	dayText,
	isWithin,
	mass,
	moment,
	place,
	portName,
	share,
	timeOf,
} from '../figures';
import {isUntold, now} from '../live';
import {goalName} from '../parts/goal';
import {Age, Amount, Bar, ModeName, portAsked, Unknown, useMoved, useTick, useToday} from '../parts/parts';
import {FromSite} from '../parts/site';
import {Freshness} from '../parts/freshness';
import {address} from '../route';
import {useStore} from '../store';
import {t, word} from '../words/words';
import {hoursOf} from './flow';
import {doneNow, isKnown, withoutGuess} from './overview';

function Clock({port}: {port: string}) {
	const at = useTick();
	return (
		<p class="clock">
			<span class="time">{timeOf(at, port)}</span>
			<span>{dayAndWeek(dayOf(at, port))}</span>
		</p>
	);
}

/** What stands beside the year's sum: the forecast's figures, and how the year before went. */
function Side({data, done}: {data: Overview; done: number}) {
	const {report, plan_kg: plan} = data;
	const open = report !== null && report.met_on === null;
	const most = report ? Math.max(report.rate_needed_kg, report.rate_had_kg) : 0;
	const facts: [string, string][] = [];
	if (plan !== null)
		facts.push([t(done < plan ? 'wall.behind' : 'wall.ahead'), mass(Math.abs(done - plan))]);
	if (data.last_year_kg !== null) facts.push([t('change'), change(done, data.last_year_kg)]);
	if (report?.met_on) facts.push([t('goal.met'), dayText(report.met_on, false)]);
	if (open) {
		facts.push([t('goal.chance'), chance(report.chance)]);
		facts.push([t('goal.date'), report.reached_p50 ? dayText(report.reached_p50, false) : t('goal.notwithin')]);
		if (report.open_days_left > 0) {
			facts.push([t('wall.needed'), mass(report.rate_needed_kg, most)]);
			facts.push([t('wall.had'), mass(report.rate_had_kg, most)]);
		}
	}
	return (
		<dl class="side">
			{facts.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

/** On what the year's sum rests, up to when it is told, and from when the forecast is. */
function Resting({data, live}: {data: Overview; live: Live}) {
	const {net_kg: net, weighed_kg: weighed} = data.done;
	const {made_at_ms: at} = live.mark.lsn > data.mark.lsn ? live.mark : data.mark;
	const parts = [
		net > 0 && t('basis.short', {share: share(weighed, net), basis: word('basis', 'weighed')}),
		t('asof', {time: moment(at)}),
		data.report && t('wall.forecast', {day: dayText(data.report.origin, false)}),
	];
	return <p class="note">{parts.filter(Boolean).join(' · ')}</p>;
}

function Year({data, live}: {data: Overview; live: Live}) {
	const done = doneNow(data, live);
	const known = isKnown(data, live, done);
	const shown = useMemo(() => (known ? data : withoutGuess(data)), [data, known]);
	const {goal, report} = shown;
	return (
		<section class="card year" aria-labelledby="wall-year">
			<div class="card-head">
				<h2 id="wall-year">{goal ? goalName(goal) : t('overview.year')}</h2>
				{known && <Resting data={shown} live={live} />}
			</div>
			<div class="numbers">
				<p class="huge">
					<Amount kg={known ? done : null} />
					{goal && known && <small> {share(done, goal.target_kg)}</small>}
				</p>
				{!known && <p class="note">{t('overview.nothing')}</p>}
				{known && <Side data={shown} done={done} />}
				{known && !report && goal && <p class="note">{t('goal.none')}</p>}
			</div>
			<YearChart data={shown} tall="fill" />
		</section>
	);
}

const sum = (of: LivePort[], pick: (port: LivePort) => number): number => of.reduce((total, port) => total + pick(port), 0);

const weighedPart = ({so_far: {net_kg: net, weighed_kg: weighed}}: LivePort): string =>
	net > 0 ? `${t('basis.short', {share: share(weighed, net), basis: word('basis', 'weighed')})} · ` : '';

function PortToday({of}: {of: LivePort}) {
	const never = of.last_event_ms === null;
	const turned = of.today < useToday(of.port);
	const quiet = never || turned;
	const most = Math.max(of.so_far.net_kg, of.ordinary_kg ?? 0);
	return (
		<div class="port">
			<h3>{portName(of.port)}</h3>
			<p class="huge">
				<Amount kg={quiet ? null : of.so_far.net_kg} />
				{!quiet && <small> {t('units.n', {n: of.so_far.units})}</small>}
			</p>
			<FromSite
				port={of.port}
				instead={
					<>
						{!quiet && weighedPart(of)}
						{never ? (
							t('today.never')
						) : (
							<>
								{turned && `${t('today.turned')} `}
								{t('today.last')} <Age ms={of.last_event_ms} />
							</>
						)}
					</>
				}
			/>
			{!quiet && of.ordinary_kg !== null && (
				<>
					<Bar part={of.so_far.net_kg} of={most} />
					<Bar part={of.ordinary_kg} of={most} tone="plan" />
					<p class="note">{t('wall.ordinary', {mass: mass(of.ordinary_kg)})}</p>
				</>
			)}
			{!quiet && (
				<ul class="modes">
					{of.by_mode.map(({mode, mass: part}) => (
						<li key={mode}>
							<ModeName mode={mode} /> <Amount kg={part.net_kg} />
						</li>
					))}
				</ul>
			)}
		</div>
	);
}

function Today({ports}: {ports: LivePort[]}) {
	return (
		<section class="card today" aria-labelledby="wall-today">
			<h2 id="wall-today">{t('today.sofar')}</h2>
			{ports.map(of => (
				<PortToday key={of.port} of={of} />
			))}
		</section>
	);
}

function YardNow({ports, untold, attention}: {ports: LivePort[]; untold: boolean; attention: number}) {
	return (
		<section class="card yard" aria-labelledby="wall-yard">
			<h2 id="wall-yard">{t('yard.now')}</h2>
			<ol class="stages">
				{(['arrived', 'weighed', 'inspected', 'held', 'released'] as const).map(stage => {
					const n = sum(ports, of => of.yard[stage]);
					return (
						<li key={stage} class={`stage ${stage}${n === 0 ? ' none' : ''}`}>
							<span class="big">{untold ? <Unknown /> : count(n)}</span>
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

function Hours({data, day, untold}: {data: Flow | null; day: string; untold: boolean}) {
	const shown = data?.day === day ? data : null;
	const columns = useMemo(() => (shown ? hoursOf(shown) : []), [shown]);
	return (
		<section class="card hours" aria-labelledby="wall-hours">
			<h2 id="wall-hours">{t('flow.hours')}</h2>
			{shown && shown.hours.length > 0 && !untold ? (
				<Columns columns={columns} label={t('flow.hours.label', {day: dayAndWeek(day)})} />
			) : (
				<p class="empty">{shown ? t('flow.nohours') : t('waiting')}</p>
			)}
		</section>
	);
}

export function Wall() {
	const {live} = useStore(now);
	const port = portAsked();
	const day = useToday(port);
	const moved = useMoved(port);
	const goal = useStore(place)?.goals.find(of => of.ports.join() === port && of.from <= day && day <= of.to)?.id;
	const overview = useAsk<Overview>(address('/api/v1/overview', {goal: goal ?? ''}), moved, 60_000);
	const flow = useAsk<Flow>(address('/api/v1/flow', {port}), moved, 10_000);
	const ports = live?.ports.filter(of => isWithin(of.port, port)) ?? [];
	useEffect(() => {
		document.title = t('brand.long');
	}, []);
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
			{live && <YardNow ports={ports} untold={isUntold(live)} attention={live.attention} />}
			<Hours data={flow.data} day={day} untold={isUntold(live)} />
		</main>
	);
}
