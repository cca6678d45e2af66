// Bundles cli/main.ts to dist/femto.js, one chunk per command: every command stands behind `await import()`, so that
// `femto --help` loads neither the API server nor the broker.
import {readdir, rm} from 'node:fs/promises';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

// Packages in CommonJS form call `require`, which an ES module lacks.
const requireBanner =
	"import {createRequire as createFemtoRequire} from 'node:module'; const require = createFemtoRequire(import.meta.url);";

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
const {metafile} = await build({
	entryPoints: {femto: 'cli/main.ts'},
	outdir: 'dist',
	chunkNames: 'chunks/[name]-[hash]',
	bundle: true,
	splitting: true,
	format: 'esm',
	platform: 'node',
	target: 'node24',
	sourcemap: true,
	minifySyntax: true,
	define: {'process.env.NODE_ENV': '"production"'},
	banner: {js: requireBanner},
	// Imported dynamically, a package in CommonJS form has no names: this one also comes as a module.
	alias: {'@peculiar/x509': '@peculiar/x509/build/x509.es.js'},
	// ink asks for the first only when DEV=true, and it is not installed; the second brings a native part.
	external: ['react-devtools-core', 'serialport'],
	logLevel: 'warning',
	metafile: true,
});

// Chunks are named by their content. A program that runs while this builds keeps loading the ones that did not change.
for (const entry of await readdir('dist', {recursive: true, withFileTypes: true})) {
	const path = join(entry.parentPath, entry.name);
	if (entry.isFile() && metafile.outputs[path.replaceAll('\\', '/')] === undefined) await rm(path);
}
