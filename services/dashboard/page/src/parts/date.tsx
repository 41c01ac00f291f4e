// A day or a month to be chosen. The browser's own field shows it in the browser's language, not in the page's; so it is written as
// 2026-01-31, which reads the same in all of them, said in words below, and may be chosen from the browser's calendar by a button.
import type {TargetedEvent} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import {dayAndWeek, isDay, periodText} from '../figures';
import {t} from '../words/words';

type Kind = 'date' | 'month';

const FORM: Record<Kind, string> = {date: '2026-01-31', month: '2026-01'};

const isMonth = (text: string): boolean => /^\d{4}-\d{2}$/.test(text) && isDay(`${text}-01`);
const fits = (text: string, kind: Kind): boolean => (kind === 'date' ? isDay(text) : isMonth(text));

/** What was typed as the contract writes it: "2026/1/31", "2026年1月31日" and "20260131" are as good; else null. */
export function written(typed: string, kind: Kind): string | null {
	const whole = /^\s*(\d{4})(\d{2})(\d{2})?\s*$/.exec(typed);
	const parts = whole ? whole.slice(1).filter(Boolean) : (typed.match(/\d+/g) ?? []);
	const text = parts.map((part, at) => part.padStart(at === 0 ? 4 : 2, '0')).join('-');
	return fits(text, kind) ? text : null;
}

const spoken = (text: string, kind: Kind): string => (kind === 'date' ? dayAndWeek(text) : periodText(text));

export function DateField({
	label,
	kind = 'date',
	value,
	max,
	silent = false,
	choose,
}: {
	label: string;
	kind?: Kind;
	value: string;
	max?: string;
	/** What is chosen is said elsewhere on the page. */
	silent?: boolean;
	choose: (value: string) => void;
}) {
	const [typed, type] = useState(value);
	const [wrong, blame] = useState(false);
	const calendar = useRef<HTMLInputElement>(null);
	const below = `below-${kind}-${label}`;
	useEffect(() => (type(value), blame(false)), [value]);
	const take = (text: string): void => {
		const day = written(text, kind);
		const taken = day !== null && !(max && day > max);
		blame(!taken);
		if (taken) type(day);
		if (taken && day !== value) choose(day);
	};
	const changed = (event: TargetedEvent<HTMLInputElement>): void => take(event.currentTarget.value);
	return (
		<div class="field date">
			<label>
				<span>{label}</span>
				<input
					type="text"
					inputMode="numeric"
					autocomplete="off"
					size={10}
					value={typed}
					placeholder={FORM[kind]}
					aria-invalid={wrong}
					aria-describedby={below}
					onInput={event => type(event.currentTarget.value)}
					onChange={changed}
				/>
			</label>
			<button
				type="button"
				class="pick"
				aria-label={`${label}: ${t('date.pick')}`}
				onClick={() => calendar.current?.showPicker()}>
				<span class="leaf" aria-hidden="true" />
			</button>
			<input
				ref={calendar}
				class="calendar"
				type={kind}
				tabIndex={-1}
				aria-hidden="true"
				value={fits(value, kind) ? value : ''}
				max={max}
				onChange={changed}
			/>
			<small id={below} class={wrong ? 'warn' : silent ? 'hidden' : ''} role={wrong ? 'alert' : undefined}>
				{wrong ? t('date.expected', {form: FORM[kind]}) : fits(value, kind) ? spoken(value, kind) : ''}
			</small>
		</div>
	);
}
