// The year against the goal: what has passed, the plan, the year before, and the fan of what may come.
import type {EChartsCoreOption} from 'echarts/core';
import {useCallback, useMemo} from 'preact/hooks';
import type {CoursePoint, Overview} from '../api';
import {dayText, mass, massAxis, monthShort} from '../figures';
import {Amount, Empty, Table} from '../parts/parts';
import {t} from '../words/words';
import {axis, Chart, ground, type Look} from './chart';

const most = (course: CoursePoint[], target: number): number =>
	course.reduce(
		(top, point) =>
			Math.max(top, point.done_kg ?? 0, point.plan_kg ?? 0, point.last_year_kg ?? 0, point.to_date?.p975_kg ?? 0),
		target,
	);

const BANDS = [
	{of: 'p10_kg', above: 'p025_kg', opacity: 0.14},
	{of: 'p25_kg', above: 'p10_kg', opacity: 0.28},
	{of: 'p75_kg', above: 'p25_kg', opacity: 0.46},
	{of: 'p90_kg', above: 'p75_kg', opacity: 0.28},
	{of: 'p975_kg', above: 'p90_kg', opacity: 0.14},
] as const;

/** The fan as areas that lie upon each other. */
function fan(course: CoursePoint[], look: Look): object[] {
	const part = (data: (number | null)[], opacity: number): object => ({
		type: 'line',
		stack: 'fan',
		stackStrategy: 'all',
		data,
		symbol: 'none',
		silent: true,
		lineStyle: {width: 0},
		areaStyle: {color: look.accent, opacity},
		z: 1,
	});
	return [
		part(
			course.map(point => point.to_date?.p025_kg ?? null),
			0,
		),
		...BANDS.map(({of, above, opacity}) =>
			part(
				course.map(({to_date: at}) => (at ? Math.max(0, at[of] - at[above]) : null)),
				opacity,
			),
		),
		{
			type: 'line',
			data: course.map(point => point.to_date?.p50_kg ?? null),
			symbol: 'none',
			silent: true,
			z: 3,
			lineStyle: {color: look.accent, width: look.rem * 0.1, type: [2, 4]},
		},
	];
}

function told({day, done_kg: done, plan_kg: plan, last_year_kg: last, to_date: at}: CoursePoint): string {
	const lines = [dayText(day)];
	if (done !== null) lines.push(`${t('year.done')}: ${mass(done)}`);
	if (at && done === null)
		lines.push(`${t('year.median')}: ${mass(at.p50_kg)}`, `80 %: ${mass(at.p10_kg)} – ${mass(at.p90_kg)}`);
	if (plan !== null) lines.push(`${t('year.plan')}: ${mass(plan)}`);
	if (last !== null) lines.push(`${t('year.last')}: ${mass(last)}`);
	return lines.join('\n');
}

const STAR = 'path://M10 1l2.6 6.2 6.7.5-5.1 4.4 1.6 6.5L10 15.1 4.2 18.6l1.6-6.5L.7 7.7l6.7-.5z';

/** Record days, as stars on what has passed. */
const stars = (course: CoursePoint[], days: Set<string>, look: Look): object => ({
	symbol: (_: unknown, {dataIndex}: {dataIndex: number}) => (days.has(course[dataIndex]?.day ?? '') ? STAR : 'none'),
	symbolSize: look.rem * 0.9,
	showAllSymbol: true,
	itemStyle: {color: look.plan, borderColor: look.surface, borderWidth: 1},
});

function option(course: CoursePoint[], target: number | null, records: Set<string>, look: Look): EChartsCoreOption {
	const scale = massAxis(most(course, target ?? 0));
	const narrow = look.width < 30 * look.rem;
	const line = (data: (number | null)[], color: string, width: number, type: string | number[], z: number): object => ({
		type: 'line',
		data,
		symbol: 'none',
		silent: true,
		lineStyle: {color, width: look.rem * width, type},
		z,
	});
	return {
		...ground(look),
		tooltip: {
			...(ground(look).tooltip as object),
			formatter: (of: {dataIndex: number}[]) => {
				const point = course[of[0]?.dataIndex ?? -1];
				return point ? told(point) : '';
			},
		},
		xAxis: {
			...axis(look),
			type: 'category',
			boundaryGap: false,
			data: course.map(point => point.day),
			axisLabel: {
				color: look.muted,
				fontSize: look.rem * 0.8,
				hideOverlap: true,
				align: 'left',
				interval: (_: number, day: string) =>
					day.endsWith('-01') && (!narrow || Number(day.slice(5, 7)) % 3 === 1),
				formatter: (day: string) => monthShort(Number(day.slice(5, 7))),
			},
		},
		yAxis: {
			...axis(look),
			type: 'value',
			min: 0,
			name: scale.unit,
			nameTextStyle: {color: look.muted, align: 'left'},
			axisLabel: {color: look.muted, fontSize: look.rem * 0.8, formatter: scale.label},
		},
		series: [
			...fan(course, look),
			line(
				course.map(point => point.last_year_kg),
				look.last,
				0.1,
				'dotted',
				2,
			),
			{
				...line(
					course.map(point => point.plan_kg),
					look.plan,
					0.11,
					'dashed',
					2,
				),
				...(target === null
					? {}
					: {
							markLine: {
								silent: true,
								symbol: 'none',
								data: [{yAxis: target}],
								lineStyle: {color: look.plan, type: 'solid', width: 1},
								label: {
									position: 'insideStartTop',
									color: look.ink,
									fontSize: look.rem * 0.85,
									formatter: t('year.target', {
										mass: mass(target, target, true),
									}),
								},
							},
						}),
			},
			{
				...line(
					course.map(point => point.done_kg),
					look.accent,
					0.2,
					'solid',
					4,
				),
				...stars(course, records, look),
			},
		],
	};
}

/** The last day of each month, the last known day and the last of all. */
function tellingDays({course, known_to: known}: Overview): CoursePoint[] {
	return course.filter(
		(point, at) =>
			at === course.length - 1 ||
			point.day === known ||
			course[at + 1]?.day.slice(0, 7) !== point.day.slice(0, 7),
	);
}

function YearTable({data}: {data: Overview}) {
	return (
		<Table
			caption={t('year.table')}
			figures={[1, 2, 3, 4, 5, 6]}
			head={[
				t('day'),
				t('year.done'),
				t('year.plan'),
				t('year.last'),
				t('year.median'),
				t('year.80'),
				t('year.95'),
			]}
			rows={tellingDays(data).map(({day, done_kg: done, plan_kg: plan, last_year_kg: last, to_date: at}) => ({
				key: day,
				cells: [
					dayText(day),
					<Amount kg={done} />,
					<Amount kg={plan} />,
					<Amount kg={last} />,
					<Amount kg={at?.p50_kg} />,
					at ? `${mass(at.p10_kg)} – ${mass(at.p90_kg)}` : <Amount kg={null} />,
					at ? `${mass(at.p025_kg)} – ${mass(at.p975_kg)}` : <Amount kg={null} />,
				],
			}))}
		/>
	);
}

export function YearLegend({fanned, last, starred}: {fanned: boolean; last: boolean; starred: boolean}) {
	return (
		<ul class="legend">
			<li>
				<span class="stroke done" aria-hidden="true" />
				{t('year.done')}
			</li>
			<li>
				<span class="stroke plan" aria-hidden="true" />
				{t('year.plan')}
			</li>
			{last && (
				<li>
					<span class="stroke last" aria-hidden="true" />
					{t('year.last')}
				</li>
			)}
			{starred && (
				<li>
					<span class="star" aria-hidden="true">
						{'★'}
					</span>
					{t('record')}
				</li>
			)}
			{fanned && (
				<li>
					<span class="stroke median" aria-hidden="true" />
					{t('year.median')}
				</li>
			)}
			{fanned && (
				<li>
					<span class="fans" aria-hidden="true">
						<i />
						<i />
						<i />
					</span>
					{t('year.fan')}
				</li>
			)}
		</ul>
	);
}

export function YearChart({data, tall = 'high'}: {data: Overview; tall?: 'high' | 'fill'}) {
	const target = data.goal?.target_kg ?? null;
	const records = useMemo(() => new Set(data.records.map(of => of.day)), [data]);
	const draw = useCallback((look: Look) => option(data.course, target, records, look), [data]);
	if (!data.course.some(point => point.done_kg !== null || point.plan_kg !== null)) return <Empty>{t('empty.year')}</Empty>;
	const fanned = data.course.some(point => point.to_date !== null);
	return (
		<>
			<YearLegend
				fanned={fanned}
				last={data.course.some(point => point.last_year_kg !== null)}
				starred={data.course.some(point => point.done_kg !== null && records.has(point.day))}
			/>
			<Chart label={t('year.label')} draw={draw} tall={tall} twin={<YearTable data={data} />} />
		</>
	);
}
