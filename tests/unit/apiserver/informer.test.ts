import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Informer} from '../../../runtime/kube/informer.ts';
import {silentLog} from '../../../runtime/log.ts';
import {below} from '../../../runtime/random.ts';
import {device, devices, newStore, type Loose} from './support.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';

for (const seed of [1, 2, 3, 4]) {
	test(`An informer on the store ends equal to it after random writes and compactions, seed ${seed}`, async () => {
		const scheduler = new Scheduler({seed, nextMacrotask: setImmediate});
		const {clock} = scheduler;
		const random = scheduler.random('writes');
		const store = newStore({clock});
		const informer = new Informer<Loose>({
			api: store,
			ref: devices,
			labelSelector: 'class=pump',
			clock,
			random: scheduler.random('informer'),
			log: silentLog,
		});
		const live = new Map<string, string | undefined>();
		informer.addHandlers({
			onAdd: ({metadata}) => live.set(metadata.name, metadata.resourceVersion),
			onUpdate: (_, {metadata}) => live.set(metadata.name, metadata.resourceVersion),
			onDelete: ({metadata}) => live.delete(metadata.name),
		});
		const stop = new AbortController();
		const running = informer.run(stop.signal);
		for (let step = 0; step < 100; step++) {
			// A burst runs before the informer can look; a compaction right behind it takes the history away from it.
			const burst = Array.from({length: below(random, 8)}, () => act(below(random, 5), `d-${below(random, 12)}`));
			if (below(random, 8) === 0) store.compact(Number(store.resourceVersion));
			// Refusals of what is or is not there are part of the game.
			await Promise.allSettled(burst);
			if (below(random, 8) === 0) await scheduler.run({withinMs: below(random, 100_000)});
		}
		await scheduler.run({withinMs: 60_000});
		const {items} = await store.list<Loose>(devices, {labelSelector: 'class=pump'});
		assert.deepEqual(informer.cache.list().toSorted(byName), items);
		assert.deepEqual(
			[...live].toSorted(([left], [right]) => (left < right ? -1 : 1)),
			items.map(({metadata}) => [metadata.name, metadata.resourceVersion]),
		);
		assert(items.length > 0);
		assert(informer.stats.relists > 0);
		stop.abort();
		await running;

		async function act(what: number, name: string): Promise<void> {
			const value = below(random, 3) === 0 ? 'valve' : 'pump';
			if (what === 0) await store.delete(devices, name);
			else if (what === 1) await store.patch(devices, name, {metadata: {labels: {class: value}}});
			else if (what === 2)
				await store.patch(devices, name, {status: {bridge: `b-${below(random, 9)}`}}, {subresource: 'status'});
			else await store.create(devices, {...device(name), metadata: {name, labels: {class: value}}});
		}
	});
}

function byName(left: Loose, right: Loose): number {
	return left.metadata.name < right.metadata.name ? -1 : 1;
}
