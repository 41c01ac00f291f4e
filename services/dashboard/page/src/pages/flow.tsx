// One day of the ports, hour by hour, and the yard now.
import {useMemo, useState} from 'preact/hooks';
import {useAsk, type Crossing, type Flow as Picture, type Live, type Yard} from '../api';
import {DwellTable} from '../charts/dwell';
import {AgvHeat} from '../charts/heat';
import {Columns, type Column} from '../charts/hours';
import {addDays, count, dayAndWeek, dayOf, isDay, isWithin, periodText, portName, span, today} from '../figures';
import {clock, isUntold, now} from '../live';
import {address, go, route, withAsk} from '../route';
import {useStore} from '../store';
import {DateField} from '../parts/date';
import {
	Age,
	Amount,
	Answer,
	At,
	BatchLink,
	Empty,
	LaneName,
	ModeName,
	PortChoice,
	portAsked,
	Section,
	Table,
	useMoved,
} from '../parts/parts';
import {t, word} from '../words/words';

/** 24 columns; those of hours that the answer does not know stay without a bar. */
export function hoursOf(data: Picture): Column[] {
	return Array.from({length: 24}, (_, at) => {
		const hour = `${data.day}T${String(at).padStart(2, '0')}`;
		const parts = data.hours.filter(row => row.hour === hour).map(({mode, mass}) => ({mode, mass}));
		return {key: hour, name: periodText(hour), short: String(at).padStart(2, '0'), parts, total: null};
	});
}

function Hours({data, untold}: {data: Picture; untold: boolean}) {
	const columns = useMemo(() => hoursOf(data), [data]);
	return data.hours.length === 0 || untold ? (
		<Empty>{t('flow.nohours')}</Empty>
	) : (
		<Columns columns={columns} label={t('flow.hours.label', {day: dayAndWeek(data.day)})} />
	);
}

export function YardStages({yard}: {yard: Yard}) {
	return (
		<ol class="stages">
			{(['arrived', 'weighed', 'inspected', 'held', 'released'] as const).map(stage => (
				<li key={stage} class={`stage ${stage}${yard[stage] === 0 ? ' none' : ''}`}>
					<span class="big">
						{count(yard[stage])}
						<small> {t('batches.of', {n: yard[stage]})}</small>
					</span>
					<span>{word('yard', stage)}</span>
				</li>
			))}
		</ol>
	);
}

/** Those that have left, most likely, and nobody said so. */
export function Unheard({yard}: {yard: Yard}) {
	return yard.unheard === 0 ? null : (
		<p class="note">
			<a href={address('/attention', {port: portAsked(), kind: 'unheard'})}>
				{t('yard.unheard', {n: yard.unheard})}
			</a>
		</p>
	);
}

const FIRST = 12;

function InYard({data}: {data: Picture}) {
	const [all, showAll] = useState(false);
	const rows = all ? data.crossings : data.crossings.slice(0, FIRST);
	if (data.crossings.length === 0) return <Empty>{t('yard.empty')}</Empty>;
	return (
		<>
			<Table
				caption={t('yard.crossings')}
				figures={[4, 5]}
				head={[t('batch'), t('port'), t('mode'), t('stage'), t('units.head'), t('since'), t('lane')]}
				rows={rows.map(of => ({
					key: `${of.port} ${of.batch_no}`,
					tone: of.held ? 'marked' : '',
					cells: [
						<BatchLink port={of.port} batch={of.batch_no} />,
						portName(of.port),
						<ModeName mode={of.mode} />,
						<>
							{word('stage', of.stage)}
							{of.held && (
								<small class="warn">
									{' '}
									<bdi>{of.held}</bdi>
								</small>
							)}
						</>,
						count(of.units),
						of.arrived_at_ms === null ? (
							<Amount kg={null} />
						) : (
							<span title={t('since')}>{span(clock() - of.arrived_at_ms)}</span>
						),
						<LaneName lane={of.lane_in} />,
					],
				}))}
			/>
			{data.crossings.length > FIRST && (
				<button type="button" aria-expanded={all} onClick={() => showAll(!all)}>
					{all ? t('fewer') : t('all', {n: data.crossings.length})}
				</button>
			)}
			{all && data.crossings_more && <p class="note">{t('more.there')}</p>}
		</>
	);
}

function Lanes({data}: {data: Picture}) {
	const rows = [...data.lanes];
	return rows.length === 0 ? (
		<Empty>{t('lanes.none')}</Empty>
	) : (
		<Table
			caption={t('lanes')}
			head={[t('lane'), t('port'), t('lanes.last'), t('lanes.what'), t('batch')]}
			rows={rows.map(of => ({
				key: `${of.port} ${of.lane}`,
				tone: of.last_at_ms === null ? 'quiet' : '',
				cells: [
					<>
						<LaneName lane={of.lane} />
						{!of.registered && <small class="warn"> {t('lanes.unregistered')}</small>}
					</>,
					portName(of.port),
					of.last_at_ms === null ? (
						t('lanes.never')
					) : (
						<>
							<Age ms={of.last_at_ms} />{' '}
							<small>
								<At ms={of.last_at_ms} port={of.port} />
							</small>
						</>
					),
					of.happened ? word('event', of.happened) : <Amount kg={null} />,
					of.batch_no ? <BatchLink port={of.port} batch={of.batch_no} /> : <Amount kg={null} />,
				],
			}))}
		/>
	);
}

const When = ({of, ms}: {of: Crossing; ms: number | null}) => <At ms={ms} port={of.port} />;

function Trains({data}: {data: Picture}) {
	return data.trains.length === 0 ? (
		<Empty>{t('trains.none')}</Empty>
	) : (
		<Table
			caption={t('trains')}
			figures={[3, 7]}
			head={[
				t('batch'),
				t('port'),
				t('direction'),
				t('wagons'),
				t('event.unit_arrived'),
				t('event.released'),
				t('stage'),
				t('net'),
			]}
			rows={data.trains.map(of => ({
				key: `${of.port} ${of.batch_no}`,
				cells: [
					<BatchLink port={of.port} batch={of.batch_no} />,
					portName(of.port),
					word('direction', of.direction),
					count(of.units),
					<When of={of} ms={of.arrived_at_ms} />,
					<When of={of} ms={of.released_at_ms} />,
					word('stage', of.stage),
					of.counted_kg !== null ? (
						<Amount kg={of.counted_kg} />
					) : (
						<>
							<Amount kg={of.weighed_kg ?? of.declared_kg} />
							{(of.weighed_kg ?? of.declared_kg) !== null && (
								<small>
									{' '}
									{word(
										'basis',
										of.weighed_kg !== null ? 'weighed' : 'declared',
									)}
								</small>
							)}
						</>
					),
				],
			}))}
		/>
	);
}

function Days({day}: {day: string}) {
	const last = today(portAsked());
	return (
		<div class="days">
			<a class="button" href={withAsk({day: addDays(day, -1)})} aria-label={t('day.before')}>
				{'‹'}
			</a>
			<DateField label={t('day')} value={day} max={last} silent choose={chosen => go(withAsk({day: chosen}))} />
			{day < last ? (
				<a
					class="button"
					href={withAsk({day: addDays(day, 1) === last ? null : addDays(day, 1)})}
					aria-label={t('day.after')}>
					{'›'}
				</a>
			) : (
				<span class="button off" aria-hidden="true">
					{'›'}
				</span>
			)}
			{day !== last && (
				<a class="button" href={withAsk({day: null})}>
					{t('today')}
				</a>
			)}
		</div>
	);
}

/** The yard as the stream tells it, which is sooner. */
function yardNow(live: Live | null, port: string): Yard | null {
	const yards = live?.ports.filter(of => isWithin(of.port, port)).map(of => of.yard) ?? [];
	const names = ['arrived', 'weighed', 'inspected', 'held', 'released', 'units', 'unheard'] as const;
	return yards.length === 0
		? null
		: (Object.fromEntries(names.map(name => [name, yards.reduce((sum, of) => sum + of[name], 0)])) as unknown as Yard);
}

export function Flow() {
	const {live} = useStore(now);
	const port = portAsked();
	const day = route.get().ask.get('day') ?? '';
	const asked = useAsk<Picture>(address('/api/v1/flow', {port, day}), useMoved(port), 2_000);
	const untold = isUntold(live);
	const yardOf = (data: Picture): Yard => yardNow(live, port) ?? data.yard;
	const shown = asked.data?.day ?? (isDay(day) ? day : dayOf(clock(), port));
	return (
		<>
			<div class="head">
				<div>
					<h1>{t('flow')}</h1>
					<p class="under">
						{dayAndWeek(shown)}
						{asked.data?.running ? ` · ${t('flow.running')}` : ''}
					</p>
				</div>
				<div class="filters">
					<PortChoice />
					<Days day={shown} />
				</div>
			</div>
			<Answer asked={asked}>
				{data => (
					<>
						<Section id="hours" title={t('flow.hours')} wide>
							<Hours data={data} untold={untold} />
						</Section>
						<Section
							id="yard"
							title={t('yard.now')}
							aside={untold ? undefined : t('units.here', {n: yardOf(data).units})}
							wide>
							{untold ? (
								<Empty>{t('overview.nothing')}</Empty>
							) : (
								<>
									<YardStages yard={yardOf(data)} />
									<Unheard yard={yardOf(data)} />
									<InYard data={data} />
								</>
							)}
						</Section>
						<Section id="dwell" title={t('dwell')} wide>
							<DwellTable rows={data.dwell} />
						</Section>
						<Section id="agv" title={t('agv')} wide>
							<AgvHeat rows={data.agv} />
						</Section>
						<Section id="trains" title={t('trains')} wide>
							<Trains data={data} />
						</Section>
						<Section id="lanes" title={t('lanes')} wide>
							<Lanes data={data} />
						</Section>
					</>
				)}
			</Answer>
		</>
	);
}
