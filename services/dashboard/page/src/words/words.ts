// All texts of the page stand in en.json, zh.json and mn.json; this picks the language, and a text. check/words.mjs proves when the
// page is built that the three say the same things with the same places for figures, and that no text stands elsewhere.
import {store} from '../store';
import en from './en.json';

export type Key = keyof typeof en;
export type Language = 'zh' | 'mn' | 'en';
type Values = Record<string, string | number>;

export const LANGUAGES: Language[] = ['zh', 'mn', 'en'];
export const LANGUAGE_NAMES: Record<Language, string> = {zh: '中文', mn: 'Монгол', en: 'English'};

const KEPT = 'juyan-language';
const catalogues: Record<Language, () => Promise<Record<string, string>>> = {
	zh: () => import('./zh.json').then(words => words.default),
	mn: () => import('./mn.json').then(words => words.default),
	en: () => Promise.resolve(en),
};

let words: Record<string, string> = en;
export const language = store<Language>('en');

const known = (name: string | null | undefined): Language | undefined =>
	LANGUAGES.find(of => name?.toLowerCase().split(/[-_]/)[0] === of);

function kept(): string | null {
	try {
		return localStorage.getItem(KEPT);
	} catch {
		return null;
	}
}

/** The address's (for a wall screen), else the one chosen before, else the first of the browser's that there is. */
export function firstLanguage(): Language {
	const asked = known(new URLSearchParams(location.search).get('lang')) ?? known(kept());
	return asked ?? navigator.languages.map(known).find(of => of !== undefined) ?? 'en';
}

export async function speak(to: Language, keep = false): Promise<void> {
	words = await catalogues[to]();
	if (keep)
		try {
			localStorage.setItem(KEPT, to);
		} catch {
			/* not remembered, then */
		}
	document.documentElement.lang = to === 'zh' ? 'zh-CN' : to;
	language.set(to);
}

const PLURALS = new Intl.PluralRules('en');
const NUMBER = new Intl.NumberFormat('en', {maximumFractionDigits: 0});

/** A text with its figures in place. "{n} day|{n} days": which one, says `n`. */
export function t(key: Key, values: Values = {}): string {
	let text = words[key] ?? en[key];
	const forms = text.split('|');
	if (forms.length === 2)
		text = (typeof values.n === 'number' && PLURALS.select(values.n) === 'one' ? forms[0] : forms[1]) ?? text;
	return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
		const value = values[name];
		return value === undefined ? whole : typeof value === 'number' ? NUMBER.format(value) : value;
	});
}

/** The word for a name of the contract, such as "mode" "agv"; the name itself where there is none. */
export function word(of: string, name: string): string {
	return words[`${of}.${name}`] ?? (name === '' ? t('unknown') : name);
}

export const hasWord = (of: string, name: string): boolean => `${of}.${name}` in words;
