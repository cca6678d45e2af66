import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {generate} from '../../../scripts/generate/mqttsn.ts';

test('the committed C constants are what the table says', () => {
	for (const {path, content} of generate()) {
		assert.equal(readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8'), content);
	}
});

test('generate() gives offsets in the body and least lengths that include mandatory text', () => {
	const content = generate()[0]?.content ?? '';
	for (const line of [
		'#define MQSN_PUBLISH_DATA_AT 5u',
		'#define MQSN_CONNECT_BODY_MIN 5u',
		'#define MQSN_DISCONNECT_BODY_MIN 0u',
		'#define MQSN_DISCONNECT_BODY_MAX 2u',
		'#define MQSN_FLAG_QOS_MINUS_1 0x60u',
		'#define MQSN_RETURN_INVALID_TOPIC_ID 0x02u',
		'#define PROTO_TOPIC_HEAD_ID 1u',
	]) {
		assert.ok(content.includes(`${line}\n`), line);
	}
});
