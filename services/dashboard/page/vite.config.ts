// Builds the page into dist/: files with their hash in their name, nothing inline (the service's Content-Security-Policy allows
// none), no source maps. ECharts stands in a file of its own, which the first figures do not wait for.
import {defineConfig, type Plugin} from 'vite';

/** The charts' file is named in index.html, so that it comes beside the page's own and not after it. */
const charts: Plugin = {
	name: 'charts-ahead',
	transformIndexHtml: {
		order: 'post',
		handler: (_, {bundle}) =>
			Object.keys(bundle ?? {})
				.filter(name => /\becharts-[^/]*\.js$/.test(name))
				.map(name => ({
					tag: 'link',
					attrs: {rel: 'modulepreload', crossorigin: true, href: `/${name}`},
					injectTo: 'head',
				})),
	},
};

export default defineConfig({
	plugins: [charts],
	esbuild: {jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none'},
	build: {
		target: 'es2021',
		assetsInlineLimit: 0,
		modulePreload: {polyfill: false},
		sourcemap: false,
		reportCompressedSize: false,
		chunkSizeWarningLimit: 700,
	},
});
