import assert from 'node:assert/strict';
import {test} from 'node:test';
import {outcomeOf} from '../../../../cli/tui/completion.ts';
import {containerRow} from '../../../../cli/tui/state/container-row.ts';
import {deviceRow} from '../../../../cli/tui/state/device-row.ts';
import {parseFilter} from '../../../../cli/tui/state/filter.ts';
import {linkOf, noLinks, type LinkFacts} from '../../../../cli/tui/state/link.ts';
import {containersScreen} from '../../../../cli/tui/state/state.ts';
import {deviceRows} from '../../../../cli/tui/state/select.ts';
import type {FemtoContainer} from '../../../../protocol/generated/resources.ts';
import {sampleFleet, troubleOf} from '../../../support/sample-fleet.ts';
import {sampleState} from './support.ts';

const {containers, devices} = sampleFleet(100);
const named = (name: string): FemtoContainer => {
	const found = containers.find(({metadata}) => metadata.name === name);
	assert.ok(found);
	return found;
};
const hello = named('hello');

const verdicts: Readonly<Record<string, readonly [container: FemtoContainer, mark: string, word: string]>> = {
	'Ready is good': [hello, 'good', 'Ready'],
	'Paused is paused': [named('valve'), 'paused', 'Paused'],
	'Stalled says its reason': [named('scratch'), 'bad', 'NoTenant'],
	'RolledBack is bad': [named('pump-guard'), 'bad', 'RolledBack'],
	'Progressing is busy': [named('vibration'), 'busy', 'Progressing'],
	'Soaking waits': [named('telemetry-with-a-long-name'), 'waiting', 'Soaking'],
	'without status nothing is known': [withoutStatus(hello), 'unknown', 'Unknown'],
	'a change that was not seen is on its way, whatever the conditions say':
		[{...hello, metadata: {...hello.metadata, generation: 2}}, 'busy', 'Changed'],
	'one that is being deleted':
		[{...hello, metadata: {...hello.metadata, deletionTimestamp: '2026-11-25T12:00:00Z'}}, 'busy', 'Terminating'],
};

function withoutStatus(container: FemtoContainer): FemtoContainer {
	const {status: _, ...rest} = container;
	return rest;
}

for (const [name, [container, mark, word]] of Object.entries(verdicts)) {
	test(`A container: ${name}`, () => {
		const row = containerRow(container);
		assert.deepEqual([row.mark, row.word], [mark, word]);
		assert.notEqual(row.reason, '');
	});
}

const fates: Readonly<Record<ReturnType<typeof troubleOf>, readonly [mark: string, word: string, container: string, reason: RegExp]>> = {
	refused: ['bad', 'Awake', 'Refused', /^TooManyFaults at instruction 41; the generation before runs again$/],
	quarantined: ['bad', 'Awake', 'Quarantined', /^quarantined after 3 faults, the last one OutOfBounds at instruction 17$/],
	lost: ['bad', 'Lost', 'Confirmed', /^missed three reports, the next was due 10:55:00 UTC$/],
	late: ['warning', 'Late', 'Confirmed', /^its report is late/],
	trial: ['busy', 'Awake', 'Trial', /^on trial, 1205 runs so far$/],
	waiting: ['busy', 'Awake', 'Waiting', /^has not accepted head 13 yet$/],
	new: ['unknown', 'New', '–', /^no report/],
	asleep: ['good', 'Asleep', 'Confirmed', /^$/],
	none: ['good', 'Awake', 'Confirmed', /^$/],
};

for (const [trouble, [mark, word, container, reason]] of Object.entries(fates)) {
	test(`A device with trouble "${trouble}" has a sign, words and a reason for it`, () => {
		const index = devices.findIndex((_, each) => troubleOf(each) === trouble);
		const device = devices[index];
		assert.ok(device);
		const row = deviceRow(device, 'plant-a/vibration');
		assert.deepEqual([row.mark, row.word, row.container], [mark, word, container]);
		assert.match(row.reason, reason);
	});
}

test('Devices stand worst first, those alike by name', () => {
	const rows = deviceRows(sampleState(100), {...containersScreen, kind: 'devices', container: 'plant-a/vibration'});
	assert.deepEqual(rows.slice(0, 10).map(({key}) => key), [
		'sim-0002', 'sim-0003', 'sim-0004', 'sim-0005', 'sim-0006', 'sim-0007', 'sim-0008', 'sim-0009', 'sim-0010', 'sim-0001',
	]);
});

test('The devices of a container are those that it selects and those that it is assigned to', () => {
	const state = sampleState(100);
	const count = (container: string): number => deviceRows(state, {...containersScreen, kind: 'devices', container}).length;
	assert.equal(count('plant-a/vibration'), 100);
	assert.equal(count('lab/scratch'), 0);
});

const sample = {text: 'plant-a/vibration Progressing 2 failed', labels: {site: 'north'}};
const filters: Readonly<Record<string, readonly [filter: string, matches: boolean, isWrong?: true]>> = {
	'an empty one matches': ['', true],
	'a regular expression without regard to case': ['VIB.*fail', true],
	'! turns it round': ['!vib', false],
	'a lone ! is not finished yet': ['!', true],
	'a label': ['-l site=north', true],
	'another label': ['-l site!=north', false],
	'letters in this order': ['-f pvf', true],
	'letters in another order': ['-f fvp', false],
	'a broken expression matches everything and says why': ['(', true, true],
	'a broken selector the same': ['-l =', true, true],
};

for (const [name, [text, matches, isWrong = false]] of Object.entries(filters)) {
	test(`A filter: ${name}`, () => {
		const filter = parseFilter(text);
		assert.equal(filter.matches(sample), matches);
		assert.equal(filter.error !== undefined, isWrong);
	});
}

const listed: LinkFacts = {askedMs: 1_000, heardMs: 1_000, isListed: true};
const refused: LinkFacts = {askedMs: 5_000, failedMs: 5_000, error: 'refused', isListed: false};
const links: Readonly<Record<string, readonly [containers: LinkFacts, devices: LinkFacts, nowMs: number, kind: string]>> = {
	'before the first answer': [noLinks.containers, noLinks.devices, 9_000, 'connecting'],
	'refused from the start': [refused, noLinks.devices, 9_000, 'unreachable'],
	'in order': [listed, listed, 9_000, 'connected'],
	'a watch that broke': [{...listed, failedMs: 5_000}, listed, 5_100, 'reconnecting'],
	'asked again, and nothing said for a while': [{...listed, failedMs: 5_000, askedMs: 6_000}, listed, 8_000, 'connected'],
	'asked again just now': [{...listed, failedMs: 5_000, askedMs: 6_000}, listed, 6_100, 'reconnecting'],
	'one that was never allowed does not hide that the rest is in order': [listed, refused, 9_000, 'connected'],
};

for (const [name, [first, second, nowMs, kind]] of Object.entries(links)) {
	test(`The link: ${name}`, () => {
		assert.equal(linkOf({...noLinks, containers: first, devices: second}, nowMs).kind, kind);
	});
}

test('--exit-on-complete: 0 when it is Ready, 1 when it has failed or is not there, else it waits', () => {
	const state = sampleState(100);
	assert.equal(outcomeOf(state, {container: 'default/hello'})?.code, 0);
	assert.equal(outcomeOf(state, {container: 'plant-a/pump-guard'})?.code, 1);
	assert.equal(outcomeOf(state, {container: 'plant-a/other'})?.code, 1);
	assert.equal(outcomeOf(state, {container: 'plant-a/vibration'}), undefined);
	assert.equal(outcomeOf(state, {})?.code, 1);
	assert.equal(outcomeOf({...state, links: noLinks}, {container: 'default/hello'}), undefined);
});
