// AGVs round the clock: a table of days and hours whose cells are coloured; it is its own twin.
import type {VNode} from 'preact';
import type {Flow} from '../api';
import {count, dayText, mass, periodText} from '../figures';
import {Amount, Empty, Scroller, Unknown} from '../parts/parts';
import {t} from '../words/words';

const HOURS = Array.from({length: 24}, (_, at) => String(at).padStart(2, '0'));

/** 0: a counted zero; 1 to 5: of the most. */
export const level = (of: number, most: number): number => (of <= 0 ? 0 : Math.min(5, 1 + Math.floor((5 * of) / (most + 1e-9))));

export function Levels({most, text}: {most: number; text: (of: number) => string}) {
	return (
		<p class="levels" aria-hidden="true">
			<span class="cell unknown-cell" /> {t('heat.unknown')}
			<span class="cell level-0" /> {'0'}
			{[1, 2, 3, 4, 5].map(at => (
				<span key={at} class={`cell level-${at}`} />
			))}{' '}
			{t('heat.to', {most: text(most)})}
		</p>
	);
}

function Hour({of, most}: {of: Flow['agv'][number] | undefined; most: number}) {
	if (!of)
		return (
			<td class="cell unknown-cell">
				<span class="hidden">{t('unknown')}</span>
			</td>
		);
	const title = `${periodText(of.hour)}: ${t('agv.n', {n: of.trips})}, ${mass(of.net_kg)}`;
	return (
		<td class={`cell level-${level(of.trips, most)}`} title={title}>
			{of.trips}
		</td>
	);
}

type Trips = Flow['agv'];

/** One row for each day, the latest first; a cell for each hour; then what they come to. */
function Days({rows, caption, cell}: {rows: Trips; caption: string; cell: (hour: string, of: Trips[number] | undefined) => VNode}) {
	const days = [...new Set(rows.map(row => row.hour.slice(0, 10)))].sort().reverse();
	const at = new Map(rows.map(row => [row.hour, row]));
	return (
		<Scroller label={caption}>
			<table class="heat">
				<caption class="hidden">{caption}</caption>
				<thead>
					<tr>
						{[t('day'), ...HOURS].map(text => (
							<th key={text} scope="col">
								{text}
							</th>
						))}
						{[t('agv.trips'), t('net'), t('agv.still')].map(text => (
							<th key={text} scope="col" class="number">
								{text}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{days.map(day => (
						<tr key={day}>
							<th scope="row">{dayText(day, false)}</th>
							{HOURS.map(hour => cell(hour, at.get(`${day}T${hour}`)))}
							<Sums of={rows.filter(row => row.hour.startsWith(day))} />
						</tr>
					))}
				</tbody>
			</table>
		</Scroller>
	);
}

function Sums({of}: {of: Trips}) {
	const sum = (pick: (row: Trips[number]) => number): number => of.reduce((total, row) => total + pick(row), 0);
	return (
		<>
			<td class="number">{count(sum(row => row.trips))}</td>
			<td class="number">
				<Amount kg={sum(row => row.net_kg)} />
			</td>
			<td class="number">{t('agv.hours', {n: sum(row => (row.trips === 0 ? 1 : 0))})}</td>
		</>
	);
}

export function AgvHeat({rows}: {rows: Trips}) {
	if (rows.every(row => row.trips === 0)) return <Empty>{t('agv.none')}</Empty>;
	const most = rows.reduce((top, row) => Math.max(top, row.trips), 0);
	return (
		<>
			<p class="note">{t('agv.note')}</p>
			<Days rows={rows} caption={t('agv.caption')} cell={(hour, of) => <Hour key={hour} of={of} most={most} />} />
			<Levels most={most} text={of => t('agv.n', {n: of})} />
			<details class="twin">
				<summary>{t('agv.tonnes')}</summary>
				<Days
					rows={rows}
					caption={t('agv.tonnes')}
					cell={(hour, of) => <td key={hour}>{of ? count(of.net_kg / 1000) : <Unknown />}</td>}
				/>
			</details>
		</>
	);
}
