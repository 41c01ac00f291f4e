// What the stand-in makes up of days and years: a busy Ceke with trucks and AGVs, a quiet Wuliji. The same seed gives the same.
export const HOUR = 3_600_000,
	DAY = 24 * HOUR,
	OFFSET = 8 * HOUR;

export function chance(seed) {
	let state = seed >>> 0 || 1;
	return () => {
		state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
		return ((state ^ (state >>> 12)) >>> 0) / 2 ** 32;
	};
}

const iso = ms => new Date(ms + OFFSET).toISOString();
export const dayOf = ms => iso(ms).slice(0, 10);
export const hourOf = ms => iso(ms).slice(0, 13);
export const addDays = (day, n) => new Date(Date.parse(day) + n * DAY).toISOString().slice(0, 10);

const names = (zh, mn, en) => ({zh, mn, en});
const GROUPS = [
	['coal', names('煤炭', 'Нүүрс', 'Coal and coke')],
	['copper', names('铜精矿', 'Зэсийн баяжмал', 'Copper concentrate')],
	['machinery', names('机械设备', 'Техник, тоног төхөөрөмж', 'Machinery and vehicles')],
	['building', names('建材', 'Барилгын материал', 'Building materials')],
	['produce', names('果蔬', 'Жимс, хүнсний ногоо', 'Fruit, vegetables and grain')],
];

export const mass = (kg, units = Math.round(kg / 140e3), split = [0.97, 0.025, 0.005], unknown = 0) => {
	const net = Math.round(kg),
		weighed = Math.round(net * split[0]),
		declared = Math.round(net * split[1]);
	return {
		net_kg: net,
		weighed_kg: weighed,
		declared_kg: declared,
		corrected_kg: net - weighed - declared,
		batches: Math.round(units * 0.92),
		units,
		units_unknown: unknown,
	};
};
export const add = masses =>
	masses.reduce((sum, one) => Object.fromEntries(Object.keys(sum).map(key => [key, sum[key] + one[key]])), mass(0, 0));

export class Days {
	constructor(scenario = 'busy', now = Date.now()) {
		Object.assign(this, {scenario, now, lsn: 1_482_301, settled: new Map(), notes: new Map(), extra: 0, fresh: true});
		this.today = dayOf(now);
		this.year = this.today.slice(0, 4);
	}

	get empty() {
		return this.scenario === 'none';
	}

	at() {
		return (this.now = Math.max(this.now, Date.now()));
	}

	mark() {
		this.at();
		return {
			lsn: this.empty ? 0 : this.lsn,
			received_at_ms: this.empty ? null : (this.receivedMs ?? this.now - 4_200),
			made_at_ms: this.now,
			fresh: this.fresh,
		};
	}

	closed(day) {
		const md = day.slice(5);
		return (
			(md >= '02-17' && md <= '02-20') ||
			(md >= '07-11' && md <= '07-15') ||
			(md >= '10-01' && md <= '10-03') ||
			md === '01-01'
		);
	}

	/** What passed at Ceke on a whole day: [truck, agv] in kg. */
	dayParts(day) {
		const at = Date.parse(day) / DAY;
		if (this.closed(day)) return [0, 0];
		const random = chance(at * 7919);
		const season = 1 + 0.35 * Math.sin((((at % 365.25) - 200) / 365.25) * 2 * Math.PI);
		const week = new Date(at * DAY).getUTCDay() === 0 ? 0.45 : 1;
		const push = this.scenario === 'met' ? 1.6 : 1.15;
		const record = day === `${this.year}-09-25` ? 2.1 : 1;
		return [54e6 * season * week * push * record * (0.75 + random() * 0.5), 17e6 * push * (0.6 + random() * 0.6)];
	}

	hourShare(hour) {
		return hour < 8 || hour >= 20 ? 0 : [0.04, 0.08, 0.1, 0.1, 0.08, 0.09, 0.11, 0.11, 0.1, 0.08, 0.07, 0.04][hour - 8];
	}

	/** The hours of a day up to now: [hour, truck, agv]. */
	dayHours(day) {
		const [truck, agv] = this.dayParts(day);
		const last = day === this.today ? Number(iso(this.now).slice(11, 13)) : 23;
		const random = chance(Date.parse(day) / DAY + 17);
		return Array.from({length: last + 1}, (_, hour) => [
			hour,
			truck * this.hourShare(hour),
			hour === 4 ? 0 : Math.round(((agv / 23) * (0.6 + random() * 0.8)) / 65e3) * 65e3,
		]);
	}

	place() {
		const port = (id, name, lanes) => ({
			id,
			names: name,
			utc_offset: '+08:00',
			today: this.today,
			lanes,
			count_on: 'release',
			place: 'alxa',
		});
		return {
			mark: this.mark(),
			groups: GROUPS.map(([id, name]) => ({id, names: name})),
			places: [{id: 'alxa', names: names('阿拉善盟', 'Алшаа аймаг', 'Alxa League'), parent: null}],
			goals: [-1, 0, 1].map(n => this.goal(String(Number(this.year) + n))),
			ports: [
				port('ceke', names('策克', 'Сэхэ', 'Ceke'), [
					'road-in-1',
					'road-in-2',
					'road-out-1',
					'agv-1',
					'heavy-5g-1',
					'rail-1',
				]),
				port('wuliji', names('乌力吉', 'Өлзий', 'Wuliji'), ['road-in-1', 'road-out-1']),
			],
		};
	}

	goal(year) {
		return {
			id: `annual-${year}`,
			name: `26 Mt in ${year}`,
			ports: ['ceke', 'wuliji'],
			direction: '',
			mode: '',
			groups: [],
			from: `${year}-01-01`,
			to: `${year}-12-31`,
			target_kg: 26e9,
			approved_by: '',
			source: 'the goal of 2025 carried on',
		};
	}

	todayMass() {
		const hours = this.dayHours(this.today);
		const minutes = (this.now % HOUR) / HOUR;
		const sum = at => hours.reduce((total, row, i) => total + row[at] * (i === hours.length - 1 ? minutes : 1), 0);
		const truck = sum(1) + this.extra,
			agv = sum(2);
		return {
			truck: mass(truck, Math.round(truck / 138e3), [0.96, 0.04, 0], 2),
			agv: mass(agv, Math.round(agv / 65e3), [1, 0, 0]),
		};
	}

	yard() {
		return {arrived: 14, weighed: 31, inspected: 6, held: 1, released: 9, units: 64, unheard: 3};
	}

	live() {
		const none = {arrived: 0, weighed: 0, inspected: 0, held: 0, released: 0, units: 0, unheard: 0};
		const {truck, agv} = this.todayMass();
		const zero = mass(0, 0);
		const quiet = {
			port: 'wuliji',
			today: this.today,
			so_far: zero,
			by_mode: [],
			ordinary_kg: null,
			ordinary_days: 1,
			yard: none,
			last_event_ms: this.empty ? null : this.now - 41 * DAY,
		};
		if (this.empty)
			return {
				mark: this.mark(),
				ports: [
					{...quiet, port: 'ceke', ordinary_days: 0},
					{...quiet, ordinary_days: 0},
				],
				total: zero,
				year: {goal: `annual-${this.year}`, done_kg: 0},
				attention: 0,
				sites: [],
			};
		return {
			mark: this.mark(),
			total: add([truck, agv]),
			sites: [],
			attention: this.rows().filter(row => row.noted_by === '').length,
			year: {goal: `annual-${this.year}`, done_kg: this.done().net_kg},
			ports: [
				{
					port: 'ceke',
					today: this.today,
					so_far: add([truck, agv]),
					by_mode: [
						{mode: 'truck', mass: truck},
						{mode: 'agv', mass: agv},
					],
					ordinary_kg: Math.round((truck.net_kg + agv.net_kg) * 0.91 + 1e6),
					ordinary_days: 20,
					yard: this.yard(),
					last_event_ms: this.now - 4_200,
				},
				quiet,
			],
		};
	}

	done() {
		return this.course().done;
	}

	course() {
		let done = 0,
			last = 0;
		const random = chance(4711);
		const days = Array.from({length: 365}, (_, at) => addDays(`${this.year}-01-01`, at));
		const open = days.filter(day => !this.closed(day)).length;
		let plan = 0,
			ahead = 0;
		const rows = days.map(day => {
			const parts = this.dayParts(day);
			plan += this.closed(day) ? 0 : 26e9 / open;
			last += this.closed(day) ? 0 : 60e6 * (0.6 + random() * 0.9);
			if (day < this.today) done += parts[0] + parts[1];
			else ahead++;
			const mean = done + ahead * 73e6,
				width = 24e6 * Math.sqrt(ahead) * 3;
			const q = z => Math.round(mean + z * width);
			return {
				day,
				plan_kg: Math.round(plan),
				done_kg: day < this.today ? Math.round(done) : null,
				last_year_kg: Math.round(last),
				to_date:
					day < this.today || this.scenario === 'year'
						? null
						: {
								mean_kg: q(0),
								p025_kg: q(-1.96),
								p10_kg: q(-1.28),
								p25_kg: q(-0.67),
								p50_kg: q(0),
								p75_kg: q(0.67),
								p90_kg: q(1.28),
								p975_kg: q(1.96),
							},
			};
		});
		const {truck, agv} = this.todayMass();
		return {
			rows,
			done: mass(done + truck.net_kg + agv.net_kg, Math.round(done / 120e3), [0.961, 0.034, 0.005], 37),
			plan: rows.find(row => row.day === this.today)?.plan_kg ?? 0,
			last: rows.find(row => row.day === this.today)?.last_year_kg ?? 0,
		};
	}

	overview(goal) {
		if (this.empty)
			return {
				mark: this.mark(),
				goal: this.goal(this.year),
				done: mass(0, 0),
				published_kg: null,
				plan_kg: null,
				last_year_kg: null,
				known_to: null,
				report: null,
				why_none: 'Nothing is on file that counts for this goal of 26 Mt: no forecast can be made.',
				course: [],
				by_port_mode: [],
				records: [],
			};
		const {rows, done, plan, last} = this.course();
		const end = rows.at(-1).to_date;
		const met = rows.find(row => (row.done_kg ?? 0) >= 26e9)?.day ?? null;
		const report = {
			end,
			chance: met ? 1 : 0.63,
			met_on: met,
			met_is_estimated: false,
			reached_p10: `${this.year}-12-21`,
			reached_p50: `${this.year}-12-28`,
			reached_p90: null,
			days_left: 40,
			open_days_left: 39,
			rate_needed_kg: 74_210_000,
			rate_had_kg: 71_880_000,
			next_goal: met ? `annual-${Number(this.year) + 1}` : null,
			sentences: ['Chance 63 %: most likely 26.1 Mt (80 %: 25.6 to 26.6 Mt).'],
			origin: addDays(this.today, -1),
			lsn: this.lsn,
			seed: 20261122,
			paths: 4000,
			model: 'levels of open days, holidays, and a dense filter over 400 days',
			backtest: 'CRPS 2.1 % of the total over 24 origins',
			notes: ['The days of Tsagaan Sar 2027 are to be verified.'],
		};
		return {
			mark: this.mark(),
			goal: this.goal(goal ? goal.slice(-4) : this.year),
			done,
			published_kg: this.scenario === 'year' ? null : 0,
			plan_kg: plan,
			last_year_kg: last,
			known_to: addDays(this.today, -1),
			report: this.scenario === 'year' ? null : report,
			why_none: this.scenario === 'year' ? 'the forecast service does not answer' : null,
			course: rows,
			by_port_mode: [
				{
					port: 'ceke',
					mode: 'truck',
					direction: 'import',
					mass: mass(done.net_kg * 0.74),
					last_year_kg: last * 0.9,
				},
				{
					port: 'ceke',
					mode: 'agv',
					direction: 'import',
					mass: mass(done.net_kg * 0.24, undefined, [1, 0, 0]),
					last_year_kg: null,
				},
				{
					port: 'ceke',
					mode: 'truck',
					direction: 'export',
					mass: mass(done.net_kg * 0.019, undefined, [0.2, 0.79, 0.01], 3),
					last_year_kg: last * 0.02,
				},
				{
					port: 'wuliji',
					mode: 'truck',
					direction: 'export',
					mass: mass(312e3, 4, [0, 1, 0]),
					last_year_kg: 0,
				},
			],
			records: [
				{port: 'ceke', day: `${this.year}-09-25`, net_kg: 217e6, units: 3127},
				{port: 'ceke', day: `${this.year - 1}-11-14`, net_kg: 148e6, units: 1190},
			],
		};
	}
}
