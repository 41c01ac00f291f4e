// A year's days, what passed and what was shut. Every day is a link to its flow: the heat map is its own table.
import {useAsk, type Calendar as Picture, type CalendarDay, type DayMark, type Mass} from '../api';
import {level, Levels} from '../charts/heat';
import {dayText, mass, massCell, massCellUnit, month, portName, share, weekday} from '../figures';
import {address, route, withAsk} from '../route';
import {
	Answer,
	BasisText,
	DayLink,
	Empty,
	PortChoice,
	portAsked,
	Section,
	Still,
	Table,
	useMoved,
	useToday,
} from '../parts/parts';
import {hasWord, t, word} from '../words/words';
import {Begin} from './overview';

const SIGNS: Record<string, string> = {closed: '×', holiday: '◆', open_by_agreement: '○'};

function markText(mark: DayMark): string {
	const festival = mark.festival && (hasWord('festival', mark.festival) ? word('festival', mark.festival) : mark.festival);
	const head = [
		mark.port && mark.port !== '*' && portName(mark.port),
		word('mark', mark.kind),
		mark.country && word('country', mark.country),
		festival,
	]
		.filter(Boolean)
		.join(' · ');
	const note = hasWord('marknote', mark.note) ? word('marknote', mark.note) : mark.note;
	return note ? t('mark.of', {mark: head, note}) : head;
}

const passedText = (of: CalendarDay): string => (of.mass === null ? t('calendar.unknown') : mass(of.mass.net_kg));

const basisText = ({net_kg: net, weighed_kg: weighed}: Mass): string =>
	net > 0 ? t('basis.short', {share: share(weighed, net), basis: word('basis', 'weighed')}) : '';

const wholeText = (of: CalendarDay): string =>
	[
		dayText(of.day),
		passedText(of),
		of.mass && basisText(of.mass),
		of.record ? t('record') : '',
		...of.marks.map(markText),
	]
		.filter(Boolean)
		.join('; ');

function Cell({of, most, port, now}: {of: CalendarDay; most: number; port: string; now: string}) {
	const shade = of.mass === null ? 'unknown-cell' : `level-${level(of.mass.net_kg, most)}`;
	const signs = [...new Set(of.marks.map(mark => SIGNS[mark.kind]))].join('') + (of.record ? '★' : '');
	const inside = (
		<>
			<span class="date" aria-hidden="true">
				{Number(of.day.slice(8))}
				<span class="signs">{signs}</span>
			</span>
			<span class="much" aria-hidden="true">
				{of.mass ? massCell(of.mass.net_kg) : '\u00a0'}
			</span>
			<span class="hidden">{wholeText(of)}</span>
		</>
	);
	return (
		<td class={`cell day ${shade}${of.day === now ? ' now' : ''}`}>
			{of.mass === null && !of.passed ? (
				<span title={wholeText(of)}>{inside}</span>
			) : (
				<a href={address('/flow', {port, day: of.day})} title={wholeText(of)}>
					{inside}
				</a>
			)}
		</td>
	);
}

function Month({
	n,
	days,
	most,
	port,
	now,
}: {
	n: number;
	days: CalendarDay[];
	most: number;
	port: string;
	now: string;
}) {
	const cells: (CalendarDay | null)[] = [...Array<null>(days[0] ? weekday(days[0].day) : 0).fill(null), ...days];
	const weeks = Array.from({length: Math.ceil(cells.length / 7)}, (_, at) => cells.slice(7 * at, 7 * at + 7));
	return (
		<table class="month">
			<caption>{month(n)}</caption>
			<thead>
				<tr>
					{[0, 1, 2, 3, 4, 5, 6].map(at => (
						<th key={at} scope="col">
							<abbr title={word('weekday', String(at))}>
								{word('weekdayshort', String(at))}
							</abbr>
						</th>
					))}
				</tr>
			</thead>
			<tbody>
				{weeks.map((week, row) => (
					<tr key={row}>
						{[0, 1, 2, 3, 4, 5, 6].map(at =>
							week[at] ? (
								<Cell key={at} of={week[at]} most={most} port={port} now={now} />
							) : (
								<td key={at} />
							),
						)}
					</tr>
				))}
			</tbody>
		</table>
	);
}

function Months({data, port, now}: {data: Picture; port: string; now: string}) {
	const most = data.days.reduce((top, of) => Math.max(top, of.mass?.net_kg ?? 0), 0);
	return (
		<>
			{data.days.some(of => of.mass !== null) ? (
				<p class="note">{t('calendar.note', {unit: massCellUnit()})}</p>
			) : (
				<>
					<p>{t('calendar.nothing')}</p>
					{data.year === Number(now.slice(0, 4)) && <Begin />}
				</>
			)}
			<div class="months">
				{Array.from({length: 12}, (_, at) => (
					<Month
						key={at}
						n={at + 1}
						most={most}
						port={port}
						now={now}
						days={data.days.filter(of => Number(of.day.slice(5, 7)) === at + 1)}
					/>
				))}
			</div>
			{most > 0 && <Levels most={most} text={of => mass(of)} />}
			<p class="levels">
				{Object.entries(SIGNS).map(([kind, sign]) => (
					<span key={kind}>
						<span aria-hidden="true">{sign}</span> {word('mark', kind)}
					</span>
				))}
				<span>
					<span aria-hidden="true">{'★'}</span> {t('record')}
				</span>
			</p>
		</>
	);
}

/** The days with something to tell: marks and records, in words. */
function Marked({data, port}: {data: Picture; port: string}) {
	const rows = data.days.filter(of => of.marks.length > 0 || of.record);
	return rows.length === 0 ? (
		<Empty>{t('calendar.nomarks')}</Empty>
	) : (
		<Table
			caption={t('calendar.marks')}
			figures={[2]}
			head={[t('day'), t('calendar.marks'), t('net'), t('basis')]}
			rows={rows.map(of => ({
				key: of.day,
				cells: [
					<DayLink day={of.day} port={port}>
						{dayText(of.day, false)}
					</DayLink>,
					<ul class="plain">
						{of.record && (
							<li>
								{'★ '}
								{t('record')}
							</li>
						)}
						{of.marks.map(mark => (
							<li key={markText(mark)}>
								{SIGNS[mark.kind]} {markText(mark)}
							</li>
						))}
					</ul>,
					of.mass ? mass(of.mass.net_kg) : of.passed ? t('unknown') : t('calendar.tocome'),
					of.mass && <BasisText mass={of.mass} />,
				],
			}))}
		/>
	);
}

export function Calendar() {
	const port = portAsked();
	const day = useToday(port);
	const asked = useAsk<Picture>(
		address('/api/v1/calendar', {port, year: route.get().ask.get('year')}),
		useMoved(port),
		30_000,
	);
	const thisYear = Number(day.slice(0, 4));
	const year = asked.data?.year ?? (Number(route.get().ask.get('year')) || thisYear);
	return (
		<>
			<div class="head">
				<div>
					<h1>{t('calendar')}</h1>
					<p class="under">{t('date.year', {y: String(year)})}</p>
				</div>
				<div class="filters">
					<PortChoice />
					<div class="days">
						<a class="button" href={withAsk({year: String(year - 1)})}>
							{`‹ ${year - 1}`}
							<span class="hidden">{t('year.before')}</span>
						</a>
						<a
							class="button"
							href={withAsk({year: year + 1 === thisYear ? null : String(year + 1)})}>
							{`${year + 1} ›`}
							<span class="hidden">{t('year.after')}</span>
						</a>
					</div>
				</div>
			</div>
			<Answer asked={asked}>
				{data => (
					<>
						<Section id="year" title={t('calendar.days')} wide>
							<Still
								by={`${data.mark.lsn} ${data.mark.made_at_ms} ${day}`}
								draw={() => <Months data={data} port={port} now={day} />}
							/>
						</Section>
						<Section id="marks" title={t('calendar.marks')} wide>
							<Still by={data} draw={() => <Marked data={data} port={port} />} />
						</Section>
					</>
				)}
			</Answer>
		</>
	);
}
