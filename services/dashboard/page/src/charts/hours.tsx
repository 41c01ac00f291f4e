// What passed in each hour of a day, or in each period of a report, by mode where modes are known.
import type {EChartsCoreOption} from 'echarts/core';
import {useCallback} from 'preact/hooks';
import type {Mass} from '../api';
import {mass, massAxis} from '../figures';
import {Amount, BasisText, ModeSign, Table} from '../parts/parts';
import {t, word} from '../words/words';
import {axis, Chart, ground, type Look} from './chart';

export interface Column {
	key: string;
	name: string;
	short: string;
	parts: {mode: string; mass: Mass}[];
	total: Mass | null;
}

export const MODES = ['truck', 'agv', 'rail'];

/** Colour is never alone: each mode has its pattern too. */
function pattern(mode: string, dot: number): object {
	switch (mode) {
		case 'agv':
			return {symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [2 * dot, 5 * dot], rotation: -Math.PI / 4};
		case 'rail':
			return {
				symbol: 'circle',
				symbolSize: 0.6,
				dashArrayX: [
					[6 * dot, 6 * dot],
					[0, 6 * dot, 6 * dot, 0],
				],
				dashArrayY: [5 * dot, 0],
			};
		default:
			return {symbol: 'none'};
	}
}

const kgOf = (column: Column, mode: string): number | null => {
	if (mode === '') return column.total?.net_kg ?? null;
	return column.parts.find(part => part.mode === mode)?.mass.net_kg ?? (column.parts.length > 0 ? 0 : null);
};

const told = (column: Column, modes: string[]): string =>
	[column.name, ...modes.map(mode => `${mode === '' ? t('net') : word('mode', mode)}: ${mass(kgOf(column, mode))}`)].join(
		'\n',
	);

/** A counted zero is told as such, once, for it would look like an hour that nobody knows. */
const zero = (column: Column | undefined, modes: string[], mode: string): boolean =>
	column !== undefined && mode === modes[0] && modes.every(of => kgOf(column, of) === 0);

function option(columns: Column[], modes: string[], look: Look): EChartsCoreOption {
	const most = columns.reduce(
		(top, column) =>
			Math.max(
				top,
				modes.reduce((sum, mode) => sum + (kgOf(column, mode) ?? 0), 0),
			),
		0,
	);
	const scale = massAxis(most);
	return {
		...ground(look),
		aria: {enabled: false, decal: {show: true}},
		tooltip: {
			...(ground(look).tooltip as object),
			axisPointer: {type: 'shadow'},
			formatter: (of: {dataIndex: number}[]) => {
				const column = columns[of[0]?.dataIndex ?? -1];
				return column ? told(column, modes) : '';
			},
		},
		xAxis: {
			...axis(look),
			type: 'category',
			z: 3, // above the bars' edges
			data: columns.map(column => column.short),
			axisLabel: {color: look.muted, fontSize: look.rem * 0.8, hideOverlap: true},
		},
		yAxis: {
			...axis(look),
			type: 'value',
			min: 0,
			// Zeros alone give an axis nothing to choose its steps by.
			...(most === 0 ? {max: 1_000, interval: 1_000} : {}),
			name: scale.unit,
			nameTextStyle: {color: look.muted, align: 'left'},
			axisLabel: {color: look.muted, fontSize: look.rem * 0.8, formatter: scale.label},
		},
		series: modes.map(mode => ({
			type: 'bar',
			stack: 'all',
			data: columns.map(column => kgOf(column, mode)),
			barCategoryGap: '22%',
			label: {
				show: true,
				position: 'top',
				color: look.muted,
				fontSize: look.rem * 0.75,
				formatter: ({dataIndex: at}: {dataIndex: number}) => (zero(columns[at], modes, mode) ? '0' : ''),
			},
			itemStyle: {
				color: look[(mode || 'accent') as 'truck'] ?? look.accent,
				borderColor: look.surface,
				borderWidth: 1,
				decal: {color: look.surface, ...pattern(mode, look.rem / 16)},
			},
		})),
	};
}

function ColumnTable({columns, modes, caption}: {columns: Column[]; modes: string[]; caption: string}) {
	const split = modes[0] !== '';
	return (
		<Table
			caption={caption}
			figures={modes.map((_, at) => at + 1)}
			head={[t('period'), ...modes.map(mode => (mode === '' ? t('net') : word('mode', mode))), t('basis')]}
			rows={columns
				.filter(column => column.parts.length > 0 || column.total)
				.map(column => ({
					key: column.key,
					cells: [
						column.name,
						...modes.map(mode => <Amount kg={kgOf(column, mode)} />),
						split ? (
							<ul class="plain">
								{column.parts
									.filter(
										part =>
											part.mass.net_kg > 0 ||
											part.mass.units_unknown > 0,
									)
									.map(part => (
										<li key={part.mode}>
											{word('mode', part.mode)}
											{': '}
											<BasisText mass={part.mass} />
										</li>
									))}
							</ul>
						) : (
							column.total && <BasisText mass={column.total} />
						),
					],
				}))}
		/>
	);
}

export function Columns({columns, label, byMode = true}: {columns: Column[]; label: string; byMode?: boolean}) {
	const modes = byMode
		? MODES.filter(mode =>
				columns.some(column =>
					column.parts.some(
						part => part.mode === mode && (part.mass.batches > 0 || part.mass.net_kg > 0),
					),
				),
			)
		: [''];
	const shown = modes.length > 0 ? modes : ['truck'];
	const draw = useCallback((look: Look) => option(columns, shown, look), [columns, shown.join()]);
	return (
		<>
			{byMode && (
				<ul class="legend">
					{shown.map(mode => (
						<li key={mode}>
							<ModeSign mode={mode} />
							{word('mode', mode)}
						</li>
					))}
				</ul>
			)}
			<Chart label={label} draw={draw} twin={<ColumnTable columns={columns} modes={shown} caption={label} />} />
		</>
	);
}
