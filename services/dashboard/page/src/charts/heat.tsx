// AGVs round the clock: a table of days and hours whose cells are coloured; it is its own twin.
import type {Flow} from '../api';
import {count, dayText, mass, periodText} from '../figures';
import {Amount, Empty, Scroller} from '../parts/parts';
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

export function AgvHeat({rows}: {rows: Flow['agv']}) {
	if (rows.length === 0) return <Empty>{t('agv.none')}</Empty>;
	const days = [...new Set(rows.map(row => row.hour.slice(0, 10)))].sort().reverse();
	const at = new Map(rows.map(row => [row.hour, row]));
	const most = rows.reduce((top, row) => Math.max(top, row.trips), 0);
	return (
		<>
			<p class="note">{t('agv.note')}</p>
			<Scroller label={t('agv')}>
				<table class="heat">
					<caption class="hidden">{t('agv.caption')}</caption>
					<thead>
						<tr>
							<th scope="col">{t('day')}</th>
							{HOURS.map(hour => (
								<th key={hour} scope="col">
									{hour}
								</th>
							))}
							<th scope="col" class="number">
								{t('agv.trips')}
							</th>
							<th scope="col" class="number">
								{t('net')}
							</th>
							<th scope="col" class="number">
								{t('agv.still')}
							</th>
						</tr>
					</thead>
					<tbody>
						{days.map(day => {
							const told = HOURS.flatMap(hour => at.get(`${day}T${hour}`) ?? []);
							return (
								<tr key={day}>
									<th scope="row">{dayText(day, false)}</th>
									{HOURS.map(hour => (
										<Hour
											key={hour}
											of={at.get(`${day}T${hour}`)}
											most={most}
										/>
									))}
									<td class="number">
										{count(
											told.reduce(
												(sum, cell) => sum + cell.trips,
												0,
											),
										)}
									</td>
									<td class="number">
										<Amount
											kg={told.reduce(
												(sum, cell) => sum + cell.net_kg,
												0,
											)}
										/>
									</td>
									<td class="number">
										{t('agv.hours', {
											n: told.filter(cell => cell.trips === 0)
												.length,
										})}
									</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			</Scroller>
			<Levels most={most} text={of => t('agv.n', {n: of})} />
		</>
	);
}
