// Who is logged in, and ending a session: for administrators, over whatever page is open.
import {useEffect, useRef, useState} from 'preact/hooks';
import {ask, useAsk, type OpenSession, type Refused} from '../api';
import {t, word} from '../words/words';
import {Age, At, Table, useTick, Wrong} from './parts';

const AGAIN_MS = 30_000;

/** Asks first; the focus goes to where one does nothing, and back when that is chosen. */
function End({of, ended}: {of: OpenSession; ended: (of: OpenSession) => void}) {
	const [sure, consider] = useState(false);
	const [wrong, fail] = useState<Refused | null>(null);
	const [busy, work] = useState(false);
	const button = useRef<HTMLButtonElement>(null);
	const was = useRef(sure);
	useEffect(() => {
		if (was.current !== sure) button.current?.focus();
		was.current = sure;
	}, [sure]);
	const end = async (): Promise<void> => {
		work(true);
		try {
			await ask(`/api/v1/sessions/${of.number}`, {method: 'DELETE'});
			ended(of);
		} catch (why) {
			if ((why as Refused).problem.status === 404) ended(of); // it has ended meanwhile
			else fail(why as Refused);
		}
		work(false);
	};
	if (!sure)
		return (
			<button
				key="ask"
				type="button"
				ref={button}
				aria-label={t('people.end.of', {name: of.name})}
				onClick={() => consider(true)}>
				{t('people.end')}
			</button>
		);
	return (
		<span class="sure" role="group" aria-label={t('people.end.of', {name: of.name})}>
			<button type="button" class="main" disabled={busy} onClick={() => void end()}>
				{t('people.end.sure')}
			</button>
			<button key="leave" type="button" ref={button} onClick={() => consider(false)}>
				{t('cancel')}
			</button>
			{wrong && <Wrong problem={wrong.problem} />}
		</span>
	);
}

function List() {
	const turn = Math.floor(useTick(AGAIN_MS) / AGAIN_MS);
	const {data, wrong, again} = useAsk<{sessions: OpenSession[]}>('/api/v1/sessions', turn, 1_000);
	const [told, tell] = useState({turn: 0, text: ''});
	const status = useRef<HTMLParagraphElement>(null);
	const ended = (of: OpenSession): void => {
		tell({turn: told.turn + 1, text: t('people.ended', {name: of.name})});
		again();
	};
	useEffect(() => {
		if (told.turn > 0) status.current?.focus();
	}, [told]);
	return (
		<>
			<p class="told" role="status" tabIndex={-1} ref={status}>
				{told.text}
			</p>
			{wrong && <Wrong problem={wrong} again={again} />}
			{!data && !wrong && <p>{t('people.waiting')}</p>}
			{data && (
				<Table
					caption={t('people')}
					head={[
						t('login.name'),
						t('people.role'),
						t('people.address'),
						t('people.begun'),
						t('people.used'),
						t('people.end'),
					]}
					rows={data.sessions.map(of => ({
						key: String(of.number),
						cells: [
							<bdi>{of.name}</bdi>,
							word('role', of.role),
							<bdi class="nowrap">{of.address}</bdi>,
							<At ms={of.begun_at_ms} />,
							<Age ms={of.used_at_ms} />,
							of.own ? <strong>{t('people.own')}</strong> : <End of={of} ended={ended} />,
						],
					}))}
				/>
			)}
		</>
	);
}

export function People() {
	const box = useRef<HTMLDialogElement>(null);
	const [open, show] = useState(false);
	useEffect(() => {
		if (open) box.current?.showModal();
	}, [open]);
	return (
		<>
			<button type="button" aria-haspopup="dialog" onClick={() => show(true)}>
				{t('people')}
			</button>
			<dialog class="people" ref={box} aria-labelledby="people" onClose={() => show(false)}>
				{open && (
					<>
						<div class="card-head">
							<h2 id="people">{t('people')}</h2>
							<button type="button" onClick={() => box.current?.close()}>
								{t('close')}
							</button>
						</div>
						<List />
					</>
				)}
			</dialog>
		</>
	);
}
