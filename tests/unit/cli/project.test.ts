import assert from 'node:assert/strict';
import {join} from 'node:path';
import {after, test} from 'node:test';
import {readProject} from '../../../cli/build/project.ts';
import {Folders, manifest} from './container-folder.ts';

const folders = new Folders();
after(() => folders.remove());

test('a container folder is its manifest and its one source; other files do not matter', () => {
	const folder = folders.make({'container.yaml': manifest, 'beat.c': '', 'beat.h': '', 'README.md': ''});
	const project = readProject(folder);
	assert.deepEqual([project.folder, project.source], [folder, join(folder, 'beat.c')]);
	assert.deepEqual(project.manifest.metadata, {name: 'beat', namespace: 'plant-a'});
});

test('an object file is a source', () => {
	const folder = folders.make({'container.yaml': manifest, 'beat.o': ''});
	assert.equal(readProject(folder).source, join(folder, 'beat.o'));
});

const ofFolder: Readonly<Record<string, readonly [files: Readonly<Record<string, string>>, problem: string]>> = {
	'without container.yaml': [{'beat.c': ''}, 'it holds no container.yaml'],
	'without source': [{'container.yaml': manifest}, 'exactly one source (.c or .o) required, found none'],
	'with two sources': [
		{'container.yaml': manifest, 'b.c': '', 'a.o': ''}, 'exactly one source (.c or .o) required, found a.o, b.c',
	],
};

for (const [sentence, [files, problem]] of Object.entries(ofFolder)) {
	test(`a folder ${sentence} is refused`, () => {
		const folder = folders.make(files);
		assert.throws(() => readProject(folder), {name: 'UsageError', message: `Cannot build ${folder}: ${problem}`});
	});
}

test('a folder that does not exist is refused', () => {
	const folder = join(folders.root, 'none');
	assert.throws(() => readProject(folder), {name: 'UsageError', message: `Cannot build ${folder}: no such folder`});
});

const kind = 'femtofleet.dev/v1alpha1 FemtoContainer required';
const ofManifest: Readonly<Record<string, readonly [text: string, problem: string]>> = {
	'without object': ['# none\n', 'it holds 0 objects, one FemtoContainer required'],
	'with two objects': [`${manifest}---\n${manifest}`, 'it holds 2 objects, one FemtoContainer required'],
	'of another kind': [
		manifest.replace('FemtoContainer', 'Deployment'), `it holds femtofleet.dev/v1alpha1 Deployment, ${kind}`,
	],
	'of another version': [manifest.replace('v1alpha1', 'v1'), `it holds femtofleet.dev/v1 FemtoContainer, ${kind}`],
	'with a name of 24 characters': [
		manifest.replace('beat', 'a23456789012345678901234'), 'metadata.name is "a23456789012345678901234", [a-z0-9-]{1,23} required',
	],
	'with a number as name': [manifest.replace('beat', '12'), 'metadata.name is 12, [a-z0-9-]{1,23} required'],
	'without metadata': [manifest.replace(/metadata.*\n/, ''), 'metadata.name is undefined, [a-z0-9-]{1,23} required'],
	'with a namespace that is a path': [
		manifest.replace('plant-a', '"../a"'), 'metadata.namespace is "../a", [a-z0-9-]{1,63} required',
	],
	'without spec': [manifest.replace(/spec:[^]*/, ''), 'spec is undefined, an object required'],
	'with a list as spec': [manifest.replace(/spec:[^]*/, 'spec: []'), 'spec is [], an object required'],
	'with spec.image': [`${manifest}  image: {digest: x}\n`, 'spec.image is set, but the build makes it; remove it'],
};

for (const [sentence, [text, problem]] of Object.entries(ofManifest)) {
	test(`a container.yaml ${sentence} is refused`, () => {
		const file = join(folders.make({'container.yaml': text, 'beat.c': ''}), 'container.yaml');
		assert.throws(() => readProject(join(file, '..')), {name: 'UsageError', message: `Cannot build ${file}: ${problem}`});
	});
}

test('broken YAML is refused with line and column', () => {
	const folder = folders.make({'container.yaml': 'a: {\n', 'beat.c': ''});
	assert.throws(() => readProject(folder), /^UsageError: Cannot read .*container\.yaml: line 2, column 1: /);
});
