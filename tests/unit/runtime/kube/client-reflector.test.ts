import assert from 'node:assert/strict';
import {test} from 'node:test';
import {silentLog} from '../../../../runtime/log.ts';
import {Reflector} from '../../../../runtime/kube/reflector.ts';
import {seededRandom} from '../../../../runtime/random.ts';
import {device, devices, json, path, scripted, type Step} from './client-support.ts';

const line = (type: string, object: unknown): string => `${JSON.stringify({type, object})}\n`;
const list = (resourceVersion: string, ...items: readonly unknown[]): Step =>
	json({apiVersion: 'femtofleet.dev/v1alpha1', kind: 'FemtoDeviceList', metadata: {resourceVersion}, items});
const stream = (...lines: readonly string[]): Step => (response) => void response.writeHead(200).end(lines.join(''));
const bookmark = (resourceVersion: string): string => line('BOOKMARK', {kind: 'FemtoDevice', metadata: {resourceVersion}});

/** The question without the random time. */
function question(url: string | undefined): string {
	return (url ?? '').replace(path, '').replace(/&timeoutSeconds=[3-6]\d\d$/, '');
}

test('a reflector goes on over HTTP after a clean end, a cut, a bookmark, silence and 410', async (context) => {
	const silent = Promise.withResolvers<void>();
	const last = Promise.withResolvers<void>();
	const expired = line('ERROR', {kind: 'Status', code: 410, reason: 'Expired', message: 'too old'});
	const {client, clock, seen} = await scripted(context, [
		list('1', device('a')),
		stream(line('ADDED', device('b', '2'))),
		stream(bookmark('7')),
		(response) => {
			const cut = (): void => void response.socket?.resetAndDestroy();
			response.writeHead(200).write(line('MODIFIED', device('b', '8')), cut);
		},
		(response) => {
			response.writeHead(200).flushHeaders();
			silent.resolve();
		},
		stream(expired),
		list('20', device('c', '20')),
		() => last.resolve(),
	]);
	const told: string[] = [];
	const reflector = new Reflector({
		api: client, ref: devices, clock, random: seededRandom(1), log: silentLog,
		sink: {
			replace: (objects) => void told.push(`= ${objects.map(({metadata}) => metadata.name).join()}`),
			apply: (type, {metadata}) => void told.push(`${type} ${metadata.name}`),
		},
	});
	const stop = new AbortController();
	const running = reflector.run(stop.signal);
	await silent.promise;
	clock.pass();
	await last.promise;
	stop.abort();
	await running;
	assert.deepEqual(told, ['= a', 'ADDED b', 'MODIFIED b', '= c']);
	const watch = '?watch=true&allowWatchBookmarks=true&resourceVersion=';
	assert.deepEqual(seen.map(({url}) => question(url)), [
		'?limit=500', `${watch}1`, `${watch}2`, `${watch}7`, `${watch}8`, `${watch}8`, '?limit=500', `${watch}20`,
	]);
});
