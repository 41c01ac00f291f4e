// Tells the size of each built file, and fails where all of them together are too large for a first load, or where
// something stands inline that the service's Content-Security-Policy forbids.
import {readFileSync, readdirSync, statSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';

const FIRST_LOAD_MAX = 300 * 1024;
const dist = join(dirname(fileURLToPath(import.meta.url)), '../dist');
const walk = folder =>
	readdirSync(folder).flatMap(name => {
		const path = join(folder, name);
		return statSync(path).isDirectory() ? walk(path) : [path];
	});

let total = 0;
for (const path of walk(dist).sort()) {
	const bytes = readFileSync(path);
	const packed = gzipSync(bytes, {level: 9}).length;
	total += packed;
	const kib = of => `${(of / 1024).toFixed(1).padStart(8)} KiB`;
	console.log(`${relative(dist, path).padEnd(40)} ${kib(bytes.length)} ${kib(packed)} gzip`);
}
console.log(`${'all of it'.padEnd(40)} ${' '.repeat(12)} ${(total / 1024).toFixed(1).padStart(8)} KiB gzip`);
const page = readFileSync(join(dist, 'index.html'), 'utf8');
if (/<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|https?:/.test(page))
	throw new Error('index.html holds a style, a script or an address of its own; expected only files of this service');
if (total > FIRST_LOAD_MAX) throw new Error(`${total} bytes compressed; expected at most ${FIRST_LOAD_MAX}`);
