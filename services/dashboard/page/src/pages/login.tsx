// The login page. Where to go afterwards stands in the address, and can only be a page of this service.
import {useEffect, useState} from 'preact/hooks';
import {ask, send, type Problem, type Refused, type Session} from '../api';
import {route} from '../route';
import {Wrong} from '../parts/parts';
import {t} from '../words/words';

export function next(): string {
	const asked = route.get().ask.get('next') ?? '';
	return /^\/(?![/\\])/.test(asked) && new URL(asked, location.origin).origin === location.origin ? asked : '/overview';
}

const WALL_LOOK_MS = 15_000;

/** A wall comes back by itself when somebody has logged in beside it, or nobody needs to any more. */
function useReturn(wall: boolean): void {
	useEffect(() => {
		if (!wall) return;
		const look = async (): Promise<void> => {
			const there = await ask<Session>('/api/v1/session').catch(() => null);
			if (there) location.assign(next());
		};
		const timer = setInterval(() => void look(), WALL_LOOK_MS);
		return () => clearInterval(timer);
	}, [wall]);
}

export function Login() {
	const [wrong, fail] = useState<Problem | null>(null);
	const [busy, work] = useState(false);
	const wall = next().startsWith('/wall');
	useReturn(wall);
	const submit = async (form: HTMLFormElement): Promise<void> => {
		const said = new FormData(form);
		work(true);
		fail(null);
		try {
			await send<Session>('/api/v1/session', {name: said.get('name'), password: said.get('password')});
			location.assign(next()); // all anew: nothing of whoever was here before is left
		} catch (refused) {
			fail((refused as Refused).problem);
			work(false);
			form.querySelector<HTMLInputElement>('[name=password]')?.focus();
		}
	};
	return (
		<div class="login">
			<h1>{t('login.title')}</h1>
			{wall && <p class="note">{t('login.wall')}</p>}
			<form
				onSubmit={event => {
					event.preventDefault();
					void submit(event.currentTarget);
				}}>
				<label class="field">
					<span>{t('login.name')}</span>
					<input name="name" autocomplete="username" required maxLength={64} autocapitalize="none" />
				</label>
				<label class="field">
					<span>{t('login.password')}</span>
					<input
						name="password"
						type="password"
						autocomplete="current-password"
						required
						maxLength={256}
					/>
				</label>
				<button type="submit" class="main" disabled={busy}>
					{t('login')}
				</button>
				{wrong &&
					(wrong.status === 401 || wrong.status === 403 ? (
						<p class="wrong" role="alert">
							{t('login.wrong')}
						</p>
					) : (
						<Wrong problem={wrong} />
					))}
			</form>
		</div>
	);
}
