-- Version 2: places above ports, terminals by name, and whose registry a change is of. So a headquarters' analyst asks by league
-- and region, and sees which site and which of its terminals told what.

CREATE TABLE juyan.place (
	place text NOT NULL,
	ledger text NOT NULL,
	above text,
	name_zh text,
	name_mn text,
	name_en text,
	PRIMARY KEY (place, ledger)
);
COMMENT ON TABLE juyan.place IS 'what lies above ports: leagues, regions, companies';
COMMENT ON COLUMN juyan.place.place IS 'its id; ports and places have different ones';
COMMENT ON COLUMN juyan.place.ledger IS 'the ledger whose registry says so';
COMMENT ON COLUMN juyan.place.above IS 'the place right above it; null: it is at the top';
COMMENT ON COLUMN juyan.place.name_zh IS 'its name in Chinese';
COMMENT ON COLUMN juyan.place.name_mn IS 'its name in Mongolian';
COMMENT ON COLUMN juyan.place.name_en IS 'its name in English';

CREATE TABLE juyan.place_port (
	place text NOT NULL,
	port text NOT NULL,
	ledger text NOT NULL,
	steps integer NOT NULL,
	PRIMARY KEY (place, port)
);
COMMENT ON TABLE juyan.place_port IS
	'which ports each place has below it, at any depth; a port stands here as a place of itself, too';
COMMENT ON COLUMN juyan.place_port.place IS 'the place, or the port itself';
COMMENT ON COLUMN juyan.place_port.port IS 'a port below it';
COMMENT ON COLUMN juyan.place_port.ledger IS 'the ledger that writes the port';
COMMENT ON COLUMN juyan.place_port.steps IS 'how many steps up from the port: 0 is the port itself, 1 the place right above it';

CREATE TABLE juyan.terminal (
	ledger text NOT NULL,
	terminal_no bigint NOT NULL,
	name text,
	site text,
	number_there integer NOT NULL,
	is_site boolean NOT NULL,
	PRIMARY KEY (ledger, terminal_no)
);
COMMENT ON TABLE juyan.terminal IS 'who tells a ledger of events: its terminals, its sites, and the terminals of its sites';
COMMENT ON COLUMN juyan.terminal.ledger IS 'the ledger';
COMMENT ON COLUMN juyan.terminal.terminal_no IS
	'its number in that ledger; a site''s terminal has 65536 times the site''s number and its own number there';
COMMENT ON COLUMN juyan.terminal.name IS 'its name, as the registry says it; of a site''s terminal, as it is called there';
COMMENT ON COLUMN juyan.terminal.site IS 'the name of the site whose terminal it is; null: it is the ledger''s own';
COMMENT ON COLUMN juyan.terminal.number_there IS 'its number at its site; of the ledger''s own, its number';
COMMENT ON COLUMN juyan.terminal.is_site IS 'whether it is a site: another ledger that sends its journal';

ALTER TABLE juyan.position ADD COLUMN swept_lsn bigint;
COMMENT ON COLUMN juyan.position.swept_lsn IS
	'counting anew has written crossings of which the first event may have this number; null: it never has';
UPDATE juyan.position SET swept_lsn = ahead_lsn;

ALTER TABLE juyan.registry_history ADD COLUMN site text;
COMMENT ON COLUMN juyan.registry_history.site IS
	'the site in whose registry it was, of which only records of its own ports hold here; null: it was in this ledger''s';
COMMENT ON COLUMN juyan.registry_history.changed_at IS 'when it was received; of a site''s, when the site received it';
COMMENT ON COLUMN juyan.weighing.received_at IS
	'when a ledger first heard of it: the site''s own, where it came from a site';
COMMENT ON COLUMN juyan.weighing.terminal_no IS 'the terminal that told it: see the table terminal';
COMMENT ON COLUMN juyan.release.received_at IS
	'when a ledger first heard of it: the site''s own, where it came from a site';
COMMENT ON COLUMN juyan.release.terminal_no IS 'the terminal that told it: see the table terminal';

CREATE VIEW juyan.places AS
SELECT m.place, COALESCE(l.name_en, h.name_en, m.place) AS place_name, m.port, p.name_en AS port_name, m.steps
FROM juyan.place_port m
LEFT JOIN juyan.place l ON l.place = m.place AND l.ledger = m.ledger
LEFT JOIN juyan.port h ON h.port = m.place
LEFT JOIN juyan.port p ON p.port = m.port;
COMMENT ON VIEW juyan.places IS
	'join any view to it by port, and group by place: each port stands under itself (steps 0), its league, its region';

CREATE VIEW juyan.ports AS
SELECT p.port, p.name_en AS port_name, n.place, n.place_name, t.place AS top_place, t.place_name AS top_place_name,
	p.utc_offset, p.unlocode
FROM juyan.port p
LEFT JOIN juyan.places n ON n.port = p.port AND n.steps = 1
LEFT JOIN juyan.places t ON t.port = p.port AND t.steps > 0
	AND t.steps = (SELECT MAX(m.steps) FROM juyan.place_port m WHERE m.port = p.port);
COMMENT ON VIEW juyan.ports IS
	'every port with the place right above it, such as its league, and the uppermost, such as its region; null: none is known';

CREATE VIEW juyan.tonnage_by_place AS
SELECT m.place, m.place_name, t.day, t.direction, t.mode, t.commodity_group, CAST(SUM(t.net_kg) AS bigint) AS net_kg,
	SUM(t.net_kg) / 1000.0 AS net_t, CAST(SUM(t.batches) AS bigint) AS batches, CAST(SUM(t.units) AS bigint) AS units
FROM juyan.total_day t
JOIN juyan.places m ON m.port = t.port
GROUP BY m.place, m.place_name, t.day, t.direction, t.mode, t.commodity_group;
COMMENT ON VIEW juyan.tonnage_by_place IS
	'what passed on each day at each port, league and region: name some, for all together have each port more than once';

CREATE VIEW juyan.weighings AS
SELECT w.port, w.day, w.batch_no, w.unit_id, w.weighed_at, w.received_at, w.gross_kg, w.tare_kg, w.container_tare_kg, w.stability,
	w.scale, w.ticket_no, w.lane, w.terminal_no, t.site, t.name AS terminal
FROM juyan.weighing w
LEFT JOIN juyan.port p ON p.port = w.port
LEFT JOIN juyan.terminal t ON t.ledger = p.ledger AND t.terminal_no = w.terminal_no;
COMMENT ON VIEW juyan.weighings IS
	'every reading of a scale, with the terminal that told it, and at a headquarters the site that it is of';
