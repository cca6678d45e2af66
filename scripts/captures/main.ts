// npm run captures: runs `femto up` in terminals of two sizes, steers a fleet through three moments, and puts what the
// screens show into README.md, between the markers of each capture.
import {execFileSync} from 'node:child_process';
import {cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as wait} from 'node:timers/promises';
import {replaceSection} from '../measurement-table.ts';
import {repositoryRoot} from '../repository.ts';

const sizes = [{columns: 80, rows: 24}, {columns: 200, rows: 50}] as const;
const patienceMs = 60_000;
const pollMs = 100;
const folder = mkdtempSync(join(tmpdir(), 'femto-captures-'));
const state = join(folder, 'state');
const server = `femto-captures-${process.pid}`;
const femto = [process.execPath, join(repositoryRoot, 'dist', 'femto.js')];

process.chdir(repositoryRoot);
try {
	await captureAll();
} finally {
	tmux('kill-server');
	rmSync(folder, {recursive: true, force: true});
}

async function captureAll(): Promise<void> {
	const [small, large] = sizes;
	open('small', small, [...femto, 'up', '--state', state, '--bridge-port', '0']);
	await see('small', /● connected/);
	open('large', large, [...femto, 'tui', '--kubeconfig', join(state, 'kubeconfig')]);
	await seeBoth(/✔ +samples\/responder/);
	await seeBoth(/✔ +samples\/counter/);
	await keep('start');

	cpSync('manifests/samples/counter', join(folder, 'site', 'vibration'), {recursive: true});
	edit('container.yaml', () => readFileSync(join(import.meta.dirname, 'vibration.yaml'), 'utf8'));
	open('dev', small, [...femto, 'dev', join(folder, 'site'), '--kubeconfig', join(state, 'kubeconfig')]);
	await seeBoth(/plant-a\/vibration.* 2\/3/);
	await choose();
	await keep('moving');
	await seeBoth(/✔ +plant-a\/vibration/);

	edit('counter.c', (text) => text.replace('int64_t samples = 0;', 'int64_t samples = *(volatile int64_t *)0;'));
	await seeBoth(/✖ +plant-a\/vibration +RolledBack/);
	await choose();
	await keep('failed');
}

/** Marks plant-a/vibration, which stands first, so that the pane below tells of it. */
async function choose(): Promise<void> {
	for (const name of ['small', 'large']) tmux('send-keys', '-t', name, 'g');
	await seeBoth(/── plant-a\/vibration/);
}

function edit(file: string, change: (text: string) => string): void {
	const path = join(folder, 'site', 'vibration', file);
	writeFileSync(path, change(readFileSync(path, 'utf8')));
}

function open(name: string, {columns, rows}: (typeof sizes)[number], command: readonly string[]): void {
	tmux('-f', '/dev/null', 'new-session', '-d', '-s', name, '-x', String(columns), '-y', String(rows), ...command);
}

/** The two screens learn of a change one after the other. */
async function seeBoth(wanted: RegExp): Promise<void> {
	await see('small', wanted);
	await see('large', wanted);
}

async function see(name: string, wanted: RegExp): Promise<void> {
	for (let left = patienceMs / pollMs; left > 0; left--) {
		if (wanted.test(screen(name))) return;
		await wait(pollMs);
	}
	throw new Error(`Cannot see ${String(wanted)} in ${name}:\n${screen(name)}`);
}

async function keep(moment: string): Promise<void> {
	for (const [index, {columns, rows}] of sizes.entries()) {
		const text = screen(index === 0 ? 'small' : 'large').trimEnd().replaceAll(state, '.femto');
		const block = `\`\`\`text\n${text}\n\`\`\``;
		const section = index === 0 ? block : `<details><summary>${columns}×${rows}</summary>\n\n${block}\n\n</details>`;
		const readme = readFileSync('README.md', 'utf8');
		writeFileSync('README.md', replaceSection(readme, `capture ${moment} ${columns}x${rows}`, section));
		console.log(`captures: ${moment} ${columns}x${rows}`);
	}
}

function screen(name: string): string {
	return tmux('capture-pane', '-p', '-t', name);
}

function tmux(...args: readonly string[]): string {
	return execFileSync('tmux', ['-L', server, ...args], {encoding: 'utf8'});
}
