import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {before, test} from 'node:test';
import {createBridgeHandler, datagramCounters, eventCounters} from '../../../bridge/mod.ts';
import {inputCounters} from '../../../controller/mod.ts';
import {deviceCounters} from '../../../protocol/schema/reasons.ts';
import type {HttpHandler} from '../../../runtime/http.ts';
import type {SimulatedFleet} from '../../../simulator/fleet.ts';
import {ask, textOf} from '../../unit/controller/serve/ask.ts';
import {createFleet, secondsToReady} from '../simulator/fleet-scene.ts';

const reference = readFileSync(new URL('../../../docs/reference/metrics.md', import.meta.url), 'utf8');

interface Scrape {
	/** `name type help`, in order. */
	readonly families: readonly string[];
	/** By `name{label="value",…}`. */
	readonly values: ReadonlyMap<string, number>;
}

async function scrape(handler: HttpHandler): Promise<Scrape> {
	const response = await ask(handler, '/metrics');
	assert.equal(response.status, 200);
	assert.match(response.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
	const lines = (await textOf(response)).split('\n').filter(line => line !== '');
	const helps = lines.flatMap(line => /^# HELP (\S+) (.*)$/.exec(line)?.slice(1).join(' ') ?? []);
	const types = lines.flatMap(line => /^# TYPE \S+ (\S+)$/.exec(line)?.[1] ?? []);
	const samples = lines.flatMap(line => (line.startsWith('#') ? [] : [line.split(/ (?=[^ ]+$)/)]));
	return {
		families: helps.map((help, index) => help.replace(' ', ` ${types[index]} `)),
		values: new Map(samples.map(([key = '', value]) => [key, Number(value)])),
	};
}

let fleet: SimulatedFleet;
let controller: Scrape;
let bridge: Scrape;

before(async () => {
	fleet = createFleet();
	assert.ok((await secondsToReady(fleet)) < 60);
	assert.ok(fleet.controller.controller !== undefined && fleet.field.bridge !== undefined);
	controller = await scrape(fleet.controller.controller.handle);
	bridge = await scrape(createBridgeHandler(fleet.field.bridge));
	fleet.close();
});

function value({values}: Scrape, key: string): number {
	const found = values.get(key);
	assert.ok(found !== undefined, `${key} is among ${[...values.keys()].join('\n')}`);
	return found;
}

test('the reference has a row for each metric with type and meaning, and no other', () => {
	const rows = Array.from(
		reference.matchAll(/^\| `(femto_\w+)` \| (counter|gauge) \|[^|]*\| (.*) \|$/gm),
		([, name, type, meaning]) => `${name} ${type} ${meaning}`);
	assert.deepEqual(rows, [...controller.families, ...bridge.families]);
});

test('the reference names the labels that a metric has', () => {
	for (const [key] of [...controller.values, ...bridge.values]) {
		const [name = '', labels = ''] = key.split('{');
		const row = reference.split('\n').find(line => line.startsWith(`| \`${name}\` |`)) ?? '';
		const told = (row.split('|')[3] ?? '').trim();
		const found = Array.from(labels.matchAll(/(\w+)="/g), ([, label]) => `\`${label}\``).join(', ');
		assert.equal(told, found, key);
	}
});

test('a name ends as Prometheus wants it: a counter in _total, and only a counter', () => {
	for (const family of [...controller.families, ...bridge.families]) {
		const [name = '', type] = family.split(' ');
		assert.equal(name.endsWith('_total'), type === 'counter', name);
	}
});

test('every counter that the reference names for bad input exists where it says', () => {
	const known: Record<string, readonly string[]> = {
		controller: inputCounters.map(({name}) => name),
		device: deviceCounters.map(({name}) => name),
		bridge: Object.keys(datagramCounters),
	};
	const rows = Array.from(reference.matchAll(/^\| .* \| (controller|device|bridge) \| (.*) \|$/gm));
	assert.ok(rows.length > 25);
	for (const [row, where = '', text = ''] of rows) {
		const names = Array.from(text.matchAll(/`(\w+)`/g), ([, name = '']) => name);
		assert.ok(names.every(name => known[where]?.includes(name)), row);
	}
	const told = rows.filter(([, where]) => where === 'controller').map(([row]) => row).join('\n');
	const left = (known['controller'] ?? []).filter(name => !told.includes(`\`${name}\``));
	assert.deepEqual(left, ['spec'], 'only a spec is no input from outside');
});

test('what the controller counts is there under its name', () => {
	const counts = fleet.controller.controller?.counts ?? {};
	assert.deepEqual(Object.keys(counts).toSorted(), inputCounters.map(({name}) => name).toSorted());
	for (const [name, count] of Object.entries(counts)) {
		assert.equal(value(controller, `femto_controller_inputs_total{counter="${name}"}`), count);
	}
});

test('a fleet that is Ready reads so', () => {
	const ofController = (rest: string): number => value(controller, `femto_controller_${rest}`);
	assert.deepEqual(['Ready', 'NotReady', 'Lost', 'Asleep'].map(state => ofController(`devices{state="${state}"}`)), [5, 0, 0, 0]);
	assert.equal(ofController('containers{state="Ready"}'), 1);
	assert.deepEqual([ofController('leader'), ofController('broker_connected')], [1, 1]);
	assert.ok(ofController('heads_published_total') >= 5);
	assert.ok(ofController('blocks_served_total') >= 5 * 600 / 57);
	assert.ok(ofController('blocks_served_bytes_total') >= 5 * 600);
	assert.ok(ofController('reports_total') >= 10);
	assert.ok(ofController('reconciles_total{queue="devices",result="success"}') > 10);
	assert.ok(ofController('watch_last_event_age_seconds{resource="femtodevices"}') < 60);
	assert.equal(ofController('queue_depth{queue="devices"}'), 0);
	const writes = [...controller.values].filter(([key]) => key.includes('api_writes_total') && key.includes('"femtodevices"'));
	assert.equal(writes.reduce((sum, [, count]) => sum + count, 0), fleet.controllerWrites.get('femtodevices'));
});

test('what the bridge counts is there under its name', () => {
	const counters = fleet.field.bridge?.counters();
	assert.ok(counters);
	for (const name of Object.keys(datagramCounters) as (keyof typeof datagramCounters)[]) {
		assert.equal(value(bridge, `femto_bridge_datagrams_total{counter="${name}"}`), counters.datagrams[name]);
	}
	for (const name of Object.keys(eventCounters) as (keyof typeof eventCounters)[]) {
		assert.equal(value(bridge, `femto_bridge_events_total{counter="${name}"}`), counters.events[name]);
	}
	assert.deepEqual([value(bridge, 'femto_bridge_sessions'), value(bridge, 'femto_bridge_broker_connected')], [5, 1]);
});
