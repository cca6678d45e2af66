import assert from 'node:assert/strict';
import {test} from 'node:test';
import {helpers} from '../../../protocol/schema/helpers.ts';
import {regions} from '../../../protocol/schema/image.ts';
import {assemble, instruction, publishVersion, sampleObjects, timerProgram} from '../../../simulator/sample.ts';
import {askLines} from '../../unit/controller/serve/ask.ts';
import {createFleet, secondsToReady} from './fleet-scene.ts';

const logHelper = helpers.find(({name}) => name === 'log')?.number ?? 0;
const greeting = Buffer.from('on \u2713\x07\n');

/** `log(greeting, length)`, whenever the timer runs it. */
const program = timerProgram(assemble(
	instruction(0xb7, {destination: 1, immediate: regions.rodata * 2 ** 28}),
	instruction(0xb7, {destination: 2, immediate: greeting.length}),
	instruction(0x85, {immediate: logHelper}),
	instruction(0xb7, {destination: 0, immediate: 0}),
	instruction(0x95, {}),
), new Uint8Array(greeting));

test('what a container logs on its device stands in the logs of the controller', async () => {
	const fleet = createFleet({
		devices: 3,
		objects: (keys) => {
			const {configMap, image} = publishVersion(keys, {name: 'greeter', sequence: 1, program});
			const [namespace, tenant, , container] = sampleObjects(keys, {imageBytes: 600, version: 1, name: 'greeter'});
			assert.ok(namespace && tenant && container);
			const spec = {...(container as unknown as {readonly spec: object}).spec, image};
			return [namespace, tenant, configMap, Object.assign({}, container, {spec})];
		},
	});
	assert.ok((await secondsToReady(fleet)) < 60);
	await fleet.run({withinMs: 10_000});
	const handle = fleet.controller.controller?.handle;
	assert.ok(handle);
	const lines = await askLines(handle, '/v1/logs');
	assert.deepEqual(new Set(lines.map(({text}) => text)), new Set(['on \u2713\\x07']));
	assert.deepEqual(new Set(lines.map(({container}) => container)), new Set(['sample/greeter']));
	for (const device of fleet.field.nodes.keys()) {
		// One line a second, since it runs.
		const own = lines.filter((line) => line['device'] === device);
		assert.ok(own.length >= 9, `${device} has logged ${own.length} lines`);
	}
	assert.equal(fleet.controller.controller?.counts.log, 0);
	fleet.close();
});
