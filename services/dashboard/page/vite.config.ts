// Builds the page into dist/: files with their hash in their name, nothing inline (the service's Content-Security-Policy allows
// none), no source maps. ECharts stands in a file of its own, asked for after the page stands.
import {defineConfig} from 'vite';

export default defineConfig({
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
