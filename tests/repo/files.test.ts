import assert from 'node:assert/strict';
import {existsSync} from 'node:fs';
import {dirname, join, normalize} from 'node:path';
import {test} from 'node:test';
import {listFiles, readRepositoryFile, repositoryRoot} from '../../scripts/repository.ts';

const files = listFiles();
const binary = /\.(elf|o|wasm|png|bin)$/;

/** Lines a file may have. Tables, tests and generated files are read by look-up and have no limit. */
const lineLimits: readonly (readonly [RegExp, number])[] = [
	[/(^|\/)generated\/|^tests\/|^agent-firmware\/tests\/|^protocol\/schema\/|^scripts\/boundaries\/table\.ts$/, Infinity],
	[/\.(ts|tsx|mjs)$/, 250],
	[/\.[ch]$/, 400],
];

test('No source file is longer than its limit', () => {
	const tooLong = files.flatMap((path) => {
		const limit = lineLimits.find(([pattern]) => pattern.test(path))?.[1] ?? Infinity;
		const lines = limit === Infinity ? 0 : readRepositoryFile(path).split('\n').length - 1;
		return lines > limit ? [`${path}: ${lines} lines, at most ${limit}`] : [];
	});
	assert.deepEqual(tooLong, []);
});

test('No line of a program is wider than 130 columns (120 is the aim), a tab counting one', () => {
	const sources = files.filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !/(^|\/)generated\/|^protocol\/schema\/|^tests\//.test(path));
	const wide = sources.flatMap((path) =>
		readRepositoryFile(path)
			.split('\n')
			.flatMap((line, index) => (line.length > 130 && !line.includes('https://') ? [`${path}:${index + 1}`] : [])),
	);
	assert.deepEqual(wide, []);
});

test('No file names a package registry or a path of one machine', () => {
	const hosts = /registry\.npmjs|pypi\.org|python[h]osted|deb\.debian|crates\.io|proxy\.golang/;
	const machines = /(^|[\s"'`(=:])\/(work|root|home|Users)\//m;
	const text = files.filter((path) => !binary.test(path)).map((path) => [path, readRepositoryFile(path)] as const);
	const found = text.filter(([, content]) => hosts.test(content) || machines.test(content)).map(([path]) => path);
	assert.deepEqual(found, []);
});

test('Every relative link in a document leads to a file', () => {
	const broken = files
		.filter((path) => path.endsWith('.md'))
		.flatMap((path) => {
			const prose = readRepositoryFile(path).replaceAll(/`[^`\n]*`/g, '');
			const links = Array.from(prose.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g), ([, link = '']) => link);
			const relative = links.filter((link) => !/^[a-z]+:/.test(link));
			const missing = relative.filter((link) => !existsSync(join(repositoryRoot, normalize(join(dirname(path), link)))));
			return missing.map((link) => `${path}: ${link}`);
		});
	assert.deepEqual(broken, []);
});

interface Package {
	readonly scripts: Readonly<Record<string, string>>;
	readonly dependencies: Readonly<Record<string, string>>;
	readonly devDependencies: Readonly<Record<string, string>>;
	readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readRepositoryFile('package.json')) as Package;
const packages = {...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies};

test('Every package is named with its exact version', () => {
	const loose = Object.entries(packages).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
	assert.deepEqual(loose, []);
});

test('CONTRIBUTING.md says why each package is there', () => {
	const text = readRepositoryFile('CONTRIBUTING.md');
	const unexplained = Object.keys(packages).filter((name) => !text.includes(`\`${name}\``));
	assert.deepEqual(unexplained, []);
});

test('Every npm script sets the clone up first', () => {
	const entries = Object.keys(manifest.scripts).filter((name) => manifest.scripts[`pre${name}`] === undefined);
	const withoutSetup = entries.filter((name) => !name.startsWith('pre'));
	assert.deepEqual(withoutSetup, []);
	const hooks = Object.entries(manifest.scripts).filter(([name]) => name.startsWith('pre'));
	assert.deepEqual(hooks.filter(([, command]) => !command.startsWith('node scripts/setup.mjs')), []);
});

test('Every npm script that a document names exists', () => {
	const missing = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap((path) => {
		const names = Array.from(readRepositoryFile(path).matchAll(/npm run (?:-s )?([a-z0-9:-]+)/g), ([, name = '']) => name);
		return names.filter((name) => manifest.scripts[name] === undefined).map((name) => `${path}: ${name}`);
	});
	assert.deepEqual(missing, []);
});

test('ARCHITECTURE.md describes every folder', () => {
	const folders = new Set(files.filter((path) => /^[a-z].*\//.test(path)).map((path) => path.slice(0, path.indexOf('/'))));
	const text = readRepositoryFile('ARCHITECTURE.md');
	assert.deepEqual([...folders].filter((folder) => !text.includes(`\n| \`${folder}/\` |`)), []);
});
