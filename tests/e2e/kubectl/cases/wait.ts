import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import {configMap, container, readyStatus} from '../manifests.ts';

const setReady = (name: string): string => `patch fc ${name} --subresource=status --type=merge -p '${readyStatus('True', 'Done')}'`;

export const waitCases: readonly Case[] = [
	testCase('wait for a condition returns when it holds, at once or later', async (k) => {
		await k.ok('create -f -', container('one'));
		const waiting = k.follow('wait --for=condition=Ready fc/one --timeout=50s');
		await k.ok(setReady('one'));
		await waiting.line(/^femtocontainer\.femtofleet\.dev\/one condition met$/);
		assert.equal(await waiting.ended(), 0);
		await k.says('wait --for=condition=Ready fc/one --timeout=50s', 'femtocontainer.femtofleet.dev/one condition met');
		await k.says('wait --for=condition=Ready fc --all --timeout=50s', 'femtocontainer.femtofleet.dev/one condition met');
		await k.fails('wait --for=condition=Ready=false fc/one --timeout=1s', 'error: timed out waiting for the condition on femtocontainers/one');
		await k.fails('wait --for=condition=Ready fc/none --timeout=1s', 'Error from server (NotFound): femtocontainers.femtofleet.dev "none" not found');
	}),
	testCase('wait for a jsonpath returns when the value is there', async (k) => {
		await k.ok('create -f -', container('one'));
		const waiting = k.follow("wait --for=jsonpath='{.spec.paused}'=true fc/one --timeout=50s");
		await k.ok(`patch fc one --type=merge -p '{"spec":{"paused":true}}'`);
		await waiting.line(/condition met/);
		await k.says("wait --for=jsonpath='{.spec.deviceSelector}' fc/one --timeout=50s", /condition met/);
		await k.fails("wait --for=jsonpath='{.spec.paused}'=false fc/one --timeout=1s", 'error: timed out waiting for the condition on femtocontainers/one');
	}),
	testCase('wait for deletion returns when the object is gone', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.ok('create -f -', configMap('two', [], ['finalizers: [test.dev/hold]']));
		const waiting = k.follow('wait --for=delete fc/one --timeout=50s');
		await k.ok('delete fc one --wait=false');
		assert.equal(await waiting.ended(), 0);
		await k.says('wait --for=delete fc/one --timeout=50s', '');
		await k.ok('delete cm two --wait=false');
		await k.fails('wait --for=delete cm/two --timeout=1s', /timed out waiting for the condition on configmaps\/two/);
		await k.ok(`patch cm two --type=merge -p '{"metadata":{"finalizers":null}}'`);
	}),
	testCase('wait for creation returns when the object is there', async (k) => {
		const waiting = k.follow('wait --for=create fc/one --timeout=50s');
		await k.ok('create -f -', container('one'));
		await waiting.line(/condition met/);
		assert.equal(await waiting.ended(), 0);
	}),
];
