// The one polite live region: tells what has changed, at most every 30 s.
import {useEffect, useRef, useState} from 'preact/hooks';
import {mass} from '../figures';
import {now, type Now} from '../live';
import {t} from '../words/words';

const PAUSE_MS = 30_000;

function sentence({live, state}: Now): string {
	if (state === 'silent' || state === 'broken') return t('tell.stale');
	if (state === 'first' || !live) return '';
	return t('tell.now', {mass: mass(live.total.net_kg), n: live.attention});
}

export function Teller() {
	const [said, say] = useState('');
	const last = useRef({at: Date.now(), text: ''});
	useEffect(() => {
		const look = (): void => {
			const text = sentence(now.get());
			if (text !== last.current.text && Date.now() - last.current.at >= PAUSE_MS) {
				last.current = {at: Date.now(), text};
				say(text);
			}
		};
		const off = now.on(look);
		const timer = setInterval(look, 5_000);
		return () => {
			off();
			clearInterval(timer);
		};
	}, []);
	return (
		<div class="hidden" role="status" aria-live="polite">
			{said}
		</div>
	);
}
