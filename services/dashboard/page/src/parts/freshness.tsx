// Whether what is shown is true now; else since when nobody knows.
import {age, moment} from '../figures';
import {now} from '../live';
import {useStore} from '../store';
import {t} from '../words/words';
import {useTick} from './parts';
import {lateSites} from './site';

export function Freshness() {
	const {live, state, knownMs} = useStore(now);
	const at = useTick();
	// The registry is on file from the beginning; that is no event of the port.
	const never = live?.ports.every(of => of.last_event_ms === null) && live.total.batches === 0;
	const last = never ? null : (live?.mark.received_at_ms ?? null);
	const event = last === null ? t('fresh.empty') : t('fresh.last', {age: age(at - last)});
	const words = {
		first: t('fresh.first'),
		fresh: `${t('fresh.live')} · ${event}`,
		silent:
			knownMs > 0
				? t('fresh.silent', {age: age(at - knownMs), time: moment(knownMs, undefined, true)})
				: t('fresh.silent.ever'),
		broken:
			knownMs > 0
				? t('fresh.broken', {age: age(at - knownMs), time: moment(knownMs, undefined, true)})
				: t('fresh.broken.ever'),
	};
	const late = state === 'fresh' ? lateSites(live, at) : '';
	return (
		<p class={`freshness ${state}`}>
			<span class="dot" aria-hidden="true" />
			<span>
				{words[state]}
				{late !== '' && <strong class="warn"> · {late}</strong>}
			</span>
		</p>
	);
}
