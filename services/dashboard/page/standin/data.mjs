// Plausible answers for every path of the contract: a busy Ceke with trucks and AGVs, a quiet Wuliji. The same seed gives the same.
// Scenarios: "busy", "met" (the goal is met), "none" (a ledger without events), "year" (no forecast yet).
const HOUR = 3_600_000, DAY = 24 * HOUR, OFFSET = 8 * HOUR;
const T = 1_000;

export function chance(seed) {
	let state = seed >>> 0 || 1;
	return () => {
		state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9 >>> 0;
		return ((state ^ (state >>> 12)) >>> 0) / 2 ** 32;
	};
}

const iso = ms => new Date(ms + OFFSET).toISOString();
export const dayOf = ms => iso(ms).slice(0, 10);
const hourOf = ms => iso(ms).slice(0, 13);
const startOf = day => Date.parse(`${day}T00:00Z`) - OFFSET;
const addDays = (day, n) => new Date(Date.parse(day) + n * DAY).toISOString().slice(0, 10);

const names = (zh, mn, en) => ({zh, mn, en});
const GROUPS = [['coal', names('煤炭', 'Нүүрс', 'Coal and coke')], ['copper', names('铜精矿', 'Зэсийн баяжмал', 'Copper concentrate')],
	['machinery', names('机械设备', 'Техник, тоног төхөөрөмж', 'Machinery and vehicles')], ['building', names('建材', 'Барилгын материал', 'Building materials')],
	['produce', names('果蔬', 'Жимс, хүнсний ногоо', 'Fruit, vegetables and grain')]];

export const mass = (kg, units = Math.round(kg / 140e3), split = [0.97, 0.025, 0.005], unknown = 0) => {
	const net = Math.round(kg), weighed = Math.round(net * split[0]), declared = Math.round(net * split[1]);
	return {net_kg: net, weighed_kg: weighed, declared_kg: declared, corrected_kg: net - weighed - declared,
		batches: Math.round(units * 0.92), units, units_unknown: unknown};
};
const add = masses => masses.reduce((sum, one) => Object.fromEntries(Object.keys(sum).map(key => [key, sum[key] + one[key]])), mass(0, 0));

export class Ledger {
	constructor(scenario = 'busy', now = Date.now()) {
		Object.assign(this, {scenario, now, lsn: 1_482_301, settled: new Map(), notes: new Map(), extra: 0, fresh: true});
		this.today = dayOf(now);
		this.year = this.today.slice(0, 4);
	}

	get empty() { return this.scenario === 'none'; }
	at() { return this.now = Math.max(this.now, Date.now()); }
	mark() {
		this.at();
		return {lsn: this.empty ? 0 : this.lsn, received_at_ms: this.empty ? null : this.receivedMs ?? this.now - 4_200, made_at_ms: this.now, fresh: this.fresh};
	}

	closed(day) {
		const md = day.slice(5);
		return (md >= '02-17' && md <= '02-20') || (md >= '07-11' && md <= '07-15') || (md >= '10-01' && md <= '10-03') || md === '01-01';
	}

	/** What passed at Ceke on a whole day: [truck, agv] in kg. */
	dayParts(day) {
		const at = Date.parse(day) / DAY;
		if (this.closed(day))
			return [0, 0];
		const random = chance(at * 7919);
		const season = 1 + 0.35 * Math.sin((at % 365.25 - 200) / 365.25 * 2 * Math.PI);
		const week = new Date(at * DAY).getUTCDay() === 0 ? 0.45 : 1;
		const push = this.scenario === 'met' ? 1.6 : 1.15;
		const record = day === `${this.year}-09-25` ? 2.1 : 1;
		return [54e6 * season * week * push * record * (0.75 + random() * 0.5), 17e6 * push * (0.6 + random() * 0.6)];
	}

	hourShare(hour) { return hour < 8 || hour >= 20 ? 0 : [0.04, 0.08, 0.1, 0.1, 0.08, 0.09, 0.11, 0.11, 0.1, 0.08, 0.07, 0.04][hour - 8]; }

	/** The hours of a day up to now: [hour, truck, agv]. */
	dayHours(day) {
		const [truck, agv] = this.dayParts(day);
		const last = day === this.today ? Number(iso(this.now).slice(11, 13)) : 23;
		const random = chance(Date.parse(day) / DAY + 17);
		return Array.from({length: last + 1}, (_, hour) => [hour, truck * this.hourShare(hour), hour === 4 ? 0 : Math.round(agv / 23 * (0.6 + random() * 0.8) / 65e3) * 65e3]);
	}

	place() {
		const port = (id, name, lanes) => ({id, names: name, utc_offset: '+08:00', today: this.today, lanes, count_on: 'release'});
		return {mark: this.mark(), groups: GROUPS.map(([id, name]) => ({id, names: name})), goals: [-1, 0, 1].map(n => this.goal(String(Number(this.year) + n))),
			ports: [port('ceke', names('策克', 'Сэхэ', 'Ceke'), ['road-in-1', 'road-in-2', 'road-out-1', 'agv-1', 'heavy-5g-1', 'rail-1']),
				port('wuliji', names('乌力吉', 'Өлзий', 'Wuliji'), ['road-in-1', 'road-out-1'])]};
	}

	goal(year) {
		return {id: `annual-${year}`, name: `26 Mt in ${year}`, ports: ['ceke', 'wuliji'], direction: '', mode: '', groups: [], from: `${year}-01-01`,
			to: `${year}-12-31`, target_kg: 26e9, approved_by: '', source: 'the goal of 2025 carried on'};
	}

	todayMass() {
		const hours = this.dayHours(this.today);
		const minutes = this.now % HOUR / HOUR;
		const sum = at => hours.reduce((total, row, i) => total + row[at] * (i === hours.length - 1 ? minutes : 1), 0);
		const truck = sum(1) + this.extra, agv = sum(2);
		return {truck: mass(truck, Math.round(truck / 138e3), [0.96, 0.04, 0], 2), agv: mass(agv, Math.round(agv / 65e3), [1, 0, 0])};
	}

	yard() { return {arrived: 14, weighed: 31, inspected: 6, held: 1, released: 9, units: 64}; }

	live() {
		const none = {arrived: 0, weighed: 0, inspected: 0, held: 0, released: 0, units: 0};
		const {truck, agv} = this.todayMass();
		const zero = mass(0, 0);
		const quiet = {port: 'wuliji', today: this.today, so_far: zero, by_mode: [], ordinary_kg: null, ordinary_days: 1, yard: none,
			last_event_ms: this.empty ? null : this.now - 41 * DAY};
		if (this.empty)
			return {mark: this.mark(), ports: [{...quiet, port: 'ceke', ordinary_days: 0}, {...quiet, ordinary_days: 0}], total: zero,
				year: {goal: `annual-${this.year}`, done_kg: 0}, attention: 0};
		return {mark: this.mark(), total: add([truck, agv]), attention: this.rows().filter(row => row.noted_by === '').length,
			year: {goal: `annual-${this.year}`, done_kg: this.done().net_kg}, ports: [
				{port: 'ceke', today: this.today, so_far: add([truck, agv]), by_mode: [{mode: 'truck', mass: truck}, {mode: 'agv', mass: agv}],
					ordinary_kg: Math.round((truck.net_kg + agv.net_kg) * 0.91 + 1e6), ordinary_days: 20, yard: this.yard(), last_event_ms: this.now - 4_200}, quiet]};
	}

	done() { return this.course().done; }

	course() {
		let done = 0, last = 0;
		const random = chance(4711);
		const days = Array.from({length: 365}, (_, at) => addDays(`${this.year}-01-01`, at));
		const open = days.filter(day => !this.closed(day)).length;
		let plan = 0, ahead = 0;
		const rows = days.map(day => {
			const parts = this.dayParts(day);
			plan += this.closed(day) ? 0 : 26e9 / open;
			last += this.closed(day) ? 0 : 60e6 * (0.6 + random() * 0.9);
			if (day < this.today)
				done += parts[0] + parts[1];
			else
				ahead++;
			const mean = done + ahead * 73e6, width = 24e6 * Math.sqrt(ahead) * 3;
			const q = z => Math.round(mean + z * width);
			return {day, plan_kg: Math.round(plan), done_kg: day < this.today ? Math.round(done) : null, last_year_kg: Math.round(last),
				to_date: day < this.today || this.scenario === 'year' ? null : {mean_kg: q(0), p025_kg: q(-1.96), p10_kg: q(-1.28), p25_kg: q(-0.67), p50_kg: q(0), p75_kg: q(0.67), p90_kg: q(1.28), p975_kg: q(1.96)}};
		});
		const {truck, agv} = this.todayMass();
		return {rows, done: mass(done + truck.net_kg + agv.net_kg, Math.round(done / 120e3), [0.961, 0.034, 0.005], 37), plan: rows.find(row => row.day === this.today)?.plan_kg ?? 0,
			last: rows.find(row => row.day === this.today)?.last_year_kg ?? 0};
	}

	overview(goal) {
		if (this.empty)
			return {mark: this.mark(), goal: this.goal(this.year), done: mass(0, 0), plan_kg: null, last_year_kg: null, known_to: null, report: null,
				why_none: 'Nothing is on file that counts for this goal of 26 Mt: what is done is not known, and no forecast can be made.', course: [], by_port_mode: [], records: []};
		const {rows, done, plan, last} = this.course();
		const end = rows.at(-1).to_date;
		const met = rows.find(row => (row.done_kg ?? 0) >= 26e9)?.day ?? null;
		const report = {end, chance: met ? 1 : 0.63, met_on: met, met_is_estimated: false, reached_p10: `${this.year}-12-21`, reached_p50: `${this.year}-12-28`, reached_p90: null,
			days_left: 40, open_days_left: 39, rate_needed_kg: 74_210_000, rate_had_kg: 71_880_000, next_goal: met ? `annual-${Number(this.year) + 1}` : null,
			sentences: ['Chance 63 %: most likely 26.1 Mt (80 %: 25.6 to 26.6 Mt).'], origin: addDays(this.today, -1), lsn: this.lsn, seed: 20261122, paths: 4000,
			model: 'levels of open days, holidays, and a dense filter over 400 days', backtest: 'CRPS 2.1 % of the total over 24 origins', notes: ['The days of Tsagaan Sar 2027 are to be verified.']};
		return {mark: this.mark(), goal: this.goal(goal ? goal.slice(-4) : this.year), done, plan_kg: plan, last_year_kg: last, known_to: addDays(this.today, -1),
			report: this.scenario === 'year' ? null : report, why_none: this.scenario === 'year' ? 'the forecast service does not answer' : null, course: rows,
			by_port_mode: [{port: 'ceke', mode: 'truck', direction: 'import', mass: mass(done.net_kg * 0.74), last_year_kg: last * 0.9},
				{port: 'ceke', mode: 'agv', direction: 'import', mass: mass(done.net_kg * 0.24, undefined, [1, 0, 0]), last_year_kg: null},
				{port: 'ceke', mode: 'truck', direction: 'export', mass: mass(done.net_kg * 0.019, undefined, [0.2, 0.79, 0.01], 3), last_year_kg: last * 0.02},
				{port: 'wuliji', mode: 'truck', direction: 'export', mass: mass(312e3, 4, [0, 1, 0]), last_year_kg: 0}],
			records: [{port: 'ceke', day: `${this.year}-09-25`, net_kg: 217e6, units: 3127}, {port: 'ceke', day: `${this.year - 1}-11-14`, net_kg: 148e6, units: 1190}]};
	}

	crossing(at, over = {}) {
		const arrived = this.now - (at + 1) * 23 * 60_000;
		return {port: 'ceke', batch_no: `B-${this.year}-${String(48120 + at).padStart(6, '0')}`, direction: at % 9 === 4 ? 'export' : 'import', mode: at % 4 === 3 ? 'agv' : 'truck',
			stage: ['arrived', 'weighed', 'inspected', 'released'][at % 4], units: 1 + at % 3, units_departed: 0, lodged_at_ms: arrived - 5 * HOUR, arrived_at_ms: arrived,
			first_weighed_at_ms: at % 4 > 0 ? arrived + 9 * 60_000 : null, last_weighed_at_ms: at % 4 > 0 ? arrived + 9 * 60_000 : null,
			inspected_at_ms: at % 4 > 1 ? arrived + 14 * 60_000 : null, released_at_ms: at % 4 > 2 ? arrived + 19 * 60_000 : null, departed_at_ms: null,
			lane_in: at % 4 === 3 ? 'agv-1' : `road-in-${1 + at % 4}`, lane_out: '', inspections: at % 4 > 1 ? 1 : 0, second_inspection: false, held: '',
			declared_kg: 138_000, weighed_kg: at % 4 > 0 ? 139_480 : null, counted_kg: at % 4 > 2 ? 139_480 : null, units_unknown: 0, ...over};
	}

	flow(port, day = this.today) {
		const empty = this.empty || port === 'wuliji';
		const hours = empty ? (this.empty ? [] : this.dayHours(day).flatMap(([hour]) => [{hour: `${day}T${String(hour).padStart(2, '0')}`, mode: 'truck', mass: mass(0, 0)}]))
			: this.dayHours(day).flatMap(([hour, truck, agv]) => [['truck', truck], ['agv', agv]].map(([mode, kg]) => ({hour: `${day}T${String(hour).padStart(2, '0')}`, mode, mass: mass(kg, Math.round(kg / (mode === 'agv' ? 65e3 : 138e3)), mode === 'agv' ? [1, 0, 0] : [0.95, 0.05, 0])})));
		const held = {stage: 'held', held: 'container TGHU 123456-7: seal <script>alert(1)</script> broken', second_inspection: true, inspections: 2};
		const crossings = empty ? [] : Array.from({length: 24}, (_, at) => this.crossing(23 - at, at === 0 ? held : at === 1 ? {batch_no: '货物运输批次-2026-1122-超长批次号-0000000000000000000042', mode: '', lane_in: ''} : {}));
		const dwell = (mode, scale) => [['waiting', 9], ['weighing', 31], ['inspection', 12], ['clearance', 22], ['leaving', 17], ['whole', 78]]
			.map(([kind, minutes]) => ({mode, kind, n: kind === 'weighing' ? 0 : 412, p50_ms: kind === 'weighing' ? null : Math.round(minutes * scale * 60_000), p90_ms: kind === 'weighing' ? null : Math.round(minutes * scale * 156_000)}));
		const lanes = this.place().ports.filter(of => !port || of.id === port).flatMap(of => of.lanes.map((lane, at) => ({port: of.id, lane, registered: true,
			last_at_ms: this.empty || of.id === 'wuliji' || lane === 'rail-1' ? null : this.now - at * 7 * 60_000 - 4_200, happened: this.empty || of.id === 'wuliji' || lane === 'rail-1' ? '' : ['unit_arrived', 'unit_weighed', 'unit_departed'][at % 3],
			batch_no: this.empty || of.id === 'wuliji' || lane === 'rail-1' ? '' : this.crossing(at).batch_no})));
		if (!empty)
			lanes.push({port: 'ceke', lane: 'сүүлийн түр эгнээ', registered: false, last_at_ms: this.now - 3 * DAY, happened: 'unit_departed', batch_no: this.crossing(3).batch_no});
		const agv = empty ? [] : Array.from({length: 14}, (_, at) => addDays(this.today, at - 13)).flatMap(of => this.dayHours(of)
			.map(([hour, , kg]) => ({hour: `${of}T${String(hour).padStart(2, '0')}`, trips: Math.round(kg / 65e3), net_kg: kg}))).slice(9);
		const train = this.crossing(40, {batch_no: `T-${this.year}-0331`, mode: 'rail', direction: 'import', units: 58, stage: 'released', released_at_ms: this.now - 2 * HOUR, weighed_kg: 3_886_000, counted_kg: 3_886_000});
		return {mark: this.mark(), day, running: day === this.today, hours, yard: empty ? {arrived: 0, weighed: 0, inspected: 0, held: 0, released: 0, units: 0} : this.yard(), crossings, crossings_more: false,
			dwell: empty ? [] : [...dwell('truck', 1), ...dwell('agv', 0.35)], lanes, agv, trains: empty ? [] : [train]};
	}

	calendar(port, year = Number(this.year)) {
		const begins = `${year}-01-01`;
		const days = [];
		for (let day = begins; day.startsWith(`${year}`); day = addDays(day, 1)) {
			const parts = this.dayParts(day), md = day.slice(5);
			const known = !this.empty && day <= this.today && day >= `${this.year - 1}-03-01`;
			const mark = (kind, country, festival, note = '') => ({port: '', kind, country, festival, note});
			const marks = md === '01-01' ? [mark('holiday', 'CN', 'new_year'), mark('holiday', 'MN', 'new_year')] : md >= '02-17' && md <= '02-19' ? [mark('holiday', 'CN', 'spring_festival'), mark('holiday', 'MN', 'tsagaan_sar', 'to be verified')]
				: md === '02-20' ? [mark('closed', '', '', 'sand storm')] : md >= '07-11' && md <= '07-15' ? [mark('holiday', 'MN', 'naadam')] : md >= '10-01' && md <= '10-03' ? [mark('holiday', 'CN', 'national_day')] : md === '11-26' ? [mark('open_by_agreement', 'MN', 'republic_day')] : [];
			days.push({day, mass: known ? port === 'wuliji' ? mass(0, 0) : mass(day === this.today ? (this.todayMass().truck.net_kg + this.todayMass().agv.net_kg) : parts[0] + parts[1]) : null, passed: day < this.today, marks, record: md === '09-25' && port !== 'wuliji' && known});
		}
		return {mark: this.mark(), year, days};
	}

	goods(port, from, to) {
		const row = (group, direction, kg, before, split) => ({group, direction, mass: mass(kg, undefined, split), before: before === null ? null : mass(before, undefined, split)});
		const rows = this.empty || port === 'wuliji' ? [] : [row('coal', 'import', 22.2e9, 20.1e9), row('copper', 'import', 0.61e9, 0.72e9), row('produce', 'import', 0, 1.2e6), row('unheard_of', 'import', 4.1e6, null),
			row('machinery', 'export', 0.21e9, 0.18e9, [0.1, 0.9, 0]), row('building', 'export', 0.15e9, 0.16e9, [0.3, 0.7, 0]), row('produce', 'export', 48.2e6, 0, [0, 1, 0])];
		return {mark: this.mark(), ...this.range(from, to), rows};
	}

	range(from = this.year, to = '') {
		const first = from.length === 4 ? `${from}-01-01` : from.length === 7 ? `${from}-01` : from;
		const end = to || from;
		const whole = end.length === 4 ? `${end}-12-31` : end.length === 7 ? addDays(`${end.slice(0, 4)}-${String(Number(end.slice(5)) % 12 + 1).padStart(2, '0')}-01`, -1).replace(/^\d{4}/, end.slice(0, 4)) : end;
		const last = whole > this.today && first <= this.today ? this.today : whole;
		const before = day => `${day.slice(0, 4) - 1}${day.slice(4)}`;
		return {from: first, to: last, before_from: before(first), before_to: before(last)};
	}

	search(q) {
		const row = (found, kind, of) => ({found, kind, crossing: of});
		const rows = this.empty || /^zz/i.test(q) ? [] : [row(this.crossing(3).batch_no, 'batch', this.crossing(3)), row('0123 УНА', 'unit', this.crossing(6)),
			row('<img src=x onerror=alert(1)>', 'unit', this.crossing(1, {mode: '', stage: 'lodged', arrived_at_ms: null})), row('MN-WB-778812', 'waybill', this.crossing(9)), row('TGHU1234567', 'container', this.crossing(12))];
		return {mark: this.mark(), rows, more: false};
	}

	story(port, batch) {
		const lodged = this.now - 9 * HOUR, plate = '<script>alert("plate")</script> 1234 УНА';
		const event = (at, kind, inside, over = {}) => ({lsn: 1_470_000 + at * 37, terminal_no: 3, terminal_name: 'Ceke gate 2 / 策克二号卡口', stream_seq: 88_120 + at, received_at_ms: lodged + at * 40 * 60_000 + 900,
			occurred_at_ms: lodged + at * 40 * 60_000, kind, holds: true, remarks: [], event: {occurred_at_ms: lodged + at * 40 * 60_000, port, batch_no: batch, [kind]: inside}, ...over});
		const of = this.crossing(3, {batch_no: batch, port, mode: 'truck', stage: 'departed', lodged_at_ms: lodged, arrived_at_ms: lodged + 80 * 60_000, first_weighed_at_ms: lodged + 120 * 60_000, last_weighed_at_ms: lodged + 120 * 60_000,
			inspected_at_ms: lodged + 160 * 60_000, released_at_ms: lodged + 200 * 60_000, departed_at_ms: lodged + 240 * 60_000, units: 2, units_departed: 2, lane_out: 'road-out-2', inspections: 2, second_inspection: true, counted_kg: 274_960, weighed_kg: 277_000, declared_kg: 276_000});
		return {mark: this.mark(), port, batch_no: batch, state: 'counted', crossing: of, remarks: ['unit 1234 УНА: weighed 1.4 % above its declared mass'],
			counted: [{unit_id: plate, hour: hourOf(lodged + 200 * 60_000), direction: 'import', mode: 'truck', group: 'coal', basis: 'corrected', net_kg: 137_480},
				{unit_id: '蒙 A·88123', hour: hourOf(lodged + 200 * 60_000), direction: 'import', mode: 'truck', group: 'coal', basis: 'weighed', net_kg: 137_480}, {unit_id: '0007', hour: hourOf(lodged + 200 * 60_000), direction: 'import', mode: 'truck', group: 'coal', basis: 'declared', net_kg: null}],
			events: [event(0, 'manifest_lodged', {direction: 'IMPORT', mode: 'TRUCK', units: [{unit_id: plate}], waybills: []}, {holds: false}), event(1, 'manifest_lodged', {direction: 'IMPORT', mode: 'TRUCK', units: [{unit_id: plate}, {unit_id: '蒙 A·88123'}], waybills: [{waybill_no: 'MN-WB-778812'}]}),
				event(2, 'unit_arrived', {unit_id: plate, lane: 'road-in-2'}), event(3, 'unit_weighed', {unit_id: plate, gross_kg: '186480', tare_kg: '48000', scale: 'S2', ticket_no: '0091823', stability: 'STABLE', lane: 'road-in-2'}, {remarks: ['1.4 % above what was declared']}),
				event(4, 'inspected', {by: 'CUSTOMS', outcome: 'PASSED', officer: 'desk 4'}), event(5, 'released', {office: '策克海关', document_no: '0712202600012345'}), event(6, 'unit_departed', {unit_id: plate, lane: 'road-out-2'}), event(7, 'mass_corrected', {unit_id: plate, net_kg: '137480', by: 'B. Oyun', reason: 'tare read twice'})]};
	}

	rows() {
		if (this.empty)
			return [];
		const row = (subject, kind, over) => ({subject, kind, port: 'ceke', batch_no: '', lsn: 0, terminal_no: 0, terminal_name: '', since_ms: this.now - 5 * HOUR, sentence: '', measured: 0, usual: 0, noted_by: '', note: '', noted_at_ms: null, ...over, ...this.notes.get(subject)});
		return [
			row('quarantine:1470012', 'quarantine', {port: '', lsn: 1470012, terminal_no: 3, terminal_name: 'Ceke gate 2 / 策克二号卡口', since_ms: this.now - 50 * 60_000, sentence: 'the registry does not know this port: "cekke"; expected one of ceke, wuliji'}),
			row('quarantine:1470044', 'quarantine', {port: 'ceke', lsn: 1470044, terminal_no: 4, terminal_name: 'scale <b>7</b>', since_ms: this.now - 2 * DAY, sentence: 'gross_kg is -4, expected 0 to 500000'}),
			row(`stuck:ceke/${this.crossing(23).batch_no}`, 'stuck', {batch_no: this.crossing(23).batch_no, measured: 9 * HOUR, usual: 3.2 * HOUR}),
			row('second:ceke/B-1', 'second_inspection', {batch_no: `B-${this.year}-048131`}), row('weight:ceke/B-2', 'weight', {batch_no: `B-${this.year}-048140`, measured: 9_400, usual: 131_000}),
			row('weight:ceke/B-3', 'weight', {batch_no: `B-${this.year}-048141`, measured: -12_000, usual: 140_000, noted_by: 'Д. Ганбаатар', note: 'Эзэмшигч дээр дахин жигнэнэ; 已通知磅房', noted_at_ms: this.now - HOUR}),
			row('silent:8', 'silent', {port: 'wuliji', terminal_no: 8, terminal_name: 'Wuliji gate', measured: 41 * DAY}), row('review:ceke/B-9', 'review', {batch_no: `B-${this.year}-048150`, sentence: 'the unit 1234 УНА departed before it was weighed'}),
		].filter(one => one.kind !== 'quarantine' || !this.settled.has(one.lsn));
	}

	attention(port, noted) {
		return {mark: this.mark(), rows: this.rows().filter(row => (noted || row.noted_by === '') && (!port || row.port === port || row.port === '')), more: false};
	}

	quarantined(lsn) {
		const settled = this.settled.get(lsn);
		return {mark: this.mark(), lsn, terminal_no: 3, terminal_name: 'Ceke gate 2 / 策克二号卡口', stream_seq: 88_012, received_at_ms: this.now - 50 * 60_000, code: 27, name: 'unknown_port', sentence: 'the registry does not know this port: "cekke"; expected one of ceke, wuliji',
			state: settled?.state ?? 'waiting', event: {occurred_at_ms: this.now - 51 * 60_000, port: 'cekke', batch_no: `B-${this.year}-048160`, unit_weighed: {unit_id: '1234 УНА', gross_kg: 186480, tare_kg: 48000, scale: 'S2', stability: 'STABLE'}}, settled_by: settled?.by ?? '', settled_reason: settled?.reason ?? ''};
	}

	report(port, from, to) {
		const span = this.range(from, to);
		const days = Math.round((Date.parse(span.to) - Date.parse(span.from)) / DAY) + 1;
		const empty = this.empty || port === 'wuliji';
		const kg = day => this.dayParts(day).reduce((a, b) => a + b, 0) * (day > this.today ? 0 : 1);
		const every = Array.from({length: days}, (_, at) => addDays(span.from, at));
		const periods = empty ? [] : days === 1 ? this.dayHours(span.from).map(([hour, truck, agv]) => ({period: `${span.from}T${String(hour).padStart(2, '0')}`, mass: mass(truck + agv)}))
			: days <= 62 ? every.map(day => ({period: day, mass: mass(kg(day))})) : [...new Set(every.map(day => day.slice(0, 7)))].map(month => ({period: month, mass: mass(every.filter(day => day.startsWith(month)).reduce((sum, day) => sum + kg(day), 0))}));
		const total = empty ? mass(0, 0) : add(periods.map(one => one.mass));
		return {mark: this.mark(), from: span.from, to: span.to, port: port ?? '', total, before: this.empty ? null : mass(total.net_kg * 0.93), by_period: periods,
			by_mode_direction: empty ? [] : [{port: 'ceke', mode: 'truck', direction: 'import', mass: mass(total.net_kg * 0.76)}, {port: 'ceke', mode: 'agv', direction: 'import', mass: mass(total.net_kg * 0.24, undefined, [1, 0, 0])}],
			by_group: empty ? [] : [{group: 'coal', direction: 'import', mass: mass(total.net_kg * 0.97)}, {group: 'copper', direction: 'import', mass: mass(total.net_kg * 0.03)}], dwell: empty ? [] : this.flow('ceke').dwell,
			remarks: span.to === this.today ? ['The last day of it is still running.', '2 units have a mass that nobody knows; they are in no sum.'] : []};
	}
}

export const problem = (status, detail, more = {}) => ({type: 'about:blank', title: 'Problem', status, detail, ...more});
