import {mkdirSync, mkdtempSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const requireBanner = 'import {createRequire as requireOf} from \'node:module\'; const require = requireOf(import.meta.url);';

/**
 * Bundles programs of tests/support into a new folder: one that is started often starts sooner. It stands in the repository,
 * since packages that are loaded only when they are needed are looked for from there.
 */
export async function bundle(...names: readonly string[]): Promise<string> {
	mkdirSync(join(root, 'build'), {recursive: true});
	const folder = mkdtempSync(join(root, 'build', 'tui-'));
	await build({
		absWorkingDir: root,
		entryPoints: names.map((name) => `tests/support/${name}.ts`),
		outdir: folder,
		outExtension: {'.js': '.mjs'},
		bundle: true,
		splitting: true,
		format: 'esm',
		platform: 'node',
		target: 'node24',
		define: {'process.env.NODE_ENV': '"production"'},
		banner: {js: requireBanner},
		alias: {'@peculiar/x509': '@peculiar/x509/build/x509.es.js'},
		external: ['react-devtools-core'],
		logLevel: 'error',
	});
	return folder;
}
