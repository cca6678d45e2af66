import assert from 'node:assert/strict';
import {test} from 'node:test';
import {createBridgeHandler, type Bridge} from '../../../bridge/mod.ts';
import {Counters} from '../../../bridge/counters.ts';
import {ask, textOf} from '../controller/serve/ask.ts';

function handlerOf(isConnected: boolean) {
	const counters = new Counters();
	counters.countDatagram('pingreq');
	return createBridgeHandler({close: async () => undefined, counters: () => counters.snapshot(2), isConnected} satisfies Bridge);
}

test('a bridge is healthy while it answers, and ready while the broker is connected', async () => {
	const [up, down] = [handlerOf(true), handlerOf(false)];
	assert.deepEqual([(await ask(up, '/healthz')).status, (await ask(down, '/healthz')).status], [200, 200]);
	assert.equal((await ask(up, '/readyz')).status, 200);
	const refused = await ask(down, '/readyz');
	assert.deepEqual([refused.status, refused.body], [503, 'the broker is not connected\n']);
});

test('the metrics of a bridge are read when they are asked for', async () => {
	const text = await textOf(await ask(handlerOf(true), '/metrics'));
	assert.match(text, /^femto_bridge_datagrams_total\{counter="pingreq"\} 1$/m);
	assert.match(text, /^femto_bridge_sessions 2$/m);
});

test('a bridge answers GET only, and only what exists', async () => {
	const handler = handlerOf(true);
	const refused = await ask(handler, '/metrics', {method: 'POST'});
	assert.deepEqual([refused.status, refused.headers['allow']], [405, 'GET']);
	assert.equal((await ask(handler, '/v1/logs')).status, 404);
});
