// A day, a month, a year or any range: on the page, and the same figures as files.
import {useMemo} from 'preact/hooks';
import {useAsk, type Report} from '../api';
import {DwellTable} from '../charts/dwell';
import {Columns, type Column} from '../charts/hours';
import {change, count, dayText, groupName, periodText, portName, today} from '../figures';
import {isUntold, now} from '../live';
import {useStore} from '../store';
import {RangeChoice, rangeOf} from '../parts/range';
import {address, route} from '../route';
import {
	Amount,
	Answer,
	Bar,
	Basis,
	BasisText,
	Empty,
	ModeName,
	PortChoice,
	portAsked,
	Section,
	Table,
	useMoved,
} from '../parts/parts';
import {language, t, word} from '../words/words';

const short = (period: string): string =>
	period.length > 10 ? period.slice(11) : period.length === 10 ? period.slice(8) : period.slice(5);

function Periods({data}: {data: Report}) {
	const columns = useMemo<Column[]>(
		() =>
			data.by_period.map(({period, mass}) => ({
				key: period,
				name: periodText(period),
				short: short(period),
				parts: [],
				total: mass,
			})),
		[data],
	);
	return data.by_period.length === 0 ? (
		<Empty>{t('empty.passed')}</Empty>
	) : (
		<Columns columns={columns} byMode={false} label={t('report.periods')} />
	);
}

function Total({data}: {data: Report}) {
	const {total, before} = data;
	const {live} = useStore(now);
	const untold = total.units === 0 && isUntold(live);
	return (
		<Section id="total" title={t('report.total')} wide>
			<p class="huge">
				<Amount kg={untold ? null : total.net_kg} />
			</p>
			<p class="line">
				{!untold && <span>{t('batches.n', {n: total.batches})}</span>}
				{!untold && <span>{t('units.n', {n: total.units})}</span>}
				<span>
					{t('report.before')} <Amount kg={before?.net_kg} />{' '}
					{before && change(total.net_kg, before.net_kg)}
				</span>
			</p>
			<Basis mass={total} open />
			{data.remarks.length > 0 && (
				<div class="remarks">
					<h3>{t('remarks')}</h3>
					<ul>
						{data.remarks.map(text => (
							<li key={text}>{text}</li>
						))}
					</ul>
				</div>
			)}
		</Section>
	);
}

function Parts({data}: {data: Report}) {
	const most = data.by_mode_direction.reduce((top, row) => Math.max(top, row.mass.net_kg), 0);
	const mostGroup = data.by_group.reduce((top, row) => Math.max(top, row.mass.net_kg), 0);
	return (
		<>
			<Section id="modes" title={t('report.modes')} wide>
				{data.by_mode_direction.length === 0 ? (
					<Empty>{t('empty.passed')}</Empty>
				) : (
					<Table
						caption={t('report.modes')}
						figures={[3, 5, 6]}
						head={[
							t('port'),
							t('mode'),
							t('direction'),
							t('net'),
							t('basis'),
							t('batches'),
							t('units'),
						]}
						rows={data.by_mode_direction.map(row => ({
							key: row.port + row.mode + row.direction,
							cells: [
								portName(row.port),
								<ModeName mode={row.mode} />,
								word('direction', row.direction),
								<>
									<Amount kg={row.mass.net_kg} />
									<Bar part={row.mass.net_kg} of={most} tone={row.mode} />
								</>,
								<BasisText mass={row.mass} />,
								count(row.mass.batches),
								count(row.mass.units),
							],
						}))}
					/>
				)}
			</Section>
			<Section id="groups" title={t('report.groups')} wide>
				{data.by_group.length === 0 ? (
					<Empty>{t('empty.passed')}</Empty>
				) : (
					<Table
						caption={t('report.groups')}
						figures={[2, 4]}
						head={[t('group'), t('direction'), t('net'), t('basis'), t('batches')]}
						rows={data.by_group.map(row => ({
							key: row.group + row.direction,
							cells: [
								groupName(row.group),
								word('direction', row.direction),
								<>
									<Amount kg={row.mass.net_kg} />
									<Bar part={row.mass.net_kg} of={mostGroup} />
								</>,
								<BasisText mass={row.mass} />,
								count(row.mass.batches),
							],
						}))}
					/>
				)}
			</Section>
		</>
	);
}

export function Reports() {
	const range = rangeOf(route.get().ask);
	const port = portAsked();
	const from = range.from || today(port).slice(0, 4);
	const path = address('/api/v1/report', {from, to: range.to, port, lang: language.get()});
	const asked = useAsk<Report>(path, useMoved(port), 10_000);
	const file = (format: string): string =>
		address('/api/v1/report', {from, to: range.to, port, format, lang: language.get()});
	return (
		<>
			<div class="head">
				<div>
					<h1>{t('reports')}</h1>
					<p class="under">
						{portName(port)}
						{asked.data &&
							` · ${
								asked.data.from === asked.data.to
									? dayText(asked.data.from)
									: t('range', {
											from: dayText(asked.data.from),
											to: dayText(asked.data.to),
										})
							}`}
					</p>
				</div>
				<div class="filters">
					<PortChoice />
				</div>
			</div>
			<RangeChoice />
			<p class="buttons files">
				<span>{t('report.files')}</span>
				{['csv', 'xlsx', 'pdf'].map(format => (
					<a key={format} class="button" href={file(format)} download>
						{format.toUpperCase()}
					</a>
				))}
				<button type="button" onClick={() => print()}>
					{t('print')}
				</button>
			</p>
			<Answer asked={asked}>
				{data => (
					<>
						<Total data={data} />
						<Section id="periods" title={t('report.periods')} wide>
							<Periods data={data} />
						</Section>
						<Parts data={data} />
						<Section id="dwell" title={t('dwell')} wide>
							<DwellTable rows={data.dwell} />
						</Section>
					</>
				)}
			</Answer>
		</>
	);
}
