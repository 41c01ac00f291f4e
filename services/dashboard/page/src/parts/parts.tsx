// Small pieces that every page is made of.
import {Fragment, type ComponentChildren, type TargetedEvent} from 'preact';
import {useEffect, useMemo, useRef, useState} from 'preact/hooks';
import type {Asked, Kg, Mark, Mass, Ms, Problem} from '../api';
import {age, count, dayOf, exact, joint, laneName, massParts, moment, place, portName, portTree, share} from '../figures';
import {clock, now} from '../live';
import {address, go, route, withAsk} from '../route';
import {useStore} from '../store';
import {hasWord, language, t, word} from '../words/words';

/** Draws again each second. */
export function useTick(everyMs = 1_000): number {
	const [at, tick] = useState(clock());
	useEffect(() => {
		const timer = setInterval(() => tick(clock()), everyMs);
		return () => clearInterval(timer);
	}, [everyMs]);
	return at;
}

/** The port's day; draws again when it turns, or so long after it. */
export function useToday(port = '', lateMs = 0): string {
	const [, turn] = useState('');
	const day = (): string => dayOf(clock() - lateMs, port);
	useEffect(() => {
		const look = (): void => turn(day());
		look();
		const timer = setInterval(look, 1_000);
		return () => clearInterval(timer);
	}, [port, lateMs]);
	return day();
}

const SLOW_MS = 5 * 60_000;
const LATE_MS = 8_000; // the service gives an answer again for 5 s

/**
 * When to ask again: with each event, with the port's next day (a moment late, for the service's clock to be there too), and now
 * and then for what comes by itself, such as a forecast.
 */
export function useMoved(port = ''): string {
	const {live} = useStore(now);
	const day = useToday(port, LATE_MS);
	const slow = Math.floor(useTick(SLOW_MS) / SLOW_MS);
	return `${live?.mark.lsn ?? ''} ${day} ${slow}`;
}

export const Unknown = () => (
	<span class="unknown">
		<span aria-hidden="true">{'–'}</span>
		<span class="hidden">{t('unknown')}</span>
	</span>
);

/** A mass with its unit; unknown as such. */
export function Amount({kg, like, whole}: {kg: Kg | undefined; like?: number | undefined; whole?: boolean}) {
	if (kg === null || kg === undefined) return <Unknown />;
	const [text, unit] = massParts(kg, like ?? kg, whole);
	return (
		<span class="amount">
			<span class="figure">{text}</span>
			{joint()}
			<span class="unit">{unit}</span>
		</span>
	);
}

/** The mass of one vehicle or crossing, to the kilogram. */
export const Exact = ({kg}: {kg: Kg}) => (kg === null ? <Unknown /> : <span class="nowrap">{exact(kg)}</span>);

/** On what a mass rests, in one line that opens to the parts. Nothing passed: nothing to rest on. */
export function Basis({mass, open = false}: {mass: Mass; open?: boolean}) {
	const {net_kg: net, units_unknown: unknown} = mass;
	const parts = [
		['weighed', mass.weighed_kg],
		['declared', mass.declared_kg],
		['corrected', mass.corrected_kg],
	] as const;
	if (net === 0 && unknown === 0) return null;
	const main = parts.reduce((a, b) => (b[1] > a[1] ? b : a));
	return (
		<details class="basis" open={open}>
			<summary>
				{net > 0 && (
					<span>{t('basis.short', {share: share(main[1], net), basis: word('basis', main[0])})}</span>
				)}
				{unknown > 0 && <span class="warn">{t('basis.unknown.short', {n: unknown})}</span>}
			</summary>
			<dl class="parts">
				{parts.map(([name, kg]) => (
					<div key={name}>
						<dt>{word('basis', name)}</dt>
						<dd>
							<Amount kg={kg} /> <small>{share(kg, net)}</small>
						</dd>
					</div>
				))}
				<div>
					<dt>{t('batches')}</dt>
					<dd>{count(mass.batches)}</dd>
				</div>
				<div>
					<dt>{t('units')}</dt>
					<dd>{count(mass.units)}</dd>
				</div>
				{unknown > 0 && (
					<div>
						<dt>{t('basis.unknown')}</dt>
						<dd>{count(unknown)}</dd>
					</div>
				)}
			</dl>
		</details>
	);
}

/** The basis within a table: the same in words alone. */
export const BasisText = ({mass}: {mass: Mass}) => {
	const {net_kg: net} = mass;
	const parts = (
		[
			['weighed', mass.weighed_kg],
			['declared', mass.declared_kg],
			['corrected', mass.corrected_kg],
		] as const
	).filter(([, kg]) => kg > 0);
	return (
		<small class="basis-text">
			{parts.map(([name, kg], at) => (
				<Fragment key={name}>
					{at > 0 && ' · '}
					<span class="nowrap">{`${word('basis', name)} ${share(kg, net)}`}</span>
				</Fragment>
			))}
			{mass.units_unknown > 0 && (
				<span class="warn">{` ${t('basis.unknown.short', {n: mass.units_unknown})}`}</span>
			)}
		</small>
	);
};

export function Age({ms}: {ms: Ms}) {
	const at = useTick();
	return ms === null ? <Unknown /> : <time dateTime={new Date(ms).toISOString()}>{t('ago', {age: age(at - ms)})}</time>;
}

export const At = ({ms, port, seconds = false}: {ms: Ms; port?: string | undefined; seconds?: boolean}) =>
	ms === null ? <Unknown /> : <time dateTime={new Date(ms).toISOString()}>{moment(ms, port, seconds)}</time>;

/** Up to when a picture is true. */
export function AsOf({mark, old = false}: {mark: Mark; old?: boolean}) {
	const {state} = useStore(now);
	const at = useTick();
	const stale = old || !mark.fresh || state !== 'fresh';
	return (
		<p class={stale ? 'as-of stale' : 'as-of'}>
			{t('asof', {time: moment(mark.made_at_ms, undefined, true)})}
			{stale && ` (${t('ago', {age: age(at - mark.made_at_ms)})})`}
		</p>
	);
}

/** A sentence of the service: English, whatever the page speaks. */
export const Said = ({children}: {children: ComponentChildren}) => <span lang="en">{children}</span>;

/** Why the service remarks something: in the reader's words, by the remarks' names, with its own sentence where it says more. */
export function Reasons({of, names, texts}: {of: 'reason' | 'remark' | 'trouble'; names: string[]; texts: string[]}) {
	return (
		<>
			{(names.length > 0 ? names : texts).map((name, at) => {
				const known = hasWord(of, name);
				const text = texts[at] ?? '';
				const further = of === 'trouble' || name === 'quarantine_released'; // the text says more
				const more = known && text !== '' && (language.get() !== 'en' || further);
				return (
					<span key={name} class="reason">
						{known ? word(of, name) : <Said>{text || name}</Said>}
						{more && (
							<small>
								{' '}
								<Said>{text}</Said>
							</small>
						)}
					</span>
				);
			})}
		</>
	);
}

export function Wrong({problem, again}: {problem: Problem; again?: () => void}) {
	const kind = String(problem.status);
	return (
		<div class="wrong" role="alert">
			<p>
				<strong>{hasWord('problem', kind) ? word('problem', kind) : t('problem.other')}</strong>
			</p>
			{problem.detail && (
				<p>
					<Said>{problem.detail}</Said>
				</p>
			)}
			{problem.expected && (
				<p>
					{t('problem.expected')} <Said>{problem.expected}</Said>
				</p>
			)}
			{again && (
				<button type="button" onClick={again}>
					{t('again')}
				</button>
			)}
		</div>
	);
}

/** A large part that is drawn again only when `by` has changed, however often the stream speaks. */
export const Still = ({by, draw}: {by: unknown; draw: () => ComponentChildren}) => <>{useMemo(draw, [by])}</>;

/** What was asked for, or why it is not there. */
export function Answer<T extends {mark: Mark}>({asked, children}: {asked: Asked<T>; children: (data: T) => ComponentChildren}) {
	const {data, wrong, again} = asked;
	return (
		<>
			{wrong && <Wrong problem={wrong} again={again} />}
			{data ? (
				<>
					{children(data)}
					<AsOf mark={data.mark} old={wrong !== null} />
				</>
			) : (
				!wrong && <p class="waiting">{t('waiting')}</p>
			)}
		</>
	);
}

export const Empty = ({children}: {children: ComponentChildren}) => <p class="empty">{children}</p>;

export function Section({
	title,
	children,
	aside,
	id,
	wide,
}: {
	title: string;
	children: ComponentChildren;
	aside?: ComponentChildren;
	id: string;
	wide?: boolean;
}) {
	return (
		<section class={wide ? 'card wide' : 'card'} aria-labelledby={id}>
			<div class="card-head">
				<h2 id={id}>{title}</h2>
				{aside && <div class="aside">{aside}</div>}
			</div>
			{children}
		</section>
	);
}

export type Cell = ComponentChildren;

/** What may be wider than the screen scrolls by itself; only then is it a stop for the keyboard. */
export function Scroller({label, children}: {label: string; children: ComponentChildren}) {
	const box = useRef<HTMLDivElement>(null);
	const [wide, widen] = useState(false);
	useEffect(() => {
		const watch = new ResizeObserver(() => {
			if (box.current) widen(box.current.scrollWidth > box.current.clientWidth);
		});
		if (box.current) {
			watch.observe(box.current);
			if (box.current.firstElementChild) watch.observe(box.current.firstElementChild);
		}
		return () => watch.disconnect();
	}, []);
	return (
		<div class="table" ref={box} {...(wide ? {role: 'group', tabIndex: 0, 'aria-label': label} : {})}>
			{children}
		</div>
	);
}

const NARROW = 3; // columns that a phone has room for
const said = (head: Cell): string | undefined => (typeof head === 'string' ? head : undefined);

/**
 * A table: the first cell of each row heads it; `figures` are the columns of numbers. On a phone one of many columns is a card for
 * each row.
 */
export function Table({
	caption,
	head,
	rows,
	figures = [],
}: {
	caption: string;
	head: Cell[];
	rows: {key: string; cells: Cell[]; tone?: string}[];
	figures?: number[];
}) {
	const side = (at: number): string => (figures.includes(at) ? 'number' : '');
	return (
		<Scroller label={caption}>
			<table class={head.length > NARROW ? 'stacks' : ''}>
				<caption class="hidden">{caption}</caption>
				<thead>
					<tr>
						{head.map((cell, at) => (
							<th key={at} scope="col" class={side(at)}>
								{cell}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{rows.map(row => (
						<tr key={row.key} class={row.tone ?? ''}>
							{row.cells.map((cell, at) =>
								at === 0 ? (
									<th key={at} scope="row">
										{cell}
									</th>
								) : (
									<td key={at} class={side(at)} data-head={said(head[at])}>
										{cell}
									</td>
								),
							)}
						</tr>
					))}
				</tbody>
			</table>
		</Scroller>
	);
}

/** The table twin of a chart, folded away, and not made, until asked for. */
export function Twin({children}: {children: ComponentChildren}) {
	const [wanted, want] = useState(false);
	return (
		<details class="twin" onToggle={() => want(true)}>
			<summary onClick={() => want(true)}>{t('twin')}</summary>
			{wanted && children}
		</details>
	);
}

/** A bar beside its figure: for the eye alone. */
export function Bar({part, of, tone = 'main'}: {part: number; of: number; tone?: string}) {
	const width = of > 0 ? Math.max(part > 0 ? 0.5 : 0, Math.min(100, (100 * part) / of)) : 0;
	return (
		<span class="bar" aria-hidden="true">
			<span class={`fill ${tone}`} style={{width: `${width}%`}} />
		</span>
	);
}

export const ModeSign = ({mode}: {mode: string}) => <span class={`sign mode-${mode}`} aria-hidden="true" />;
export const ModeName = ({mode}: {mode: string}) =>
	mode === '' ? (
		<Unknown />
	) : (
		<span class="nowrap">
			<ModeSign mode={mode} /> {word('mode', mode)}
		</span>
	);
export const LaneName = ({lane}: {lane: string}) => (lane === '' ? <Unknown /> : <span class="lane">{laneName(lane)}</span>);

/** A choice that stands in the address. */
export function Choice({label, name, value, options}: {label: string; name: string; value: string; options: [string, string][]}) {
	const change = (event: TargetedEvent<HTMLSelectElement>): void => go(withAsk({[name]: event.currentTarget.value}));
	return (
		<label class="field">
			<span>{label}</span>
			<select value={value} onChange={change}>
				{options.map(([id, text]) => (
					<option key={id} value={id}>
						{text}
					</option>
				))}
			</select>
		</label>
	);
}

export const portAsked = (): string => route.get().ask.get('port') ?? '';

const INDENT = '\u2003'; // an option keeps it, where it would drop ordinary blanks

/** Ports in the tree of the places above them, which can be chosen too. */
export function PortChoice() {
	useStore(place);
	const asked = portAsked();
	const tree = portTree();
	if (asked && !tree.some(of => of.id === asked)) tree.push({id: asked, depth: 0});
	return (
		<Choice
			label={t('port')}
			name="port"
			value={asked}
			options={[
				['', t('port.all')],
				...tree.map(of => [of.id, INDENT.repeat(of.depth) + portName(of.id)] as [string, string]),
			]}
		/>
	);
}

export const BatchLink = ({port, batch}: {port: string; batch: string}) => (
	<a class="batch-no" href={`/batch/${encodeURIComponent(port)}/${encodeURIComponent(batch)}`}>
		<bdi>{batch}</bdi>
	</a>
);

export const DayLink = ({day, port, children}: {day: string; port?: string; children: ComponentChildren}) => (
	<a href={address('/flow', {port, day})}>{children}</a>
);
