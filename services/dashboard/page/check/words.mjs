// Fails the build where the three catalogues do not say the same things with the same places for figures, where a text is used that
// is not there or is there and not used, and where a text stands in a page instead of in the catalogues.
import {readFileSync, readdirSync} from 'node:fs';
import {dirname, join, relative} from 'node:path';
import {fileURLToPath} from 'node:url';
import ts from 'typescript';

const here = join(dirname(fileURLToPath(import.meta.url)), '..');
const complaints = [];
const say = (file, text) => complaints.push(`${relative(here, file)}: ${text}`);

const catalogue = language => {
	const file = join(here, 'src/words', `${language}.json`);
	const text = readFileSync(file, 'utf8');
	const words = JSON.parse(text);
	const keys = [...text.matchAll(/^\s*"([^"]+)":/gm)].map(found => found[1]);
	for (const key of keys.filter((key, at) => keys.indexOf(key) !== at)) say(file, `"${key}" stands twice`);
	return {file, words};
};
const places = text => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(found => found[1]))].sort().join(' ');

const en = catalogue('en');
for (const other of [catalogue('zh'), catalogue('mn')]) {
	for (const [key, text] of Object.entries(en.words))
		if (typeof other.words[key] !== 'string' || other.words[key] === '') say(other.file, `"${key}" is missing`);
		else if (!/^(date|lane)\./.test(key) && places(other.words[key]) !== places(text))
			say(other.file, `"${key}" has places for {${places(other.words[key])}}; expected {${places(text)}}`);
	for (const key of Object.keys(other.words)) if (!(key in en.words)) say(other.file, `"${key}" is not in en.json`);
}

const walk = folder =>
	readdirSync(folder, {withFileTypes: true}).flatMap(entry =>
		entry.isDirectory() ? walk(join(folder, entry.name)) : /\.tsx?$/.test(entry.name) ? [join(folder, entry.name)] : [],
	);

const SAID = new Set(['aria-label', 'aria-description', 'aria-roledescription', 'title', 'placeholder', 'alt', 'label', 'summary']);
const LETTER = /\p{L}/u;
let used = '';
for (const file of walk(join(here, 'src'))) {
	const text = readFileSync(file, 'utf8');
	used += text;
	const source = ts.createSourceFile(
		file,
		text,
		ts.ScriptTarget.ES2021,
		true,
		file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
	);
	const look = node => {
		const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
		if (ts.isJsxText(node) && LETTER.test(node.text))
			say(`${file}:${line}`, `the text "${node.text.trim()}" belongs into the catalogues`);
		if (
			ts.isJsxAttribute(node) &&
			SAID.has(node.name.getText(source)) &&
			node.initializer &&
			ts.isStringLiteral(node.initializer) &&
			LETTER.test(node.initializer.text)
		)
			say(`${file}:${line}`, `the text "${node.initializer.text}" belongs into the catalogues`);
		if (
			ts.isCallExpression(node) &&
			node.expression.getText(source) === 't' &&
			node.arguments[0] &&
			ts.isStringLiteral(node.arguments[0]) &&
			!(node.arguments[0].text in en.words)
		)
			say(`${file}:${line}`, `"${node.arguments[0].text}" is not in en.json`);
		ts.forEachChild(node, look);
	};
	look(source);
}
const families = new Set([...used.matchAll(/\b(?:word|hasWord|say)\('(\w+)'|\bof="(\w+)"/g)].map(found => found[1] ?? found[2]));
for (const key of Object.keys(en.words))
	if (!used.includes(`'${key}'`) && !families.has(key.split('.')[0])) say(en.file, `"${key}" is not used`);

for (const complaint of complaints) console.error(complaint);
process.exit(complaints.length === 0 ? 0 : 1);
