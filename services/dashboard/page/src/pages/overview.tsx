// The year against the goal, and today.
import {useMemo, useState} from 'preact/hooks';
import {useAsk, type GoalReport, type Live, type LivePort, type Mass, type Overview as Picture, type Yard} from '../api';
import {YearChart} from '../charts/year';
import {change, chance, count, dayText, mass, place, portName, share} from '../figures';
import {isUntold, now} from '../live';
import {address, route} from '../route';
import {useStore} from '../store';
import {
	Age,
	Amount,
	AsOf,
	Bar,
	Basis,
	BasisText,
	Choice,
	DayLink,
	Empty,
	ModeName,
	Said,
	Section,
	Table,
	useMoved,
	useToday,
	Wrong,
} from '../parts/parts';
import {FromSite} from '../parts/site';
import {goalName, goalSentences, passedOf} from '../parts/goal';
import {t, word} from '../words/words';

function Progress({done, target, plan}: {done: number; target: number; plan: number | null}) {
	const of = (kg: number): string => `${Math.max(0, Math.min(100, (100 * kg) / target))}%`;
	return (
		<div
			class="progress"
			role="img"
			aria-label={t('overview.progress', {
				done: mass(done),
				target: mass(target, target, true),
				share: share(done, target),
			})}>
			<span class="fill" style={{width: of(done)}} />
			{plan !== null && <span class="tick" style={{left: of(plan)}} />}
		</div>
	);
}

/** What has passed: the stream's figure where it is of the same goal and newer, so that it moves with each event. */
export function doneNow(
	data: Picture,
	live: Live | null,
): number {
	const newer = live && live.mark.lsn >= data.mark.lsn && live.year.goal === data.goal?.id;
	return newer && live.year.done_kg !== null ? live.year.done_kg + (data.published_kg ?? 0) : passedOf(data);
}

/** Before its first event a ledger knows nothing: that is no zero. */
export const isKnown = (data: Picture, live: Live | null, done: number): boolean =>
	data.known_to !== null &&
	(done !== 0 || data.by_port_mode.length > 0 || !isUntold(live));

/** A forecast of a ledger without events is a guess about any port, not this one: it is not drawn. */
export const withoutGuess = (data: Picture): Picture => ({
	...data,
	report: null,
	course: data.course.map(point => ({...point, to_date: null})),
});

/** What to do where nothing is on file. */
export const Begin = () => (
	<p class="note">
		{t('begin')} <code>{'juyan keys make'}</code> {t('begin.try')} <code>{'juyan simulate --live'}</code>
	</p>
);

function Hero({data}: {data: Picture}) {
	const {live} = useStore(now);
	const {goal} = data;
	const done = doneNow(data, live);
	const known = isKnown(data, live, done);
	return (
		<section class="hero card wide" aria-labelledby="hero">
			<div class="card-head">
				<h2 id="hero">{t(goal ? 'overview.done' : 'overview.year')}</h2>
				<AsOf mark={live && live.mark.lsn > data.mark.lsn ? live.mark : data.mark} />
			</div>
			<p class="huge">
				<Amount kg={known ? done : null} />{' '}
				{goal && (
					<span class="of">
						{t('overview.of', {mass: mass(goal.target_kg, goal.target_kg, true)})}
					</span>
				)}
			</p>
			{!known && (
				<>
					<p>{t('overview.nothing')}</p>
					<Begin />
				</>
			)}
			{!goal && (
				<p class="note">
					{t('overview.nogoal')} <code>{'juyan registry apply'}</code>
				</p>
			)}
			{goal && known && (
				<>
					<Progress done={done} target={goal.target_kg} plan={data.plan_kg} />
					<p class="line">
						<span>{t('overview.share', {share: share(done, goal.target_kg)})}</span>
						{data.plan_kg !== null && (
							<span>
								{t(done < data.plan_kg ? 'overview.behind' : 'overview.ahead', {
									mass: mass(Math.abs(done - data.plan_kg)),
								})}
							</span>
						)}
						{data.last_year_kg !== null && (
							<span>
								{t('overview.lastyear', {
									mass: mass(data.last_year_kg),
									change: change(done, data.last_year_kg),
								})}
							</span>
						)}
					</p>
				</>
			)}
			{data.published_kg !== null && data.published_kg > 0 && (
				<p class="note">{t('basis.published', {mass: mass(data.published_kg)})}</p>
			)}
			<Basis mass={data.done} />
		</section>
	);
}

function Tile({label, children, note}: {label: string; children: preact.ComponentChildren; note?: preact.ComponentChildren}) {
	return (
		<div class="tile">
			<h3>{label}</h3>
			<p class="big">{children}</p>
			{note && <p class="note">{note}</p>}
		</div>
	);
}

const day = (of: string | null): string => (of === null ? t('goal.notwithin') : dayText(of, false));

function Rates({report}: {report: GoalReport}) {
	const most = Math.max(report.rate_needed_kg, report.rate_had_kg);
	return (
		<div class="tile">
			<h3>{t('goal.rate')}</h3>
			<dl class="rates">
				<dt>{t('goal.needed')}</dt>
				<dd>
					<Amount kg={report.rate_needed_kg} like={most} />
					{t('perday')}
					<Bar part={report.rate_needed_kg} of={most} tone="plan" />
				</dd>
				<dt>{t('goal.had')}</dt>
				<dd>
					<Amount kg={report.rate_had_kg} like={most} />
					{t('perday')}
					<Bar part={report.rate_had_kg} of={most} />
				</dd>
			</dl>
			<p class="note">{t('goal.openleft', {n: report.open_days_left})}</p>
		</div>
	);
}

export function Outlook({data, known}: {data: Picture; known: boolean}) {
	const {report, goal} = data;
	if (!goal) return null;
	if (!report)
		return (
			<Section id="outlook" title={t('goal.outlook')} wide>
				<Empty>{t(known ? 'goal.none' : 'goal.nothing')}</Empty>
				{data.why_none && (
					<p class="note">
						<Said>{data.why_none}</Said>
					</p>
				)}
			</Section>
		);
	const over = report.end.p50_kg - goal.target_kg;
	const above = passedOf(data) - goal.target_kg;
	const ended = report.met_on === null && goal.to <= report.origin;
	return (
		<Section
			id="outlook"
			title={t('goal.outlook')}
			aside={t('goal.rests', {day: dayText(report.origin), lsn: report.lsn})}
			wide>
			<div class="tiles">
				{report.met_on !== null ? (
					<Tile label={t('goal.met')} note={above >= 0 && t('goal.above', {mass: mass(above)})}>
						{report.met_is_estimated
							? t('goal.about', {day: dayText(report.met_on)})
							: dayText(report.met_on)}
					</Tile>
				) : ended ? (
					<Tile label={t('goal.missed')} note={t('goal.ended', {day: dayText(goal.to)})}>
						<Amount kg={-above} />
					</Tile>
				) : (
					<Tile label={t('goal.chance')} note={t('goal.chance.note')}>
						{chance(report.chance)}
					</Tile>
				)}
				{report.met_on === null && !ended && (
					<Tile
						label={t('goal.date')}
						note={
							report.reached_p10 === null
								? t('goal.dates.none')
								: t('goal.dates', {
										early: day(report.reached_p10),
										late: day(report.reached_p90),
									})
						}>
						{day(report.reached_p50)}
					</Tile>
				)}
				{report.met_on === null && !ended && <Rates report={report} />}
				<Tile
					label={t('goal.end')}
					note={
						<>
							{t(over < 0 ? 'goal.under' : 'goal.over', {mass: mass(Math.abs(over))})}
							<br />
							{t('goal.end.note', {
								low: mass(report.end.p10_kg),
								high: mass(report.end.p90_kg),
							})}
						</>
					}>
					<Amount kg={report.end.p50_kg} />
				</Tile>
			</div>
			<ul class="sentences">
				{goalSentences(data).map(text => (
					<li key={text}>{text}</li>
				))}
			</ul>
			<details class="more">
				<summary>{t('goal.how')}</summary>
				<dl class="parts">
					<div>
						<dt>{t('goal.origin')}</dt>
						<dd>{dayText(report.origin)}</dd>
					</div>
					<div>
						<dt>{t('goal.lsn')}</dt>
						<dd>{count(report.lsn)}</dd>
					</div>
					<div>
						<dt>{t('goal.paths')}</dt>
						<dd>{count(report.paths)}</dd>
					</div>
					<div>
						<dt>{t('goal.seed')}</dt>
						<dd>{String(report.seed)}</dd>
					</div>
					<div>
						<dt>{t('goal.model')}</dt>
						<dd>
							<Said>{report.model}</Said>
						</dd>
					</div>
					<div>
						<dt>{t('goal.backtest')}</dt>
						<dd>
							<Said>{report.backtest}</Said>
						</dd>
					</div>
				</dl>
				{[...report.sentences, ...report.notes].length > 0 && (
					<>
						<h3>{t('goal.words')}</h3>
						<ul lang="en">
							{[...report.sentences, ...report.notes].map(text => (
								<li key={text}>{text}</li>
							))}
						</ul>
					</>
				)}
			</details>
		</Section>
	);
}

export function YardLine({yard}: {yard: Yard}) {
	return (
		<dl class="yard-line">
			{(['arrived', 'weighed', 'inspected', 'held', 'released'] as const).map(stage => (
				<div key={stage} class={stage === 'held' && yard.held > 0 ? 'warn' : ''}>
					<dt>{word('yard', stage)}</dt>
					<dd>{count(yard[stage])}</dd>
				</div>
			))}
		</dl>
	);
}

/** Today so far against what had passed by this hour of ordinary days. */
export function AgainstOrdinary({mass: passed, of}: {mass: Mass; of: LivePort}) {
	if (of.ordinary_kg === null) return <p class="note">{t('today.noordinary')}</p>;
	const most = Math.max(passed.net_kg, of.ordinary_kg);
	return (
		<div class="against">
			<p class="pair">
				<span>{t('today.sofar')}</span>
				<Bar part={passed.net_kg} of={most} />
				<Amount kg={passed.net_kg} />
			</p>
			<p class="pair">
				<span>{t('today.ordinary')}</span>
				<Bar part={of.ordinary_kg} of={most} tone="plan" />
				<Amount kg={of.ordinary_kg} />
			</p>
			<p class="note">{t('today.ordinary.note', {n: of.ordinary_days})}</p>
		</div>
	);
}

export function TodayOf({of}: {of: LivePort}) {
	const never = of.last_event_ms === null;
	const turned = of.today < useToday(of.port);
	const quiet = never || turned;
	return (
		<section class="card" aria-labelledby={`today-${of.port}`}>
			<div class="card-head">
				<h3 id={`today-${of.port}`}>{portName(of.port)}</h3>
				<DayLink day={of.today} port={of.port}>
					{dayText(of.today, false)}
				</DayLink>
			</div>
			{quiet ? (
				<p class="big">
					<Amount kg={null} />
				</p>
			) : (
				<p class="big">
					<Amount kg={of.so_far.net_kg} /> <small>{t('units.n', {n: of.so_far.units})}</small>
				</p>
			)}
			{!quiet && <Basis mass={of.so_far} />}
			{!quiet && <AgainstOrdinary mass={of.so_far} of={of} />}
			{!quiet && of.by_mode.length > 0 && (
				<ul class="modes">
					{of.by_mode.map(({mode, mass: part}) => (
						<li key={mode}>
							<ModeName mode={mode} /> <Amount kg={part.net_kg} />{' '}
							<small>{t('units.n', {n: part.units})}</small>
						</li>
					))}
				</ul>
			)}
			{!quiet && (
				<>
					<h4>{t('yard')}</h4>
					<YardLine yard={of.yard} />
				</>
			)}
			<p class="note">
				{never ? (
					t('today.never')
				) : (
					<>
						{turned && `${t('today.turned')} `}
						{t('today.last')} <Age ms={of.last_event_ms} />
					</>
				)}
			</p>
			<FromSite port={of.port} />
		</section>
	);
}

function Today() {
	const {live} = useStore(now);
	if (!live) return <p class="waiting band">{t('waiting')}</p>;
	return (
		<section aria-labelledby="today" class="band">
			<h2 id="today">{t('today')}</h2>
			<div class="cards">
				{live.ports.map(of => (
					<TodayOf key={of.port} of={of} />
				))}
			</div>
		</section>
	);
}

function ByPortMode({data, known}: {data: Picture; known: boolean}) {
	const most = data.by_port_mode.reduce((top, row) => Math.max(top, row.mass.net_kg, row.last_year_kg ?? 0), 0);
	return (
		<Section id="parts" title={t('overview.parts')} wide>
			{data.by_port_mode.length === 0 ? (
				<Empty>{t(known ? 'empty.passed' : 'overview.nothing')}</Empty>
			) : (
				<Table
					caption={t('overview.parts')}
					figures={[3, 5, 6]}
					head={[
						t('port'),
						t('mode'),
						t('direction'),
						t('net'),
						t('basis'),
						t('lastyear'),
						t('change'),
					]}
					rows={data.by_port_mode.map(row => ({
						key: `${row.port} ${row.mode} ${row.direction}`,
						cells: [
							portName(row.port),
							<>
								<ModeName mode={row.mode} />
								<small class="beside">{word('direction', row.direction)}</small>
							</>,
							<span class="nowrap">{word('direction', row.direction)}</span>,
							<>
								<Amount kg={row.mass.net_kg} />
								<Bar part={row.mass.net_kg} of={most} tone={row.mode} />
							</>,
							<BasisText mass={row.mass} />,
							<Amount kg={row.last_year_kg} />,
							change(row.mass.net_kg, row.last_year_kg),
						],
					}))}
				/>
			)}
		</Section>
	);
}

const RECORDS = 12;

function Records({data}: {data: Picture}) {
	const [all, showAll] = useState(false);
	const rows = all ? data.records : data.records.slice(0, RECORDS);
	return (
		<Section id="records" title={t('records')} wide>
			{data.records.length === 0 ? (
				<Empty>{t('records.none')}</Empty>
			) : (
				<>
					<Table
						caption={t('records')}
						figures={[2, 3]}
						head={[t('day'), t('port'), t('net'), t('units')]}
						rows={rows.map(row => ({
							key: row.port + row.day,
							cells: [
								<DayLink day={row.day} port={row.port}>
									<span class="star" aria-hidden="true">
										{'★'}
									</span>
									{'\u00a0'}
									{dayText(row.day)}
								</DayLink>,
								portName(row.port),
								<Amount kg={row.net_kg} />,
								count(row.units),
							],
						}))}
					/>
					{data.records.length > RECORDS && (
						<button type="button" aria-expanded={all} onClick={() => showAll(!all)}>
							{all ? t('fewer') : t('all', {n: data.records.length})}
						</button>
					)}
				</>
			)}
		</Section>
	);
}

function Whole({data, live}: {data: Picture; live: Live | null}) {
	const known = isKnown(data, live, doneNow(data, live));
	const shown = useMemo(() => (known ? data : withoutGuess(data)), [data, known]);
	return (
		<>
			<Hero data={shown} />
			<Today />
			<Outlook data={shown} known={known} />
			<Section id="course" title={t('year.title')} wide>
				<YearChart data={shown} />
			</Section>
			<ByPortMode data={shown} known={known} />
			<Records data={shown} />
		</>
	);
}

export function Overview() {
	const {live} = useStore(now);
	const goals = useStore(place)?.goals ?? [];
	const goal = route.get().ask.get('goal') ?? '';
	const asked = useAsk<Picture>(address('/api/v1/overview', {goal}), useMoved(), 30_000);
	const shown = asked.data?.goal?.id ?? goal;
	return (
		<>
			<div class="head">
				<div>
					<h1>{t('overview')}</h1>
					{asked.data?.goal && <p class="under">{goalName(asked.data.goal)}</p>}
				</div>
				{goals.length > 1 && (
					<div class="filters">
						<Choice
							label={t('goal')}
							name="goal"
							value={shown}
							options={goals.map(of => [of.id, goalName(of)])}
						/>
					</div>
				)}
			</div>
			{asked.wrong && <Wrong problem={asked.wrong} again={asked.again} />}
			{!asked.data && !asked.wrong && <p class="waiting">{t('waiting')}</p>}
			<div class="overview">{asked.data ? <Whole data={asked.data} live={live} /> : <Today />}</div>
			{asked.data && <AsOf mark={asked.data.mark} old={asked.wrong !== null} />}
		</>
	);
}
