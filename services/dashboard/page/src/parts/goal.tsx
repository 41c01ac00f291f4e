// What the forecast says of a goal, in the reader's language, from its figures and not from its English sentences.
import type {Goal, Overview} from '../api';
import {chance, dayText, mass, periodText, place, portName} from '../figures';
import {t, word} from '../words/words';

/** "26 Mt in 2026", said anew in each language from what the goal is. */
export function goalName(goal: Goal): string {
	const whole =
		goal.from.slice(5) === '01-01' && goal.to.slice(5) === '12-31' && goal.from.slice(0, 4) === goal.to.slice(0, 4);
	const period = whole ? periodText(goal.from.slice(0, 4)) : t('range', {from: dayText(goal.from), to: dayText(goal.to)});
	const of = [
		goal.ports.map(portName).join(' + '),
		goal.mode && word('mode', goal.mode),
		goal.direction && word('direction', goal.direction),
	]
		.filter(Boolean)
		.join(' · ');
	return t('goal.name', {period, mass: mass(goal.target_kg, goal.target_kg, true)}) + (of ? ` (${of})` : '');
}

export function goalSentences({goal, report, done}: Overview): string[] {
	if (!goal || !report) return [];
	const out: string[] = [];
	const {reached_p10: early, reached_p50: middle, reached_p90: late} = report;
	const over = goal.to <= report.origin;
	if (report.met_on !== null) out.push(t('say.met', {day: dayText(report.met_on), mass: mass(done.net_kg - goal.target_kg)}));
	else if (over) out.push(t('say.missed', {day: dayText(goal.to), mass: mass(goal.target_kg - done.net_kg)}));
	else {
		out.push(
			t('say.chance', {
				chance: chance(report.chance),
				mass: mass(report.end.p50_kg),
				low: mass(report.end.p10_kg),
				high: mass(report.end.p90_kg),
			}),
		);
		if (middle && early)
			out.push(
				late
					? t('say.dates', {middle: dayText(middle), early: dayText(early), late: dayText(late)})
					: t('say.dates.open', {middle: dayText(middle), early: dayText(early)}),
			);
		else if (early) out.push(t('say.dates.late', {early: dayText(early)}));
		out.push(
			t(report.open_days_left === 0 ? 'say.norates' : 'say.rates', {
				n: report.open_days_left,
				left: mass(goal.target_kg - done.net_kg),
				needed: mass(report.rate_needed_kg),
				had: mass(report.rate_had_kg),
			}),
		);
	}
	const next = place.get()?.goals.find(of => of.id === report.next_goal || of.name === report.next_goal);
	if (report.next_goal) out.push(t('say.next', {goal: next ? goalName(next) : report.next_goal}));
	return out;
}
