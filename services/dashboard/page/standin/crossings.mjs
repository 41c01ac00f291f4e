// What the stand-in makes up of single crossings, and of what asks for attention.
import {addDays, DAY, Days, HOUR, hourOf, mass} from './days.mjs';

export class Crossings extends Days {
	crossing(at, over = {}) {
		const arrived = this.now - (at + 1) * 23 * 60_000;
		return {
			port: 'ceke',
			batch_no: `B-${this.year}-${String(48120 + at).padStart(6, '0')}`,
			direction: at % 9 === 4 ? 'export' : 'import',
			mode: at % 4 === 3 ? 'agv' : 'truck',
			stage: ['arrived', 'weighed', 'inspected', 'released'][at % 4],
			units: 1 + (at % 3),
			units_departed: 0,
			lodged_at_ms: arrived - 5 * HOUR,
			arrived_at_ms: arrived,
			first_weighed_at_ms: at % 4 > 0 ? arrived + 9 * 60_000 : null,
			last_weighed_at_ms: at % 4 > 0 ? arrived + 9 * 60_000 : null,
			inspected_at_ms: at % 4 > 1 ? arrived + 14 * 60_000 : null,
			released_at_ms: at % 4 > 2 ? arrived + 19 * 60_000 : null,
			departed_at_ms: null,
			lane_in: at % 4 === 3 ? 'agv-1' : `road-in-${1 + (at % 4)}`,
			lane_out: '',
			inspections: at % 4 > 1 ? 1 : 0,
			second_inspection: false,
			held: '',
			declared_kg: 138_000,
			weighed_kg: at % 4 > 0 ? 139_480 : null,
			counted_kg: at % 4 > 2 ? 139_480 : null,
			units_unknown: 0,
			...over,
		};
	}

	flow(port, day = this.today) {
		const empty = this.empty || port === 'wuliji';
		const hours = empty
			? this.empty
				? []
				: this.dayHours(day).flatMap(([hour]) => [
						{hour: `${day}T${String(hour).padStart(2, '0')}`, mode: 'truck', mass: mass(0, 0)},
					])
			: this.dayHours(day).flatMap(([hour, truck, agv]) =>
					[
						['truck', truck],
						['agv', agv],
					].map(([mode, kg]) => ({
						hour: `${day}T${String(hour).padStart(2, '0')}`,
						mode,
						mass: mass(
							kg,
							Math.round(kg / (mode === 'agv' ? 65e3 : 138e3)),
							mode === 'agv' ? [1, 0, 0] : [0.95, 0.05, 0],
						),
					})),
				);
		const held = {
			stage: 'held',
			held: 'container TGHU 123456-7: seal <script>alert(1)</script> broken',
			second_inspection: true,
			inspections: 2,
		};
		const crossings = empty
			? []
			: Array.from({length: 24}, (_, at) =>
					this.crossing(
						23 - at,
						at === 0
							? held
							: at === 1
								? {
										batch_no: '货物运输批次-2026-超长批次号-00000042',
										mode: '',
										lane_in: '',
									}
								: {},
					),
				);
		const dwell = (mode, scale) =>
			[
				['waiting', 9],
				['weighing', 31],
				['inspection', 12],
				['clearance', 22],
				['leaving', 17],
				['whole', 78],
			].map(([kind, minutes]) => ({
				mode,
				kind,
				n: kind === 'weighing' ? 0 : 412,
				p50_ms: kind === 'weighing' ? null : Math.round(minutes * scale * 60_000),
				p90_ms: kind === 'weighing' ? null : Math.round(minutes * scale * 156_000),
			}));
		const lanes = this.place()
			.ports.filter(of => !port || of.id === port || of.place === port)
			.flatMap(of =>
				of.lanes.map((lane, at) => ({
					port: of.id,
					lane,
					registered: true,
					last_at_ms:
						this.empty || of.id === 'wuliji' || lane === 'rail-1'
							? null
							: this.now - at * 7 * 60_000 - 4_200,
					happened:
						this.empty || of.id === 'wuliji' || lane === 'rail-1'
							? ''
							: ['unit_arrived', 'unit_weighed', 'unit_departed'][at % 3],
					batch_no:
						this.empty || of.id === 'wuliji' || lane === 'rail-1'
							? ''
							: this.crossing(at).batch_no,
				})),
			);
		if (!empty)
			lanes.push({
				port: 'ceke',
				lane: 'сүүлийн түр эгнээ',
				registered: false,
				last_at_ms: this.now - 3 * DAY,
				happened: 'unit_departed',
				batch_no: this.crossing(3).batch_no,
			});
		const agv = empty
			? []
			: Array.from({length: 14}, (_, at) => addDays(this.today, at - 13))
					.flatMap(of =>
						this.dayHours(of).map(([hour, , kg]) => ({
							hour: `${of}T${String(hour).padStart(2, '0')}`,
							trips: Math.round(kg / 65e3),
							net_kg: kg,
						})),
					)
					.slice(9);
		const train = this.crossing(40, {
			batch_no: `T-${this.year}-0331`,
			mode: 'rail',
			direction: 'import',
			units: 58,
			stage: 'released',
			released_at_ms: this.now - 2 * HOUR,
			weighed_kg: 3_886_000,
			counted_kg: 3_886_000,
		});
		return {
			mark: this.mark(),
			day,
			running: day === this.today,
			hours,
			yard: empty
				? {arrived: 0, weighed: 0, inspected: 0, held: 0, released: 0, units: 0, unheard: 0}
				: this.yard(),
			crossings,
			crossings_more: false,
			dwell: empty ? [] : [...dwell('truck', 1), ...dwell('agv', 0.35)],
			lanes,
			agv,
			trains: empty ? [] : [train],
		};
	}

	search(q) {
		const row = (found, kind, of) => ({found, kind, crossing: of});
		const rows =
			this.empty || /^zz/i.test(q)
				? []
				: [
						row(this.crossing(3).batch_no, 'batch', this.crossing(3)),
						row('0123 УНА', 'unit', this.crossing(6)),
						row(
							'<img src=x onerror=alert(1)>',
							'unit',
							this.crossing(1, {mode: '', stage: 'lodged', arrived_at_ms: null}),
						),
						row('MN-WB-778812', 'waybill', this.crossing(9)),
						row('TGHU1234567', 'container', this.crossing(12)),
					];
		return {mark: this.mark(), rows, more: false};
	}

	story(port, batch) {
		const lodged = this.now - 9 * HOUR,
			plate = '<script>alert("plate")</script> 1234 УНА';
		const event = (at, kind, inside, over = {}) => ({
			lsn: 1_470_000 + at * 37,
			terminal_no: 3,
			terminal_name: 'Ceke gate 2 / 策克二号卡口',
			stream_seq: 88_120 + at,
			received_at_ms: lodged + at * 40 * 60_000 + 900,
			occurred_at_ms: lodged + at * 40 * 60_000,
			kind,
			holds: true,
			remarks: [],
			remark_names: [],
			event: {occurred_at_ms: lodged + at * 40 * 60_000, port, batch_no: batch, [kind]: inside},
			...over,
		});
		const of = this.crossing(3, {
			batch_no: batch,
			port,
			mode: 'truck',
			stage: 'departed',
			lodged_at_ms: lodged,
			arrived_at_ms: lodged + 80 * 60_000,
			first_weighed_at_ms: lodged + 120 * 60_000,
			last_weighed_at_ms: lodged + 120 * 60_000,
			inspected_at_ms: lodged + 160 * 60_000,
			released_at_ms: lodged + 200 * 60_000,
			departed_at_ms: lodged + 240 * 60_000,
			units: 2,
			units_departed: 2,
			lane_out: 'road-out-2',
			inspections: 2,
			second_inspection: true,
			counted_kg: 274_960,
			weighed_kg: 277_000,
			declared_kg: 276_000,
		});
		return {
			mark: this.mark(),
			port,
			batch_no: batch,
			state: 'counted',
			crossing: of,
			remarks: ["a unit's weighed mass is far from what was declared"],
			remark_names: ['far_from_declared'],
			counted: [
				{
					unit_id: plate,
					hour: hourOf(lodged + 200 * 60_000),
					direction: 'import',
					mode: 'truck',
					group: 'coal',
					basis: 'corrected',
					net_kg: 137_480,
				},
				{
					unit_id: '蒙 A·88123',
					hour: hourOf(lodged + 200 * 60_000),
					direction: 'import',
					mode: 'truck',
					group: 'coal',
					basis: 'weighed',
					net_kg: 137_480,
				},
				{
					unit_id: '0007',
					hour: hourOf(lodged + 200 * 60_000),
					direction: 'import',
					mode: 'truck',
					group: 'coal',
					basis: 'declared',
					net_kg: null,
				},
			],
			events: [
				event(
					0,
					'manifest_lodged',
					{direction: 'IMPORT', mode: 'TRUCK', units: [{unit_id: plate}], waybills: []},
					{holds: false},
				),
				event(1, 'manifest_lodged', {
					direction: 'IMPORT',
					mode: 'TRUCK',
					units: [{unit_id: plate}, {unit_id: '蒙 A·88123'}],
					waybills: [{waybill_no: 'MN-WB-778812'}],
				}),
				event(2, 'unit_arrived', {unit_id: plate, lane: 'road-in-2'}),
				event(
					3,
					'unit_weighed',
					{
						unit_id: plate,
						gross_kg: '186480',
						tare_kg: '48000',
						scale: 'S2',
						ticket_no: '0091823',
						stability: 'STABLE',
						lane: 'road-in-2',
					},
					{
						remarks: ["a scale's reading had not come to rest; it makes no mass"],
						remark_names: ['moving'],
					},
				),
				event(4, 'inspected', {by: 'CUSTOMS', outcome: 'PASSED', officer: 'desk 4'}),
				event(5, 'released', {office: '策克海关', document_no: '0712202600012345'}),
				event(6, 'unit_departed', {unit_id: plate, lane: 'road-out-2'}),
				event(7, 'mass_corrected', {
					unit_id: plate,
					net_kg: '137480',
					by: 'B. Oyun',
					reason: 'tare read twice',
				}),
			],
		};
	}

	rows() {
		if (this.empty) return [];
		const row = (subject, kind, over) => ({
			subject,
			kind,
			port: 'ceke',
			batch_no: '',
			lsn: 0,
			terminal_no: 0,
			terminal_name: '',
			since_ms: this.now - 5 * HOUR,
			sentence: '',
			measured: 0,
			usual: 0,
			noted_by: '',
			note: '',
			noted_at_ms: null,
			reasons: [],
			machine: '',
			machine_kind: '',
			condition: '',
			machine_note: '',
			...over,
			...this.notes.get(subject),
		});
		return [
			row('quarantine:1470012', 'quarantine', {
				port: '',
				lsn: 1470012,
				terminal_no: 3,
				terminal_name: 'Ceke gate 2 / 策克二号卡口',
				since_ms: this.now - 50 * 60_000,
				sentence: 'an event waits in quarantine: the registry does not know this port',
				reasons: ['unknown_port'],
			}),
			row('quarantine:1470044', 'quarantine', {
				port: 'ceke',
				lsn: 1470044,
				terminal_no: 4,
				terminal_name: 'scale <b>7</b>',
				since_ms: this.now - 2 * DAY,
				sentence: 'an event waits in quarantine: a value is out of its range',
				reasons: ['out_of_range'],
			}),
			row(`stuck:ceke/${this.crossing(23).batch_no}`, 'stuck', {
				batch_no: this.crossing(23).batch_no,
				measured: 9 * HOUR,
				usual: 3.2 * HOUR,
			}),
			row('second:ceke/B-1', 'second_inspection', {batch_no: `B-${this.year}-048131`}),
			row('weight:ceke/B-2', 'weight', {batch_no: `B-${this.year}-048140`, measured: 9_400, usual: 131_000}),
			row('weight:ceke/B-3', 'weight', {
				batch_no: `B-${this.year}-048141`,
				measured: -12_000,
				usual: 140_000,
				noted_by: 'Д. Ганбаатар',
				note: 'Эзэмшигч дээр дахин жигнэнэ; 已通知磅房',
				noted_at_ms: this.now - HOUR,
			}),
			row('silent:8', 'silent', {
				port: 'wuliji',
				terminal_no: 8,
				terminal_name: 'Wuliji gate',
				measured: 41 * DAY,
			}),
			row('machine:ceke/scale-2/1', 'machine', {
				port: 'ceke',
				machine: 'scale-2',
				machine_kind: 'scale',
				condition: 'silent',
				measured: HOUR,
				machine_note: 'no frame for 10 s',
				sentence: 'the scale scale-2 has said nothing for 1 h 0 min: no frame for 10 s',
			}),
			row('review:ceke/B-9', 'review', {
				batch_no: `B-${this.year}-048150`,
				sentence: 'a unit was seen that the manifest does not name',
				reasons: ['unit_not_in_manifest'],
			}),
			row('unheard:ceke/B-10', 'unheard', {batch_no: `B-${this.year}-041002`, measured: 31 * DAY}),
		].filter(one => one.kind !== 'quarantine' || !this.settled.has(one.lsn));
	}

	attention(port, noted) {
		const rows = this.rows().filter(
			row => (noted || row.noted_by === '') && (!port || row.port === port || row.port === ''),
		);
		const kinds = [...new Set(rows.map(row => row.kind))];
		return {
			mark: this.mark(),
			rows,
			more: true,
			counts: kinds.map(kind => ({
				kind,
				n: kind === 'unheard' ? 4711 : rows.filter(row => row.kind === kind).length,
				at_least: false,
			})),
		};
	}

	machines(port) {
		const span = (known, part) => ({
			known_ms: known,
			available_ms: known * part,
			charging_ms: (known * part) / 5,
			stops: part < 1 ? 2 : 0,
			faults: part < 0.9 ? 1 : 0,
		});
		const machine = (name, kind, condition, part = 1, over = {}) => ({
			port: 'ceke',
			machine: name,
			kind,
			condition,
			since_ms: this.now - HOUR,
			told_ms: this.now - HOUR / 3,
			outdated: false,
			note: '',
			lane: 'agv-1',
			latest: span(DAY, part),
			day: span(6 * HOUR, part),
			hours: Array.from({length: 24}, (_, at) => (at < 2 ? null : at % 5 === 3 ? Math.round(1000 * part) : 1000)),
			...over,
		});
		const conditions = ['working', 'charging', 'by_hand', 'stopped', 'fault', 'offline'];
		const rows = [
			...conditions.map((of, at) => machine(`AGV-${at + 1}`, 'vehicle', of, 1 - at / 8)),
			machine('scale-1', 'scale', 'working'),
			machine('scale-2', 'scale', 'silent', 0.9, {note: 'nothing for 60 s <b>'}),
			machine('scale-3', 'scale', 'stuck', 0.7, {note: '46280 kg'}),
			machine('gate-1', 'gate', 'working', 1, {outdated: true, told_ms: this.now - 5 * HOUR}),
		];
		return {mark: this.mark(), rows: this.empty || port === 'wuliji' ? [] : rows, more: false};
	}

	quarantined(lsn) {
		const settled = this.settled.get(lsn);
		return {
			mark: this.mark(),
			lsn,
			terminal_no: 3,
			terminal_name: 'Ceke gate 2 / 策克二号卡口',
			stream_seq: 88_012,
			received_at_ms: this.now - 50 * 60_000,
			code: 27,
			name: 'unknown_port',
			sentence: 'the registry does not know this port: "cekke"; expected one of ceke, wuliji',
			state: settled?.state ?? 'waiting',
			event: {
				occurred_at_ms: this.now - 51 * 60_000,
				port: 'cekke',
				batch_no: `B-${this.year}-048160`,
				unit_weighed: {
					unit_id: '1234 УНА',
					gross_kg: 186480,
					tare_kg: 48000,
					scale: 'S2',
					stability: 'STABLE',
				},
			},
			settled_by: settled?.by ?? '',
			settled_reason: settled?.reason ?? '',
		};
	}
}
