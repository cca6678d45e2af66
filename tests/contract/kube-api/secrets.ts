import assert from 'node:assert/strict';
import {causes, refused, type Check, type Loose} from './support.ts';

const secretsOf = {group: '', version: 'v1', plural: 'secrets', namespace: 'default'} as const;

function secret(name: string, more: Readonly<Record<string, unknown>> = {}): Loose {
	return {apiVersion: 'v1', kind: 'Secret', metadata: {name}, ...more};
}

export function secrets(check: Check): void {
	check('a secret is Opaque unless told otherwise, and stringData becomes data', async (api) => {
		const bad = api.create(secretsOf, secret('a', {stringData: {ü: 'x'}}));
		assert.match((await causes(bad))[0] ?? '', /^data\[ü\]: Invalid value: "ü": a valid config key must consist of/);
		const made = await api.create(secretsOf, secret('a', {data: {user: 'YQ==', word: 'eA=='}, stringData: {word: 'geheim'}}));
		assert.deepEqual([made['type'], made.data, made['stringData']], ['Opaque', {user: 'YQ==', word: 'Z2VoZWlt'}, undefined]);
		const patched = await api.patch<Loose>(secretsOf, 'a', {stringData: {more: 'ä'}});
		assert.deepEqual(patched.data, {user: 'YQ==', word: 'Z2VoZWlt', more: 'w6Q='});
		const {items} = await api.list<Loose>(secretsOf, {fieldSelector: 'type=Opaque,metadata.name=a'});
		assert.equal(items.length, 1);
	});
	check('the type of a secret stays, and all of an immutable one', async (api) => {
		await api.create(secretsOf, secret('a', {stringData: {a: '1'}, immutable: true}));
		assert.deepEqual(await causes(api.patch(secretsOf, 'a', {type: 'example.com/other'})), [
			'type: Invalid value: "example.com/other": field is immutable',
		]);
		assert.deepEqual(await causes(api.patch(secretsOf, 'a', {stringData: {a: '2'}})), [
			'data: Forbidden: field is immutable when `immutable` is set',
		]);
		assert.deepEqual(await causes(api.patch(secretsOf, 'a', {immutable: null})), [
			'immutable: Forbidden: field is immutable when `immutable` is set',
		]);
	});
	check('a secret of a known type has its keys', async (api) => {
		assert.deepEqual(await causes(api.create(secretsOf, secret('a', {type: 'kubernetes.io/tls', data: {'tls.crt': ''}}))), [
			'data[tls.key]: Required value',
		]);
	});
	check('data that is no base64 is refused, naming the kind', async (api) => {
		const error = await refused(api.create(secretsOf, secret('a', {data: {a: 'a*b='}})), 400, 'BadRequest');
		assert.equal(
			error.message,
			'Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 1',
		);
	});
	check('a secret above 1 MiB is refused', async (api) => {
		const big = secret('a', {data: {a: Buffer.alloc(1_048_577).toString('base64')}});
		assert.deepEqual(await causes(api.create(secretsOf, big)), ['data: Too long: may not be more than 1048576 bytes']);
	});
}
