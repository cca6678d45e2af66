import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openStore} from '../../../apiserver/mod.ts';
import {isKubeError} from '../../../runtime/kube/errors.ts';
import {seededRandom} from '../../../runtime/random.ts';
import {Incarnation} from '../../../simulator/incarnation.ts';
import {Scheduler} from '../../../simulator/scheduler.ts';
import {WriteFaults, type WriteFault} from '../../../simulator/write-faults.ts';

const namespaces = {group: '', version: 'v1', plural: 'namespaces'};

interface Outcome {
	/** What the program learned of its second write. */
	readonly answer: 'accepted' | 'timeout' | 'nothing';
	readonly stands: boolean;
	readonly befallen: readonly string[];
}

/** Makes two namespaces; the fault befalls the second. */
async function run(fault: WriteFault, thaw = false): Promise<Outcome> {
	const scheduler = new Scheduler({seed: 1, nextMacrotask: setImmediate});
	const {clock} = scheduler;
	const store = openStore({path: ':memory:', clock, random: seededRandom(1), crds: []});
	const incarnation = new Incarnation(clock);
	const befallen: string[] = [];
	const faults = new WriteFaults((befalling, what) => {
		befallen.push(what);
		if (befalling.startsWith('killed')) incarnation.kill();
		if (befalling.startsWith('frozen')) incarnation.freeze();
	});
	const api = incarnation.api(faults.wrap(store, incarnation));
	const create = (name: string): Promise<unknown> =>
		api.create(namespaces, {apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	faults.arm(2, fault);
	let answer: Outcome['answer'] = 'nothing';
	clock.setTimer(0, () => {
		create('first').then(() => create('second')).then(
			() => (answer = 'accepted'),
			(error: unknown) => (answer = isKubeError(error, 'Timeout') ? 'timeout' : 'nothing'),
		);
	});
	await scheduler.run({withinMs: 10});
	if (thaw) incarnation.thaw();
	await scheduler.run({withinMs: 10});
	const {items} = await store.list(namespaces);
	store.close();
	return {answer, stands: items.some(({metadata}) => metadata.name === 'second'), befallen};
}

const cases: readonly (readonly [WriteFault, Outcome['answer'], boolean])[] = [
	['killed before', 'nothing', false],
	['killed after', 'nothing', true],
	['timed out', 'timeout', true],
	['frozen before', 'nothing', false],
	['frozen after', 'nothing', true],
];

for (const [fault, answer, stands] of cases) {
	test(`a write "${fault}" ${stands ? 'stands' : 'does not stand'}, and its program learns ${answer}`, async () => {
		assert.deepEqual(await run(fault), {answer, stands, befallen: ['create namespaces/second']});
	});
}

for (const fault of ['frozen before', 'frozen after'] as const) {
	test(`a write "${fault}" stands and is answered once the program goes on`, async () => {
		assert.deepEqual(await run(fault, true), {answer: 'accepted', stands: true, befallen: ['create namespaces/second']});
	});
}
