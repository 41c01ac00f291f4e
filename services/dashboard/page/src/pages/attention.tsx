// What asks for a person: seen with a note, or settled out of quarantine by those who may.
import {useEffect, useRef, useState} from 'preact/hooks';
import {
	send,
	useAsk,
	type Attention as Picture,
	type AttentionRow,
	type Done,
	type Problem,
	type Quarantined,
	type Refused,
} from '../api';
import {count, mass, portName, share, span} from '../figures';
import {now} from '../live';
import {address, go, route, withAsk} from '../route';
import {useStore} from '../store';
import {mayDecide, session} from '../session';
import {Age, Answer, At, BatchLink, Empty, PortChoice, portAsked, Reasons, Said, Wrong} from '../parts/parts';
import {MachineNote} from '../parts/machinenote';
import {hasWord, t, word} from '../words/words';

/** How this ledger's own services fare: a note would not end it. */
const OWN = ['site:headquarters', 'warehouse:postgresql'];

/** What is the matter, from the figures; where they do not say it, the service's sentence. */
function Matter({of}: {of: AttentionRow}) {
	switch (of.kind) {
		case 'stuck':
			return <>{t('matter.stuck', {span: span(of.measured), usual: span(of.usual)})}</>;
		case 'weight':
			return (
				<>
					{t(of.measured < 0 ? 'matter.lighter' : 'matter.heavier', {
						mass: mass(Math.abs(of.measured)),
						declared: mass(of.usual),
						share: share(Math.abs(of.measured), of.usual),
					})}
				</>
			);
		case 'silent':
			return <>{t('matter.silent', {span: span(of.measured)})}</>;
		case 'machine':
			return (
				<>
					{t('matter.machine', {
						kind: word('machinekind', of.machine_kind),
						condition: word('condition', of.condition),
						span: span(of.measured),
					})}
					{of.machine_note && (
						<>
							{' '}
							<MachineNote note={of.machine_note} />
						</>
					)}
				</>
			);
		case 'second_inspection':
			return <>{t('matter.second')}</>;
		case 'unheard':
			return <>{t('matter.unheard', {span: span(of.measured)})}</>;
		case 'quarantine': // the sentence says in English what the reason's word says
			return (
				<Reasons
					of="reason"
					names={of.reasons}
					texts={of.reasons.every(name => hasWord('reason', name)) ? [] : [of.sentence]}
				/>
			);
		case 'review':
			return <Reasons of="remark" names={of.reasons} texts={of.sentence.split('; ')} />;
		case 'warehouse':
			return <Reasons of="trouble" names={of.reasons} texts={[of.sentence]} />;
		default:
			return <Said>{of.sentence}</Said>;
	}
}

function useDeciding(): {busy: boolean; wrong: Problem | null; run: (act: () => Promise<unknown>) => Promise<void>} {
	const [busy, work] = useState(false);
	const [wrong, fail] = useState<Problem | null>(null);
	return {
		busy,
		wrong,
		run: async act => {
			work(true);
			fail(null);
			try {
				await act();
			} catch (refused) {
				fail((refused as Refused).problem);
			} finally {
				work(false);
			}
		},
	};
}

function NoteForm({of, done}: {of: AttentionRow; done: () => void}) {
	const {busy, wrong, run} = useDeciding();
	const [note, write] = useState('');
	const field = useRef<HTMLTextAreaElement>(null);
	useEffect(() => field.current?.focus(), []);
	return (
		<form
			class="decide"
			onSubmit={event => {
				event.preventDefault();
				void run(async () => {
					await send<Done>('/api/v1/attention/notes', {subject: of.subject, note: note.trim()});
					done();
				});
			}}>
			<label class="field">
				<span>{t('note.label')}</span>
				<textarea
					ref={field}
					name="note"
					rows={2}
					maxLength={512}
					required
					value={note}
					onInput={event => write(event.currentTarget.value)}
				/>
			</label>
			<div class="buttons">
				<button type="submit" class="main" disabled={busy || note.trim() === ''}>
					{t('note.send')}
				</button>
				<button type="button" onClick={done}>
					{t('cancel')}
				</button>
			</div>
			{wrong && <Wrong problem={wrong} />}
		</form>
	);
}

function Row({of, again}: {of: AttentionRow; again: () => void}) {
	const [writing, write] = useState(false);
	const {busy, wrong, run} = useDeciding();
	const may = mayDecide(useStore(session));
	const seen = of.noted_by !== '';
	const title = `matter-${of.subject}`;
	return (
		<li class={`matter ${of.kind}${seen ? ' seen' : ''}`}>
			<div class="card-head">
				<h3 id={title}>
					<span class="tag">{word('kind', of.kind)}</span>
					{of.batch_no ? (
						<BatchLink port={of.port} batch={of.batch_no} />
					) : of.terminal_name ? (
						<bdi>{of.terminal_name}</bdi>
					) : of.machine ? (
						<a href={address('/machines', {port: of.port})}>
							<bdi>{of.machine}</bdi>
						</a>
					) : null}
				</h3>
				<span class="aside">
					{of.port && portName(of.port)}
					{of.port && of.since_ms !== null && ' · '}
					{of.since_ms !== null && <Age ms={of.since_ms} />}
				</span>
			</div>
			<p>
				<Matter of={of} />
			</p>
			{seen && (
				<blockquote>
					<p>
						<bdi>{of.note}</bdi>
					</p>
					<footer>
						<bdi>{of.noted_by}</bdi>
						{', '}
						<At ms={of.noted_at_ms} port={of.port} />
					</footer>
				</blockquote>
			)}
			{writing ? (
				<NoteForm
					of={of}
					done={() => {
						write(false);
						again();
					}}
				/>
			) : (
				<div class="buttons">
					{of.kind === 'quarantine' && (
						<a class="button" href={withAsk({lsn: String(of.lsn)})} aria-describedby={title}>
							{t('quarantine.open')}
						</a>
					)}
					{may && !seen && !OWN.includes(of.subject) && (
						<button type="button" aria-describedby={title} onClick={() => write(true)}>
							{t('note.write')}
						</button>
					)}
					{may && seen && (
						<button
							type="button"
							aria-describedby={title}
							disabled={busy}
							onClick={() =>
								void run(async () => {
									await send<Done>('/api/v1/attention/notes', {
										subject: of.subject,
										note: of.note,
										withdrawn: true,
									});
									again();
								})
							}>
							{t('note.withdraw')}
						</button>
					)}
				</div>
			)}
			{wrong && <Wrong problem={wrong} />}
		</li>
	);
}

type Action = 'as_is' | 'fixed' | 'dismiss';

/** Released as it is, released after a fix, or dismissed; each with a reason. */
function Settle({of, done}: {of: Quarantined; done: () => void}) {
	const {busy, wrong, run} = useDeciding();
	const [action, act] = useState<Action>(of.event ? 'fixed' : 'as_is');
	const [text, edit] = useState(of.event ? JSON.stringify(of.event, null, 2) : '');
	const [reason, say] = useState('');
	let event: unknown = null,
		broken = '';
	if (action === 'fixed')
		try {
			event = JSON.parse(text);
			if (typeof event !== 'object' || event === null || Array.isArray(event)) broken = t('settle.notobject');
		} catch (error) {
			broken = (error as Error).message;
		}
	const submit = (): void =>
		void run(async () => {
			await send<Done>(`/api/v1/quarantine/${of.lsn}`, {
				action: action === 'dismiss' ? 'dismiss' : 'release',
				reason: reason.trim(),
				...(action === 'fixed' ? {event} : {}),
			});
			done();
		});
	return (
		<form
			class="decide"
			onSubmit={submitted => {
				submitted.preventDefault();
				submit();
			}}>
			<fieldset>
				<legend>{t('settle')}</legend>
				{(['fixed', 'as_is', 'dismiss'] as const).map(one => (
					<label key={one} class="choice">
						<input
							type="radio"
							name="action"
							value={one}
							checked={action === one}
							disabled={one === 'fixed' && !of.event}
							onChange={() => act(one)}
						/>
						<span>
							<strong>{word('settle', one)}</strong>{' '}
							<small>{word('settlenote', one)}</small>
						</span>
					</label>
				))}
			</fieldset>
			{action === 'fixed' && (
				<label class="field">
					<span>{t('settle.event')}</span>
					<textarea
						class="json"
						rows={16}
						spellcheck={false}
						value={text}
						aria-invalid={broken !== ''}
						aria-describedby="broken"
						onInput={input => edit(input.currentTarget.value)}
					/>
					<small id="broken" class="warn" role="status">
						{broken && (
							<>
								{t('settle.broken')} <Said>{broken}</Said>
							</>
						)}
					</small>
				</label>
			)}
			<label class="field">
				<span>{t('settle.reason')}</span>
				<input
					name="reason"
					maxLength={512}
					required
					value={reason}
					onInput={input => say(input.currentTarget.value)}
				/>
			</label>
			<div class="buttons">
				<button type="submit" class="main" disabled={busy || broken !== '' || reason.trim() === ''}>
					{word('settle', action)}
				</button>
			</div>
			{wrong && <Wrong problem={wrong} />}
		</form>
	);
}

function Held({lsn, again}: {lsn: string; again: () => void}) {
	const asked = useAsk<Quarantined>(`/api/v1/quarantine/${encodeURIComponent(lsn)}`);
	const may = mayDecide(useStore(session));
	const head = useRef<HTMLHeadingElement>(null);
	useEffect(() => head.current?.focus(), [lsn]);
	return (
		<section class="card wide" aria-labelledby="held">
			<div class="card-head">
				<h2 id="held" tabIndex={-1} ref={head}>
					{t('quarantine.title', {lsn})}
				</h2>
				<a class="button" href={withAsk({lsn: null})}>
					{t('close')}
				</a>
			</div>
			<Answer asked={asked}>
				{data => (
					<>
						<dl class="parts facts">
							<div>
								<dt>{t('quarantine.reason')}</dt>
								<dd>
									<strong>
										{hasWord('reason', data.name)
											? word('reason', data.name)
											: data.name}
									</strong>
								</dd>
							</div>
							<div class="row">
								<dt>{t('quarantine.sentence')}</dt>
								<dd>
									<Said>{data.sentence}</Said>
								</dd>
							</div>
							<div>
								<dt>{t('terminal')}</dt>
								<dd>
									<bdi>{data.terminal_name}</bdi> ({data.terminal_no})
								</dd>
							</div>
							<div>
								<dt>{t('event.received')}</dt>
								<dd>
									<At ms={data.received_at_ms} seconds />
								</dd>
							</div>
							<div>
								<dt>{t('state')}</dt>
								<dd>{word('quarantinestate', data.state)}</dd>
							</div>
							{data.state !== 'waiting' && (
								<div>
									<dt>{t('quarantine.by')}</dt>
									<dd>
										<bdi>{data.settled_by}</bdi>
										{': '}
										<bdi>{data.settled_reason}</bdi>
									</dd>
								</div>
							)}
						</dl>
						{data.state === 'waiting' && may ? (
							<Settle
								key={data.lsn}
								of={data}
								done={() => {
									asked.again();
									again();
								}}
							/>
						) : (
							<>
								{data.event ? (
									<pre tabIndex={0} aria-label={t('settle.event')}>
										{JSON.stringify(data.event, null, 2)}
									</pre>
								) : (
									<Empty>{t('quarantine.unreadable')}</Empty>
								)}
								{data.state === 'waiting' && <p class="note">{t('noright')}</p>}
							</>
						)}
					</>
				)}
			</Answer>
		</section>
	);
}

const KINDS = ['site', 'warehouse', 'quarantine', 'machine', 'stuck', 'second_inspection', 'weight', 'silent', 'review', 'unheard'];

type Counts = Picture['counts'];
const counts = (data: Picture, kind: string): Counts => data.counts.filter(of => kind === '' || of.kind === kind);
const sum = (of: Counts): number => of.reduce((all, one) => all + one.n, 0);
const howMany = (of: Counts): string => count(sum(of)) + (of.some(one => one.at_least) ? '+' : '');

export function Attention() {
	const {live} = useStore(now);
	const {ask: params} = route.get();
	const noted = params.get('noted') === 'true';
	const kind = params.get('kind') ?? '';
	const lsn = params.get('lsn');
	const asked = useAsk<Picture>(
		address('/api/v1/attention', {port: portAsked(), noted: noted ? 'true' : null}),
		`${live?.attention ?? ''} ${live?.mark.lsn ?? ''}`,
		5_000,
	);
	const may = mayDecide(useStore(session));
	const waiting = noted ? undefined : asked.data ? sum(asked.data.counts) : portAsked() ? undefined : live?.attention;
	const counted = asked.data ? counts(asked.data, kind) : [];
	const rows = asked.data?.rows.filter(row => kind === '' || row.kind === kind) ?? [];
	return (
		<>
			<div class="head">
				<div>
					<h1>{t('attention')}</h1>
					{waiting !== undefined && <p class="under">{t('attention.n', {n: waiting})}</p>}
				</div>
				<div class="filters">
					<PortChoice />
					<label class="check">
						<input
							type="checkbox"
							checked={noted}
							onChange={event =>
								go(withAsk({noted: event.currentTarget.checked ? 'true' : null}))
							}
						/>
						<span>{t('attention.noted')}</span>
					</label>
				</div>
			</div>
			{lsn !== null && /^\d+$/.test(lsn) && <Held lsn={lsn} again={asked.again} />}
			<Answer asked={asked}>
				{data => (
					<>
						<nav class="kinds" aria-label={t('attention.kinds')}>
							<a
								class={kind === '' ? 'kind on' : 'kind'}
								aria-current={kind === '' ? 'true' : undefined}
								href={withAsk({kind: null})}>
								{t('attention.all')} <b>{howMany(data.counts)}</b>
							</a>
							{KINDS.filter(of => of === kind || counts(data, of).length > 0).map(of => (
								<a
									key={of}
									class={kind === of ? 'kind on' : 'kind'}
									aria-current={kind === of ? 'true' : undefined}
									href={withAsk({kind: of})}>
									{word('kind', of)} <b>{howMany(counts(data, of))}</b>
								</a>
							))}
						</nav>
						{rows.length === 0 ? (
							<Empty>{t('attention.none')}</Empty>
						) : (
							<>
								{!may && <p class="note">{t('noright')}</p>}
								<h2 class="hidden">{t('attention.list')}</h2>
								<ul class="matters">
									{rows.map(of => (
										<Row key={of.subject} of={of} again={asked.again} />
									))}
								</ul>
							</>
						)}
						{rows.length > 0 && sum(counted) > rows.length && (
							<p class="note">
								{t('attention.oldest', {
									n: howMany(counted),
									shown: count(rows.length),
								})}
							</p>
						)}
					</>
				)}
			</Answer>
		</>
	);
}
