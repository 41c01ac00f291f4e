#!/usr/bin/env node
// The files of a report, taken through the page's own links and opened by other programs (Python's csv and openpyxl, pdftotext),
// hold the figures of the API's JSON; overview and report come out on A4 with their figures.
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, FOLDER, go, inWorld, LANGUAGES, said, send, truck, watched} from './world.mjs';

/** Every cell of a workbook, by Python. */
const SHEETS = `
import json, openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1], data_only=True)
print(json.dumps([[value for row in sheet.iter_rows(values_only=True) for value in row if value is not None] for sheet in book],
    default=str))`;
const ROWS = `
import csv, json, sys
print(json.dumps(list(csv.reader(open(sys.argv[1], encoding="utf-8-sig", newline="")))))`;
const python = (script, path) =>
	JSON.parse(execFileSync('/usr/bin/python3', ['-c', script, path], {encoding: 'utf8', maxBuffer: 1 << 26}));
const pdf = path => execFileSync('pdftotext', ['-layout', path, '-'], {encoding: 'utf8', maxBuffer: 1 << 26});

async function download(page, format) {
	const [file] =
		await Promise.all([page.waitForEvent('download'), page.click(`.files a:has-text("${format.toUpperCase()}")`)]);
	check(file.suggestedFilename().endsWith(`.${format}`), `the file is called ${file.suggestedFilename()}`);
	const path = join(FOLDER, file.suggestedFilename());
	await file.saveAs(path);
	return path;
}

/** The kilograms that a report of the API tells, by what they are of. */
const masses = report => [report.total, ...report.by_period.map(of => of.mass), ...report.by_mode_direction.map(of => of.mass),
	...report.by_group.map(of => of.mass)]
				 .map(of => of.net_kg);

async function files(page, service, span, language) {
	await go(page, service, `/reports?lang=${language}&${span}`);
	const report = await service.get(`/api/v1/report?${span}`);
	check(report.total.net_kg > 0 && report.by_group.length > 0, `nothing is on file for ${span}`);
	const cells = new Set(python(ROWS, await download(page, 'csv')).flat());
	const book = new Set(python(SHEETS, await download(page, 'xlsx')).flat());
	for (const kg of masses(report)) {
		check(cells.has(String(kg)), `${span}, ${language}: ${kg} kg is not in the CSV file`);
		check(book.has(kg) || book.has(kg / 1000), `${span}, ${language}: ${kg} kg is not in the workbook`);
	}
	const digits = pdf(await download(page, 'pdf')).replace(/[\s,\u202f]/g, '');
	const tonnes = (report.total.net_kg / 1000).toFixed(3);
	check([tonnes, tonnes.slice(0, -2), tonnes.split('.')[0]].some(of => digits.includes(of)),
		`${span}, ${language}: ${tonnes} t is not in the PDF`);
	const shown = await page.textContent('section[aria-labelledby=total] .huge .figure');
	const rounded = Number(shown.replace(/,/g, ''));
	const near =
		[1, 1e3, 1e6, 1e7, 1e9].some(of => Math.abs(rounded * of - report.total.net_kg) <= report.total.net_kg / 100);
	check(near, `the page says ${shown}; the API ${report.total.net_kg} kg`);
}

/** Charts turn light before the sheet is made, and keep to their place on it. */
async function chartsOnPaper(page, target) {
	const before = await page.evaluate(() => {
		const drawn = () => document.querySelector('.canvas canvas').toDataURL();
		const dark = drawn();
		dispatchEvent(new Event('beforeprint'));
		const light = drawn();
		dispatchEvent(new Event('afterprint'));
		return {turned: dark !== light, back: drawn() === dark};
	});
	check(before.turned && before.back,
		`${target}: a chart keeps the colours of the night on paper: ${JSON.stringify(before)}`);
	await page.emulateMedia({media: 'print'});
	const over = await page.evaluate(
		() => [...document.querySelectorAll('.canvas')].map(
			box => box.querySelector('canvas').getBoundingClientRect().bottom - box.getBoundingClientRect().bottom));
	check(over.length > 0 && over.every(of => of < 8), `${target}: charts run over what follows by ${over} pixels`);
	await page.emulateMedia({media: null});
}

async function onPaper(page, service, target, selector, language) {
	await go(page, service, `${target}?lang=${language}&theme=dark`);
	await chartsOnPaper(page, target);
	const path = join(FOLDER, 'print.pdf');
	const [figure] = (await page.textContent(selector)).trim().split(/\s/);
	writeFileSync(path, await page.pdf({format: 'A4', printBackground: false}));
	const text = pdf(path);
	check(text.includes(figure), `${target} on paper has no ${figure}: ${text.slice(0, 500)}`);
	check(text.includes(said(language, target.slice(1))), `${target} on paper has no heading`);
	const info = execFileSync('pdfinfo', [path], {encoding: 'utf8'});
	check(/Page size: +59[45](\.\d+)? x 84[12]/.test(info), info);
	const pages = Number(/Pages: +(\d+)/.exec(info)[1]);
	console.log(`${target} ${language}: ${pages} pages of A4, ${readFileSync(path).length} bytes`);
	check(pages <= 12 && !text.split('\f').slice(0, -1).some(of => of.trim() === ''),
		`${target}: an empty page among ${pages}`);
	if (process.env.JUYAN_SHOTS)
		writeFileSync(
			join(process.env.JUYAN_SHOTS, `print${target.replace('/', '-')}-${language}.pdf`), readFileSync(path));
}

await inWorld(async (browser, service) => {
	send(truck('REPORT-1', {plate: 'R 1', kg: 31_234}));
	const page = await watched(browser);
	const year = new Date().getFullYear() - 1;
	for (const [at, span] of [`from=${year}`, `from=${year}-05`, `from=${year}-05-12`].entries())
		await files(page, service, span, LANGUAGES[at]);
	await files(page, service, `from=${year}-03-30&to=${year}-04-02&port=ceke`, 'zh');
	for (const language of LANGUAGES) {
		await onPaper(page, service, '/overview', '.hero .huge .figure', language);
		await onPaper(page, service, '/reports', 'section[aria-labelledby=total] .huge .figure', language);
	}
	check(page.wrongs.length === 0, page.wrongs.join('\n'));
});
