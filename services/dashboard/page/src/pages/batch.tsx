// One crossing: found by batch number, waybill, plate or wagon, and its whole story, corrections included.
import type {TargetedEvent} from 'preact';
import {useAsk, type Crossing, type Found, type Story, type StoryEvent} from '../api';
import {count, exact, groupName, laneName, moment, periodText, portName, span} from '../figures';
import {now} from '../live';
import {go, route} from '../route';
import {useStore} from '../store';
import {Answer, At, BatchLink, Empty, Exact, ModeName, Reasons, Section, Table, Unknown} from '../parts/parts';
import {hasWord, t, word} from '../words/words';

function Search({q}: {q: string}) {
	const submit = (event: TargetedEvent<HTMLFormElement>): void => {
		event.preventDefault();
		const text = String(new FormData(event.currentTarget).get('q') ?? '').trim();
		if ([...text].length >= 2) go(`/batch?q=${encodeURIComponent(text)}`);
	};
	return (
		<form class="search" role="search" onSubmit={submit}>
			<label class="field">
				<span>{t('search.label')}</span>
				<input
					key={q}
					type="search"
					name="q"
					defaultValue={q}
					minLength={2}
					maxLength={64}
					required
					autocomplete="off"
					spellcheck={false}
				/>
			</label>
			<button type="submit" class="main">
				{t('search')}
			</button>
		</form>
	);
}

function Results({q}: {q: string}) {
	const asked = useAsk<Found>(`/api/v1/search?q=${encodeURIComponent(q)}`);
	return (
		<Answer asked={asked}>
			{data =>
				data.rows.length === 0 ? (
					<Empty>{t('search.none', {q})}</Empty>
				) : (
					<>
						<Table
							caption={t('search.found')}
							figures={[6]}
							head={[
								t('batch'),
								t('search.by'),
								t('port'),
								t('mode'),
								t('stage'),
								t('event.unit_arrived'),
								t('net'),
							]}
							rows={data.rows.map((row, at) => ({
								key: `${at}`,
								cells: [
									<BatchLink
										port={row.crossing.port}
										batch={row.crossing.batch_no}
									/>,
									<>
										{word('found', row.kind)} <bdi>{row.found}</bdi>
									</>,
									portName(row.crossing.port),
									<ModeName mode={row.crossing.mode} />,
									word('stage', row.crossing.stage),
									<At
										ms={row.crossing.arrived_at_ms}
										port={row.crossing.port}
									/>,
									<Exact kg={row.crossing.counted_kg} />,
								],
							}))}
						/>
						{data.more && <p class="note">{t('more.there')}</p>}
					</>
				)
			}
		</Answer>
	);
}

const STEPS = [
	['lodged', 'lodged_at_ms'],
	['arrived', 'arrived_at_ms'],
	['weighed', 'last_weighed_at_ms'],
	['inspected', 'inspected_at_ms'],
	['released', 'released_at_ms'],
	['departed', 'departed_at_ms'],
] as const;

function Road({of}: {of: Crossing}) {
	const times = STEPS.map(([, field]) => of[field]);
	return (
		<ol class="road">
			{STEPS.map(([stage], at) => {
				const ms = times[at] ?? null;
				const before = times
					.slice(0, at)
					.filter((time): time is number => time !== null)
					.pop();
				return (
					<li key={stage} class={ms === null ? 'not' : 'done'}>
						<span class="dot" aria-hidden="true" />
						<strong>{word('stage', stage)}</strong>
						<span>{ms === null ? t('road.not') : <At ms={ms} port={of.port} />}</span>
						<small>
							{ms !== null && before !== undefined && ms >= before
								? t('road.after', {span: span(ms - before)})
								: '\u00a0'}
						</small>
					</li>
				);
			})}
		</ol>
	);
}

function Facts({of, state}: {of: Crossing; state: string}) {
	const rows: [string, preact.ComponentChildren][] = [
		[t('stage'), word('stage', of.stage)],
		[t('state'), word('state', state)],
		[t('port'), portName(of.port)],
		[t('mode'), <ModeName mode={of.mode} />],
		[t('direction'), of.direction ? word('direction', of.direction) : <Unknown />],
		[t('units.head'), t('facts.units', {n: of.units, departed: of.units_departed})],
		[t('field.declared_kg'), <Exact kg={of.declared_kg} />],
		[t('facts.weighed'), <Exact kg={of.weighed_kg} />],
		[t('facts.counted'), of.counted_kg === null ? t('facts.notyet') : <Exact kg={of.counted_kg} />],
		[
			t('facts.inspections'),
			<>
				{count(of.inspections)}
				{of.second_inspection && <strong class="warn"> {t('kind.second_inspection')}</strong>}
			</>,
		],
	];
	if (of.units_unknown > 0) rows.push([t('basis.unknown'), count(of.units_unknown)]);
	if (of.held)
		rows.push([
			t('facts.held'),
			<strong class="warn">
				<bdi>{of.held}</bdi>
			</strong>,
		]);
	if (of.lane_in || of.lane_out)
		rows.push([
			t('lanes'),
			[of.lane_in && laneName(of.lane_in), of.lane_out && laneName(of.lane_out)].filter(Boolean).join(' → '),
		]);
	return (
		<dl class="parts facts">
			{rows.map(([name, value]) => (
				<div key={name}>
					<dt>{name}</dt>
					<dd>{value}</dd>
				</div>
			))}
		</dl>
	);
}

function Counted({data}: {data: Story}) {
	return data.counted.length === 0 ? (
		<Empty>{t('counted.none')}</Empty>
	) : (
		<Table
			caption={t('counted')}
			figures={[5]}
			head={[t('unit'), t('hour'), t('group'), t('direction'), t('basis'), t('net')]}
			rows={data.counted.map((row, at) => ({
				key: `${at}`,
				cells: [
					<bdi>{row.unit_id}</bdi>,
					`${periodText(row.hour.slice(0, 10))} ${periodText(row.hour)}`,
					groupName(row.group),
					word('direction', row.direction),
					word('basis', row.basis),
					<Exact kg={row.net_kg} />,
				],
			}))}
		/>
	);
}

const snake = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** What an event says, in the words for its fields: masses with their unit, names of the contract in words, all else as it is. */
function sayings(port: string, of: unknown): [string, string][] {
	if (typeof of !== 'object' || of === null) return [];
	return Object.entries(of).flatMap(([name, value]): [string, string][] => {
		const field = snake(name);
		if (Array.isArray(value))
			return [
				[
					word('field', field),
					value.every(part => typeof part === 'string')
						? value.join(', ')
						: t('field.n', {n: value.length}),
				],
			];
		if (typeof value === 'object' && value !== null) return [];
		if (field.endsWith('_kg') && !Number.isNaN(Number(value))) return [[word('field', field), exact(Number(value))]];
		if (field.endsWith('_ms')) return [[word('field', field), moment(Number(value), port, true)]];
		const text = String(value);
		const lower = text.toLowerCase();
		return [
			[
				word('field', field),
				field === 'lane' ? laneName(text) : hasWord('value', lower) ? word('value', lower) : text,
			],
		];
	});
}

function Event({of, port}: {of: StoryEvent; port: string}) {
	const inner = Object.entries(of.event).find(([name]) => snake(name) === of.kind)?.[1];
	return (
		<li class={of.holds ? 'event' : 'event past'}>
			<p class="line">
				<strong>{word('event', of.kind)}</strong> <At ms={of.occurred_at_ms} port={port} seconds />
				{!of.holds && <span class="tag">{t('event.replaced')}</span>}
			</p>
			<dl class="said">
				{sayings(port, inner).map(([name, value]) => (
					<div key={name}>
						<dt>{name}</dt>
						<dd>
							<bdi>{value}</bdi>
						</dd>
					</div>
				))}
			</dl>
			{of.remarks.length > 0 && (
				<p class="warn">
					<Reasons of="remark" names={of.remark_names} texts={of.remarks} />
				</p>
			)}
			<details class="more">
				<summary>{t('event.more')}</summary>
				<dl class="said">
					<div>
						<dt>{t('terminal')}</dt>
						<dd>
							<bdi>{of.terminal_name}</bdi> ({of.terminal_no})
						</dd>
					</div>
					<div>
						<dt>{t('event.seq')}</dt>
						<dd>{count(of.stream_seq)}</dd>
					</div>
					<div>
						<dt>{t('goal.lsn')}</dt>
						<dd>{count(of.lsn)}</dd>
					</div>
					<div>
						<dt>{t('event.received')}</dt>
						<dd>
							<At ms={of.received_at_ms} port={port} seconds />
						</dd>
					</div>
				</dl>
				<pre tabIndex={0}>{JSON.stringify(of.event, null, 2)}</pre>
			</details>
		</li>
	);
}

const Remarks = ({data}: {data: Story}) =>
	data.remarks.length === 0 ? null : (
		<div class="remarks">
			<h3>{t('remarks')}</h3>
			<Reasons of="remark" names={data.remark_names} texts={data.remarks} />
		</div>
	);

function Whole({port, batch}: {port: string; batch: string}) {
	const {live} = useStore(now);
	const asked = useAsk<Story>(
		`/api/v1/batches/${encodeURIComponent(port)}/${encodeURIComponent(batch)}`,
		live?.mark.lsn,
		5_000,
	);
	return (
		<Answer asked={asked}>
			{data => (
				<>
					<Section id="facts" title={t('story')} wide>
						{data.crossing ? (
							<>
								<Road of={data.crossing} />
								<Facts of={data.crossing} state={data.state} />
							</>
						) : (
							<Empty>{t('story.bare', {state: word('state', data.state)})}</Empty>
						)}
						<Remarks data={data} />
					</Section>
					<Section id="counted" title={t('counted')} wide>
						<Counted data={data} />
					</Section>
					<Section id="events" title={t('events')} wide>
						<ol class="events">
							{data.events.map(of => (
								<Event key={of.lsn} of={of} port={data.port} />
							))}
						</ol>
					</Section>
				</>
			)}
		</Answer>
	);
}

function decoded(part: string | undefined): string {
	try {
		return decodeURIComponent(part ?? '');
	} catch {
		return part ?? '';
	}
}

export function Batch() {
	const {path, ask} = route.get();
	const [, , port, batch] = path.split('/');
	const q = ask.get('q') ?? '';
	return (
		<>
			<div class="head">
				<div>
					<h1>
						{port && batch ? (
							<>
								{t('batch')} <bdi class="batch-no">{decoded(batch)}</bdi>
							</>
						) : (
							t('batch.title')
						)}
					</h1>
					{port && batch && <p class="under">{portName(decoded(port))}</p>}
				</div>
			</div>
			<Search q={q} />
			{port && batch ? (
				<Whole port={decoded(port)} batch={decoded(batch)} />
			) : [...q].length >= 2 ? (
				<Results q={q} />
			) : (
				<Empty>{t('search.hint')}</Empty>
			)}
		</>
	);
}
