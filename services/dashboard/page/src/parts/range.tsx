// The span that a picture is of: a day, a month, a year or any range. It stands in the address as the contract's from and to.
import {isDay, today} from '../figures';
import {go, route, withAsk} from '../route';
import {t, word} from '../words/words';
import {DateField} from './date';
import {portAsked} from './parts';

export interface Range {
	from: string;
	to: string;
}

/** What the address asks for; nothing: nothing. */
export const rangeOf = (ask: URLSearchParams): Range => ({from: ask.get('from') ?? '', to: ask.get('to') ?? ''});

const KINDS = ['day', 'month', 'year', 'range'] as const;
type Kind = (typeof KINDS)[number];

const kindOf = ({from, to}: Range): Kind =>
	to !== '' && to !== from ? 'range' : from.length === 10 ? 'day' : from.length === 7 ? 'month' : 'year';

export function RangeChoice() {
	const asked = rangeOf(route.get().ask);
	const now = today(portAsked());
	const kind = kindOf(asked);
	const from = asked.from || now.slice(0, 4);
	const begin: Record<Kind, Range> = {
		day: {from: isDay(from) ? from : now, to: ''},
		month: {from: (from.length >= 7 ? from : now).slice(0, 7), to: ''},
		year: {from: from.slice(0, 4), to: ''},
		range: {from: from.length === 10 ? from : `${from.slice(0, 4)}-01-01`, to: now},
	};
	const set = (range: Partial<Range>): void => go(withAsk(range));
	const field = (label: string, type: 'date' | 'month', value: string, name: 'from' | 'to') => (
		<DateField label={label} kind={type} value={value} choose={chosen => set({[name]: chosen})} />
	);
	return (
		<div class="filters ranges">
			<fieldset class="kinds">
				<legend class="hidden">{t('range.kind')}</legend>
				{KINDS.map(of => (
					<label key={of} class={of === kind ? 'kind on' : 'kind'}>
						<input
							type="radio"
							name="kind"
							checked={of === kind}
							onChange={() => set(begin[of])}
						/>
						<span>{word('range', of)}</span>
					</label>
				))}
			</fieldset>
			{kind === 'day' && field(t('day'), 'date', from, 'from')}
			{kind === 'month' && field(t('month'), 'month', from.slice(0, 7), 'from')}
			{kind === 'year' && (
				<label class="field">
					<span>{t('year')}</span>
					<input
						type="number"
						min="1900"
						max="2199"
						value={from.slice(0, 4)}
						onChange={event =>
							/^\d{4}$/.test(event.currentTarget.value) &&
							set({from: event.currentTarget.value, to: ''})
						}
					/>
				</label>
			)}
			{kind === 'range' && (
				<>
					{field(t('from'), 'date', from, 'from')}
					{field(t('to'), 'date', asked.to, 'to')}
				</>
			)}
		</div>
	);
}
