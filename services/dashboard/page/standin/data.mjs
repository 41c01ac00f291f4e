// Plausible answers for every path of the contract. Scenarios: "busy", "met" (the goal is met), "none" (a ledger without events),
// "year" (no forecast yet).
import {Crossings} from './crossings.mjs';
import {add, addDays, DAY, mass} from './days.mjs';

const nextMonth = month => `${month.slice(0, 4)}-${String((Number(month.slice(5)) % 12) + 1).padStart(2, '0')}-01`;

export class Ledger extends Crossings {
	calendar(port, year = Number(this.year)) {
		const begins = `${year}-01-01`;
		const days = [];
		for (let day = begins; day.startsWith(`${year}`); day = addDays(day, 1)) {
			const parts = this.dayParts(day),
				md = day.slice(5);
			const known = !this.empty && day <= this.today && day >= `${this.year - 1}-03-01`;
			const mark = (kind, country, festival, note = '') => ({port: '', kind, country, festival, note});
			const marks =
				md === '01-01'
					? [mark('holiday', 'CN', 'new_year'), mark('holiday', 'MN', 'new_year')]
					: md >= '02-17' && md <= '02-19'
						? [
								mark('holiday', 'CN', 'spring_festival'),
								mark('holiday', 'MN', 'tsagaan_sar', 'to be verified'),
							]
						: md === '02-20'
							? [mark('closed', '', '', 'sand storm')]
							: md >= '07-11' && md <= '07-15'
								? [mark('holiday', 'MN', 'naadam')]
								: md >= '10-01' && md <= '10-03'
									? [mark('holiday', 'CN', 'national_day')]
									: md === '11-26'
										? [mark('open_by_agreement', 'MN', 'republic_day')]
										: [];
			days.push({
				day,
				mass: known
					? port === 'wuliji'
						? mass(0, 0)
						: mass(
								day === this.today
									? this.todayMass().truck.net_kg +
											this.todayMass().agv.net_kg
									: parts[0] + parts[1],
							)
					: null,
				passed: day < this.today,
				marks,
				record: md === '09-25' && port !== 'wuliji' && known,
			});
		}
		return {mark: this.mark(), year, days};
	}

	goods(port, from, to) {
		const row = (group, direction, kg, before, split) => ({
			group,
			direction,
			mass: mass(kg, undefined, split),
			before: before === null ? null : mass(before, undefined, split),
		});
		const rows =
			this.empty || port === 'wuliji'
				? []
				: [
						row('coal', 'import', 22.2e9, 20.1e9),
						row('copper', 'import', 0.61e9, 0.72e9),
						row('produce', 'import', 0, 1.2e6),
						row('unheard_of', 'import', 4.1e6, null),
						row('machinery', 'export', 0.21e9, 0.18e9, [0.1, 0.9, 0]),
						row('building', 'export', 0.15e9, 0.16e9, [0.3, 0.7, 0]),
						row('produce', 'export', 48.2e6, 0, [0, 1, 0]),
					];
		return {mark: this.mark(), ...this.range(from, to), rows};
	}

	range(from = this.year, to = '') {
		const first = from.length === 4 ? `${from}-01-01` : from.length === 7 ? `${from}-01` : from;
		const end = to || from;
		const whole =
			end.length === 4
				? `${end}-12-31`
				: end.length === 7
					? addDays(
							nextMonth(end),
							-1,
						).replace(/^\d{4}/, end.slice(0, 4))
					: end;
		const last = whole > this.today && first <= this.today ? this.today : whole;
		const before = day => `${day.slice(0, 4) - 1}${day.slice(4)}`;
		return {from: first, to: last, before_from: before(first), before_to: before(last)};
	}

	report(port, from, to) {
		const span = this.range(from, to);
		const days = Math.round((Date.parse(span.to) - Date.parse(span.from)) / DAY) + 1;
		const empty = this.empty || port === 'wuliji';
		const kg = day => this.dayParts(day).reduce((a, b) => a + b, 0) * (day > this.today ? 0 : 1);
		const every = Array.from({length: days}, (_, at) => addDays(span.from, at));
		const periods = empty
			? []
			: days === 1
				? this.dayHours(span.from).map(([hour, truck, agv]) => ({
						period: `${span.from}T${String(hour).padStart(2, '0')}`,
						mass: mass(truck + agv),
					}))
				: days <= 62
					? every.map(day => ({period: day, mass: mass(kg(day))}))
					: [...new Set(every.map(day => day.slice(0, 7)))].map(month => ({
							period: month,
							mass: mass(
								every
									.filter(day => day.startsWith(month))
									.reduce((sum, day) => sum + kg(day), 0),
							),
						}));
		const total = empty ? mass(0, 0) : add(periods.map(one => one.mass));
		return {
			mark: this.mark(),
			from: span.from,
			to: span.to,
			port: port ?? '',
			total,
			before: this.empty ? null : mass(total.net_kg * 0.93),
			by_period: periods,
			by_mode_direction: empty
				? []
				: [
						{port: 'ceke', mode: 'truck', direction: 'import', mass: mass(total.net_kg * 0.76)},
						{
							port: 'ceke',
							mode: 'agv',
							direction: 'import',
							mass: mass(total.net_kg * 0.24, undefined, [1, 0, 0]),
						},
					],
			by_group: empty
				? []
				: [
						{group: 'coal', direction: 'import', mass: mass(total.net_kg * 0.97)},
						{group: 'copper', direction: 'import', mass: mass(total.net_kg * 0.03)},
					],
			dwell: empty ? [] : this.flow('ceke').dwell,
			remarks:
				span.to === this.today
					? [
							'The last day of it is still running.',
							'2 units have a mass that nobody knows; they are in no sum.',
						]
					: [],
		};
	}
}

export const problem = (status, detail, more = {}) => ({type: 'about:blank', title: 'Problem', status, detail, ...more});
