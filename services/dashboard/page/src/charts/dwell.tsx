// How long crossings wait: half of them up to p50, nine of ten up to p90. A table whose bars are for the eye.
import type {Dwell} from '../api';
import {count, span} from '../figures';
import {Empty, ModeName, Table, Unknown} from '../parts/parts';
import {t, word} from '../words/words';

export function DwellTable({rows}: {rows: Dwell[]}) {
	const known = rows.filter(row => row.n > 0);
	if (known.length === 0) return <Empty>{t('dwell.none')}</Empty>;
	const most = known.reduce((top, row) => Math.max(top, row.p90_ms ?? 0), 1);
	const at = (ms: number | null): string => `${(100 * (ms ?? 0)) / most}%`;
	return (
		<>
			<p class="note">{t('dwell.note')}</p>
			<Table
				caption={t('dwell')}
				figures={[2, 3, 4]}
				head={[
					t('dwell.kind'),
					t('mode'),
					t('dwell.n'),
					t('dwell.p50'),
					t('dwell.p90'),
					<span class="hidden">{t('dwell.bar')}</span>,
				]}
				rows={known.map(row => ({
					key: `${row.mode} ${row.kind}`,
					tone: row.kind === 'whole' ? 'strong' : '',
					cells: [
						word('dwell', row.kind),
						<ModeName mode={row.mode} />,
						count(row.n),
						row.p50_ms === null ? <Unknown /> : span(row.p50_ms),
						row.p90_ms === null ? <Unknown /> : span(row.p90_ms),
						<span class="range" aria-hidden="true">
							<span class="p90" style={{width: at(row.p90_ms)}} />
							<span class="p50" style={{width: at(row.p50_ms)}} />
						</span>,
					],
				}))}
			/>
		</>
	);
}
