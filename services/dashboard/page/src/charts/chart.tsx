// One wrapper around ECharts: size, colours, no movement, and the table twin of each chart.
import type {EChartsCoreOption, EChartsType} from 'echarts/core';
import type {ComponentChildren} from 'preact';
import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {Twin} from '../parts/parts';
import {useStore} from '../store';
import {colours, shown} from '../theme';
import {t} from '../words/words';

// Asked for at once, beside the first figures; the page does not wait for it.
type Library = typeof import('./echarts');
const library = import('./echarts');
let here: Library | null = null;
library.then(of => (here = of)).catch(() => undefined);

const NAMES = ['ink', 'muted', 'line', 'surface', 'accent', 'plan', 'truck', 'agv', 'rail', 'last'] as const;
export type Look = Record<(typeof NAMES)[number], string> & {rem: number; width: number};

const lookNow = (box: HTMLElement): Look => ({
	...colours(...NAMES),
	rem: parseFloat(getComputedStyle(box).fontSize),
	width: box.clientWidth,
});

/** What all charts have alike. */
export function ground(look: Look): EChartsCoreOption {
	return {
		animation: false,
		textStyle: {fontFamily: getComputedStyle(document.body).fontFamily, fontSize: look.rem * 0.8, color: look.ink},
		grid: {left: 4, right: look.rem, top: look.rem * 2, bottom: 4, containLabel: true},
		tooltip: {
			trigger: 'axis',
			renderMode: 'richText',
			confine: true,
			backgroundColor: look.surface,
			borderColor: look.line,
			borderWidth: 1,
			textStyle: {color: look.ink, fontSize: look.rem * 0.85},
			axisPointer: {type: 'line', lineStyle: {color: look.muted}},
		},
	};
}

export const axis = (look: Look): object => ({
	axisLine: {lineStyle: {color: look.muted}},
	axisTick: {show: false},
	axisLabel: {color: look.muted, fontSize: look.rem * 0.8},
	splitLine: {lineStyle: {color: look.line}},
});

export function Chart({
	label,
	draw,
	twin,
	tall = 'middle',
}: {
	label: string;
	draw: (look: Look) => EChartsCoreOption;
	twin: ComponentChildren;
	tall?: 'low' | 'middle' | 'high' | 'fill';
}) {
	const box = useRef<HTMLDivElement>(null);
	const chart = useRef<EChartsType | null>(null);
	const [ready, standing] = useState(0);
	const colour = useStore(shown);
	const [size, sized] = useState('');
	const [failed, fail] = useState(false);
	useLayoutEffect(() => {
		let gone = false;
		let drawn = '';
		const measure = (of: HTMLElement): string => `${of.clientWidth} ${of.clientHeight}`;
		const watch = new ResizeObserver(() => {
			const it = box.current;
			if (!it || measure(it) === drawn) return;
			drawn = measure(it);
			chart.current?.resize();
			sized(drawn);
		});
		const stand = ({init}: Library): void => {
			if (gone || !box.current) return;
			chart.current = init(box.current, null, {renderer: 'canvas'});
			drawn = measure(box.current);
			watch.observe(box.current);
		};
		if (here) stand(here);
		else
			library.then(of => {
				stand(of);
				standing(n => n + 1);
			}).catch(() => fail(true));
		return () => {
			gone = true;
			watch.disconnect();
			chart.current?.dispose();
			chart.current = null;
		};
	}, []);
	// Drawn here and not in the frame after next, so that the first sight of a page has its charts, and paper the colours of
	// print: they have to stand when its event is over.
	const atOnce = (): void => {
		if (!chart.current || !box.current) return;
		chart.current.setOption(draw(lookNow(box.current)), true);
		chart.current.getZr().flush();
	};
	useLayoutEffect(atOnce, [ready, draw, colour, size]);
	useEffect(() => {
		addEventListener('beforeprint', atOnce);
		addEventListener('afterprint', atOnce);
		return () => {
			removeEventListener('beforeprint', atOnce);
			removeEventListener('afterprint', atOnce);
		};
	}, [draw]);
	return (
		<figure class="chart">
			{failed ? (
				<p class="empty">{t('chart.none')}</p>
			) : (
				<div class={`canvas ${tall}`} role="img" aria-label={label} ref={box} />
			)}
			<Twin>{twin}</Twin>
		</figure>
	);
}
