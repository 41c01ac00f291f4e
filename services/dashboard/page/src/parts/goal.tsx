// What the forecast says of a goal, in the reader's language, from its figures and not from its English sentences.
import type {Goal, Overview} from '../api';
import {chance, dayText, mass, periodText, place, portName} from '../figures';
import {t, word} from '../words/words';

/** What has passed of a goal's slice: what the ledger counted, and what is known from published totals of days before it began. */
export const passedOf = ({done, published_kg: published}: Overview): number => done.net_kg + (published ?? 0);

/** "26 Mt in 2026", said anew in each language from what the goal is. */
export function goalName(goal: Goal): string {
	const whole =
		goal.from.slice(5) === '01-01' && goal.to.slice(5) === '12-31' && goal.from.slice(0, 4) === goal.to.slice(0, 4);
	const period = whole ? periodText(goal.from.slice(0, 4)) : t('range', {from: dayText(goal.from), to: dayText(goal.to)});
	const of = [
		goal.ports.map(portName).join(t('and')),
		goal.mode && word('mode', goal.mode),
		goal.direction && word('direction', goal.direction),
	]
		.filter(Boolean)
		.join(' · ');
	const name = t('goal.name', {period, mass: mass(goal.target_kg, goal.target_kg, true)});
	return of ? t('goal.of', {goal: name, of}) : name;
}

export function goalSentences(data: Overview): string[] {
	const {goal, report} = data;
	if (!goal || !report) return [];
	const out: string[] = [];
	const passed = passedOf(data);
	const {reached_p10: early, reached_p50: middle, reached_p90: late} = report;
	const over = goal.to <= report.origin;
	if (report.met_on !== null) out.push(t('say.met', {day: dayText(report.met_on), mass: mass(passed - goal.target_kg)}));
	else if (over) out.push(t('say.missed', {day: dayText(goal.to), mass: mass(goal.target_kg - passed)}));
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
				left: mass(goal.target_kg - passed),
				needed: mass(report.rate_needed_kg),
				had: mass(report.rate_had_kg, Math.max(report.rate_had_kg, report.rate_needed_kg)),
			}),
		);
	}
	const next = place.get()?.goals.find(of => of.id === report.next_goal || of.name === report.next_goal);
	if (report.next_goal) out.push(t('say.next', {goal: next ? goalName(next) : report.next_goal}));
	return out;
}
