// What stands beside a machine's condition: what Juyan itself saw is said in the reader's words, what the machine said is quoted.
import {mass, span} from '../figures';
import {t, type Key} from '../words/words';

/** In the order of its figures; `words` are the machine's own, or the system's. */
type Part = 'span' | 'most' | 'mass' | 'count' | 'words' | 'name';

/** As the gateway's connectors and sources write it: agv_health.c, vda5050.c, scale_health.c, health.c, source_mqtt.c. */
const SAID: [RegExp, Key, Part[]][] = [
	[/^nothing heard for (\d+) s; expected at most (\d+)$/, 'seen.unheard', ['span', 'most']],
	[/^something stands in its way$/, 'seen.way', []],
	[/^emergency stop (.+)$/, 'seen.estop', ['words']],
	[/^mode (.+)$/, 'seen.mode', ['words']],
	[/^error (.+)$/, 'seen.error', ['words']],
	[/^warning (.+)$/, 'seen.warning', ['words']],
	[/^no frame for (\d+) s$/, 'seen.frame', ['span']],
	[/^no connection$/, 'seen.line', []],
	[/^overload for (\d+) s$/, 'seen.overload', ['span']],
	[/^(\d+) kg for (\d+) s, without a change$/, 'seen.same', ['mass', 'span']],
	[/^(-?\d+) kg for (\d+) s, while (\d+) vehicles were seen in its lane$/, 'seen.passed', ['mass', 'span', 'count']],
	[/^connecting: (.+)$/, 'seen.connecting', ['words']],
	[/^the connection is lost: (.+)$/, 'seen.lost', ['words']],
	[/^the broker refused: (.+)$/, 'seen.refused', ['words']],
	[/^the name (\S+): (.+)$/, 'seen.name', ['name', 'words']],
];

const SHOWN: Record<Part, (text: string) => string> = {
	span: text => span(Number(text) * 1000),
	most: text => span(Number(text) * 1000),
	mass: text => mass(Number(text)),
	count: text => text,
	words: text => t('seen.quoted', {text}),
	name: text => text,
};

function say(piece: string): string {
	for (const [form, key, parts] of SAID) {
		const found = form.exec(piece);
		if (found) return t(key, Object.fromEntries(parts.map((part, at) => [part, SHOWN[part](found[at + 1] ?? '')])));
	}
	return t('seen.quoted', {text: piece});
}

/** A vehicle's note has several pieces, one behind the other. */
export function MachineNote({note}: {note: string}) {
	return <bdi>{note.split(/, (?=(?:error|warning|mode|emergency stop) )/).map(say).join(t('seen.between'))}</bdi>;
}
