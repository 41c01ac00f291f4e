// The machines at the port: how each stands, since when, and how long it was available round the clock.
import {useAsk, type Machine, type MachineSpan, type Machines as Picture} from '../api';
import {count, portName, share, span} from '../figures';
import {address} from '../route';
import {
	Age,
	Answer,
	Empty,
	LaneName,
	portAsked,
	PortChoice,
	Section,
	Table,
	Twin,
	Unknown,
	useMoved,
	useTick,
} from '../parts/parts';
import {MachineNote} from '../parts/machinenote';
import {t, word} from '../words/words';

const KINDS = ['vehicle', 'scale', 'gate', 'source'] as const;

/** What a person has to see to comes first, the gravest before all. */
const TROUBLES = ['fault', 'silent', 'stuck', 'offline', 'stopped'];
/** Of these the service asks for attention. */
const ASKS = TROUBLES.slice(0, 4);

/** A form for each, so that no colour has to be told from another. */
const SIGNS: Record<string, string> = {
	working: 'M4 2l10 6-10 6z',
	charging: 'M9 1L3 9h4l-1 6 7-8H9z',
	by_hand: 'M8 1a3 3 0 110 6 3 3 0 010-6zM2 15c0-4 3-6 6-6s6 2 6 6z',
	stopped: 'M5 1h6l4 4v6l-4 4H5l-4-4V5z',
	fault: 'M8 1l7 14H1zM7 6v4h2V6zm0 5v2h2v-2z',
	silent: 'M8 1a7 7 0 110 14A7 7 0 018 1zM4.5 6A4.5 4.5 0 0010 11.5zm7 4A4.5 4.5 0 006 4.5z',
	stuck: 'M2 4h12v3H2zM2 9h12v3H2z',
	offline: 'M3.2 1.5L8 6.3l4.8-4.8 1.7 1.7L9.7 8l4.8 4.8-1.7 1.7L8 9.7l-4.8 4.8-1.7-1.7L6.3 8 1.5 3.2z',
	unheard: 'M2 7h3v2H2zm4.5 0h3v2h-3zM11 7h3v2h-3z',
};

const shown = (of: Machine): string => (of.outdated ? 'unheard' : of.condition);
const rank = (of: Machine): number => {
	const at = TROUBLES.indexOf(shown(of));
	return at >= 0 ? at : of.outdated ? TROUBLES.length : TROUBLES.length + 1;
};
const byNeed = (a: Machine, b: Machine): number =>
	rank(a) - rank(b) || a.port.localeCompare(b.port) || a.machine.localeCompare(b.machine, undefined, {numeric: true});

const Sign = ({name}: {name: string}) => (
	<svg class="condition-sign" viewBox="0 0 16 16" aria-hidden="true">
		<path d={SIGNS[name] ?? SIGNS.unheard} fill-rule="evenodd" />
	</svg>
);

function Condition({name}: {name: string}) {
	return (
		<span class={`condition ${name}`}>
			<Sign name={name} /> {word('condition', name)}
		</span>
	);
}

const Share = ({of}: {of: MachineSpan}) => (of.known_ms > 0 ? <>{share(of.available_ms, of.known_ms)}</> : <Unknown />);

/** For how long it stands so. */
function For({ms}: {ms: number}) {
	const at = useTick(5_000);
	return <time dateTime={new Date(ms).toISOString()}>{t('machines.for', {span: span(at - ms)})}</time>;
}

/** The last 24 hours, a column for each: as high as it was available; hatched where nobody knows. */
function Hours({of}: {of: Machine}) {
	const known = of.latest.known_ms > 0;
	return (
		<div
			class="machine-hours"
			role="img"
			aria-label={
				known
					? t('machines.hours', {
							share: share(of.latest.available_ms, of.latest.known_ms),
							known: span(of.latest.known_ms),
						})
					: t('machines.hours.none')
			}>
			{of.hours.map((part, at) => (
				<span key={at} class={part === null ? 'unknown-cell' : part < 500 ? 'low' : ''}>
					{part !== null && <span style={{height: `${part / 10}%`}} />}
				</span>
			))}
		</div>
	);
}

function Tile({of, withPort}: {of: Machine; withPort: boolean}) {
	return (
		<li class={`machine ${shown(of)}`}>
			<div class="machine-head">
				<h3>
					<bdi>{of.machine}</bdi>
				</h3>
				{withPort && <small>{portName(of.port)}</small>}
			</div>
			<p>
				<Condition name={shown(of)} />
			</p>
			<p class="note">
				{of.outdated ? (
					<>
						{t('machines.was', {condition: word('condition', of.condition)})}{' '}
						<Age ms={of.told_ms} />
					</>
				) : (
					<For ms={of.since_ms} />
				)}
				{of.lane && (
					<>
						{' · '}
						<LaneName lane={of.lane} />
					</>
				)}
			</p>
			{of.note && (
				<p class="machine-note">
					<MachineNote note={of.note} />
				</p>
			)}
			<Hours of={of} />
			<p class="machine-figures">
				<span>
					<strong>
						<Share of={of.latest} />
					</strong>{' '}
					<small>{t('machines.24h')}</small>
				</span>
				{of.latest.stops > 0 && <small>{t('machines.stops.n', {n: of.latest.stops})}</small>}
				{of.latest.faults > 0 && <small>{t('machines.faults.n', {n: of.latest.faults})}</small>}
			</p>
		</li>
	);
}

const sum = (of: MachineSpan[]): MachineSpan =>
	of.reduce(
		(all, one) => ({
			known_ms: all.known_ms + one.known_ms,
			available_ms: all.available_ms + one.available_ms,
			charging_ms: all.charging_ms + one.charging_ms,
			stops: all.stops + one.stops,
			faults: all.faults + one.faults,
		}),
		{known_ms: 0, available_ms: 0, charging_ms: 0, stops: 0, faults: 0},
	);

/** How many stand how, in the order of need. */
function Standing({of}: {of: Machine[]}) {
	const names = [...new Set([...of].sort(byNeed).map(shown))];
	return (
		<ul class="standing">
			{names.map(name => (
				<li key={name}>
					<Condition name={name} /> <b>{count(of.filter(one => shown(one) === name).length)}</b>
				</li>
			))}
		</ul>
	);
}

/** All vehicles together: what the night shift is asked for. */
function Fleet({of}: {of: Machine[]}) {
	const day = sum(of.map(one => one.latest));
	const facts: [string, preact.ComponentChildren][] = [
		[t('machines.available'), <Share of={day} />],
		[t('machines.charging'), day.known_ms > 0 ? share(day.charging_ms, day.known_ms) : <Unknown />],
		[t('machines.stops'), count(day.stops)],
		[t('machines.faults'), count(day.faults)],
	];
	return (
		<dl class="fleet">
			{facts.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd class="big">{value}</dd>
				</div>
			))}
		</dl>
	);
}

function Figures({of, title}: {of: Machine[]; title: string}) {
	return (
		<Table
			caption={title}
			figures={[3, 4, 5, 6, 7]}
			head={[
				t('machine'),
				t('port'),
				t('machines.condition'),
				t('machines.available'),
				t('today'),
				t('machines.charging'),
				t('machines.stops'),
				t('machines.faults'),
			]}
			rows={of.map(one => ({
				key: `${one.port} ${one.machine}`,
				cells: [
					<bdi>{one.machine}</bdi>,
					portName(one.port),
					word('condition', shown(one)),
					<Share of={one.latest} />,
					<Share of={one.day} />,
					span(one.latest.charging_ms),
					count(one.latest.stops),
					count(one.latest.faults),
				],
			}))}
		/>
	);
}

function Kind({kind, of, withPort}: {kind: string; of: Machine[]; withPort: boolean}) {
	const title = word('machinekinds', kind);
	const sorted = [...of].sort(byNeed);
	return (
		<Section id={`machines-${kind}`} title={title} aside={t('machines.n', {n: of.length})} wide>
			<Standing of={of} />
			{kind === 'vehicle' && <Fleet of={of} />}
			<ul class="machines">
				{sorted.map(one => (
					<Tile key={`${one.port} ${one.machine}`} of={one} withPort={withPort} />
				))}
			</ul>
			<Twin>
				<Figures of={sorted} title={title} />
			</Twin>
		</Section>
	);
}

function All({data, withPort}: {data: Picture; withPort: boolean}) {
	if (data.rows.length === 0)
		return (
			<Empty>
				{t('machines.none')} <code>{'juyan gateway'}</code>
			</Empty>
		);
	return (
		<>
			{KINDS.map(kind => {
				const of = data.rows.filter(row => row.kind === kind);
				return of.length > 0 && <Kind key={kind} kind={kind} of={of} withPort={withPort} />;
			})}
			<p class="note">{t('machines.definition')}</p>
			{data.more && <p class="note">{t('more.there')}</p>}
		</>
	);
}

export function Machines() {
	const port = portAsked();
	const asked = useAsk<Picture>(address('/api/v1/machines', {port}), useMoved(port), 1_000);
	const asking = asked.data?.rows.filter(of => ASKS.includes(of.condition)).length;
	return (
		<>
			<div class="head">
				<div>
					<h1>{t('machines')}</h1>
					{asking !== undefined && asking > 0 && (
						<p class="under">
							<a href={address('/attention', {port, kind: 'machine'})}>
								{t('machines.asking', {n: asking})}
							</a>
						</p>
					)}
				</div>
				<div class="filters">
					<PortChoice />
				</div>
			</div>
			<Answer asked={asked}>{data => <All data={data} withPort={port === ''} />}</Answer>
		</>
	);
}
