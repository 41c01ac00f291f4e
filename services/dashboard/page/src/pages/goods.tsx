// Tonnes by commodity group and direction, this span against the same one a year before.
import {useAsk, type Goods as Picture} from '../api';
import {change, count, dayText, groupName} from '../figures';
import {RangeChoice, rangeOf} from '../parts/range';
import {address, route} from '../route';
import {Amount, Answer, Bar, BasisText, Empty, PortChoice, portAsked, Section, Table, useMoved} from '../parts/parts';
import {t, word} from '../words/words';

function Rows({data}: {data: Picture}) {
	if (data.rows.length === 0) return <Empty>{t('empty.passed')}</Empty>;
	return (
		<>
			{[
				'import',
				'export',
				...new Set(data.rows.map(row => row.direction).filter(of => of !== 'import' && of !== 'export')),
			].map(direction => {
				const rows = data.rows
					.filter(row => row.direction === direction)
					.sort((a, b) => b.mass.net_kg - a.mass.net_kg);
				const most = rows.reduce((top, row) => Math.max(top, row.mass.net_kg, row.before?.net_kg ?? 0), 0);
				return (
					rows.length > 0 && (
						<Section
							key={direction}
							id={`goods-${direction}`}
							title={word('direction', direction)}
							wide>
							<ul class="legend">
								<li>
									<span class="swatch" aria-hidden="true">
										<Bar part={1} of={1} />
									</span>
									{t('goods.now')}
								</li>
								<li>
									<span class="swatch" aria-hidden="true">
										<Bar part={1} of={1} tone="last" />
									</span>
									{t('goods.before')}
								</li>
							</ul>
							<Table
								caption={word('direction', direction)}
								figures={[2, 3, 4, 5]}
								head={[
									t('group'),
									<span class="hidden">{t('goods.bars')}</span>,
									t('goods.now'),
									t('goods.before'),
									t('change'),
									t('batches'),
									t('basis'),
								]}
								rows={rows.map(row => ({
									key: row.group,
									cells: [
										groupName(row.group),
										<span class="two">
											<Bar part={row.mass.net_kg} of={most} />
											{row.before && (
												<Bar
													part={row.before.net_kg}
													of={most}
													tone="last"
												/>
											)}
										</span>,
										<Amount kg={row.mass.net_kg} />,
										<Amount kg={row.before?.net_kg} />,
										change(row.mass.net_kg, row.before?.net_kg ?? null),
										count(row.mass.batches),
										<BasisText mass={row.mass} />,
									],
								}))}
							/>
						</Section>
					)
				);
			})}
		</>
	);
}

export function Goods() {
	const port = portAsked();
	const {from, to} = rangeOf(route.get().ask);
	const asked = useAsk<Picture>(address('/api/v1/goods', {port, from, to}), useMoved(port), 10_000);
	return (
		<>
			<div class="head">
				<div>
					<h1>{t('goods')}</h1>
					{asked.data && (
						<p class="under">
							{t('goods.spans', {
								from: dayText(asked.data.from),
								to: dayText(asked.data.to),
								before_from: dayText(asked.data.before_from),
								before_to: dayText(asked.data.before_to),
							})}
						</p>
					)}
				</div>
				<div class="filters">
					<PortChoice />
				</div>
			</div>
			<RangeChoice />
			<Answer asked={asked}>{data => <Rows data={data} />}</Answer>
		</>
	);
}
