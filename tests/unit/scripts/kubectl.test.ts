import assert from 'node:assert/strict';
import {test} from 'node:test';
import {findInTar} from '../../../scripts/kubectl/kubectl.ts';

/** One file in a tar archive: a head of 512 bytes, then the content, filled up to whole blocks. */
function entry(name: string, content: string): Buffer {
	const head = Buffer.alloc(512);
	head.write(name, 0);
	head.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
	return Buffer.concat([head, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const tar = Buffer.concat([entry('a', 'x'.repeat(512)), entry('folder/b', 'second'), entry('empty', ''), entry('c', 'third'), Buffer.alloc(1024)]);

test('findInTar() finds a file after others of any size', () => {
	assert.equal(findInTar(tar, 'folder/b').toString(), 'second');
	assert.equal(findInTar(tar, 'empty').toString(), '');
	assert.equal(findInTar(tar, 'c').toString(), 'third');
});

test('findInTar() names what it cannot find', () => {
	assert.throws(() => findInTar(tar, 'b'), /Cannot find b in the package/);
});
