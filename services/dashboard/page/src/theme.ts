// Light or dark: the reader's choice, else the system's. The colours themselves stand in style/tokens.css.
import {store} from './store';

export type Theme = 'auto' | 'light' | 'dark';
const KEPT = 'juyan-theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function first(): Theme {
	const asked = new URLSearchParams(location.search).get('theme');
	let kept: string | null = null;
	try {
		kept = localStorage.getItem(KEPT);
	} catch {
		/* nothing is remembered here */
	}
	return ([asked, kept].find(of => of === 'light' || of === 'dark') as Theme) ?? 'auto';
}

export const theme = store<Theme>(first());
/** Changes whenever the colours do: what draws them itself draws again. */
export const shown = store<string>('');

function apply(printing = false): void {
	const root = document.documentElement;
	const chosen = printing ? 'light' : theme.get();
	if (chosen === 'auto') delete root.dataset.theme;
	else root.dataset.theme = chosen;
	shown.set(`${chosen}-${dark.matches}`);
}

export function followTheme(): void {
	apply();
	theme.on(() => apply());
	dark.addEventListener('change', () => apply());
	addEventListener('beforeprint', () => apply(true));
	addEventListener('afterprint', () => apply());
}

export function choose(to: Theme): void {
	try {
		localStorage.setItem(KEPT, to);
	} catch {
		/* not remembered, then */
	}
	theme.set(to);
}

/** A colour of tokens.css, as it is now. */
export function colours<Name extends string>(...names: Name[]): Record<Name, string> {
	const probe = document.createElement('span');
	document.body.append(probe);
	const found = {} as Record<Name, string>;
	for (const name of names) {
		probe.style.color = `var(--${name})`;
		found[name] = getComputedStyle(probe).color;
	}
	probe.remove();
	return found;
}
