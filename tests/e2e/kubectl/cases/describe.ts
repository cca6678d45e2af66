import assert from 'node:assert/strict';
import {testCase, type Case} from '../case.ts';
import type {Kubectl} from '../kubectl.ts';
import {container, device, event} from '../manifests.ts';

function uidOf(k: Kubectl, object: string): Promise<string> {
	return k.ok(`get ${object} -o jsonpath='{.metadata.uid}'`);
}

export const describeCases: readonly Case[] = [
	testCase('describe shows the object with its events', async (k) => {
		await k.ok('create -f -', container('one', [], ['labels: {a: b}']));
		const about = {namespace: k.namespace, kind: 'FemtoContainer', object: 'one', uid: await uidOf(k, 'fc/one')};
		await k.ok('create -f -', event({...about, name: 'one.1', reason: 'NoTenant', message: 'namespace has no FemtoTenant'}));
		const text = await k.ok('describe fc one');
		assert.match(text, new RegExp(`^Name: +one\\nNamespace: +${k.namespace}\\nLabels: +a=b\\nAnnotations: +<none>\\nAPI Version: +femtofleet.dev/v1alpha1\\nKind: +FemtoContainer\\n`));
		assert.match(text, /Events:\n +Type +Reason +Age +From +Message\n +-+ +-+ +-+ +-+ +-+\n +Warning +NoTenant +\S+ +femto-controller +namespace has no FemtoTenant\n$/);
		await k.says('describe fc/one --show-events=false', /Kind: +FemtoContainer/);
		await k.says('describe fc -l a=b', /Name: +one/);
		await k.fails('describe fc none', 'Error from server (NotFound): femtocontainers.femtofleet.dev "none" not found');
	}),
	testCase('describe shows a device and a namespace', async (k) => {
		await k.ok('create -f -', device(k.name('a'), k.namespace));
		await k.says(`describe fd ${k.name('a')}`, /Wake Interval Seconds: +0\n/);
		await k.says(`describe ns ${k.namespace}`, /Status: +Active\n/);
		await k.ok('create configmap settings --from-literal=a=b');
		await k.says('describe cm settings', /Data\n====\na:\n----\nb\n/);
	}),
	testCase('events are listed, also of one object and by kind of event', async (k) => {
		await k.ok('create -f -', container('one'));
		await k.ok('create -f -', container('two'));
		for (const object of ['one', 'two']) {
			const about = {namespace: k.namespace, kind: 'FemtoContainer', object, uid: await uidOf(k, `fc/${object}`)};
			await k.ok('create -f -', event({...about, name: `${object}.1`, reason: 'NoDevices', message: `${object} matches no device`}));
		}
		await k.says('events', /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\n.* NoDevices +FemtoContainer\/one +one matches/);
		const own = await k.ok('events --for fc/two');
		assert.match(own, /two matches no device/);
		assert.doesNotMatch(own, /one matches/);
		await k.says('events --types=Normal', '');
		await k.says('events --types=Warning --no-headers', /one matches[^]*two matches/);
		await k.says('get events', /^LAST SEEN +TYPE +REASON +OBJECT +MESSAGE/);
		await k.says('get events -o wide', /SUBOBJECT +SOURCE +MESSAGE +FIRST SEEN +COUNT +NAME/);
		await k.says('get events --field-selector involvedObject.name=two,reason=NoDevices -o name', 'event/two.1');
		await k.says('get events --field-selector type!=Warning -o name', '');
	}),
	testCase('events -w goes on', async (k) => {
		await k.ok('create -f -', container('one'));
		const uid = await uidOf(k, 'fc/one');
		const about = {namespace: k.namespace, kind: 'FemtoContainer', object: 'one', uid, message: 'm'};
		await k.ok('create -f -', event({...about, name: 'one.1', reason: 'First'}));
		const watch = k.follow('events -w');
		await watch.line(/First/);
		await k.ok('create -f -', event({...about, name: 'one.2', reason: 'Second'}));
		await watch.line(/Second/);
	}),
];
