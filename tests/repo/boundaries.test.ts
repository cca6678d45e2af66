import assert from 'node:assert/strict';
import {test} from 'node:test';
import {checkBoundaries} from '../../scripts/check-boundaries.ts';

test('checkBoundaries() finds nothing in this repository', () => {
	assert.deepEqual(checkBoundaries(), []);
});

const refusedTypeScript: Readonly<Record<string, readonly [path: string, text: string, violation: string]>> = {
	'a program that imports another program': [
		'bridge/session.ts',
		"import {plan} from '../controller/plan.ts';\n",
		'bridge/session.ts:1: may not import controller/plan.ts',
	],
	'a program that imports another through its mod.ts': [
		'bridge/session.ts',
		"import {plan} from '../controller/mod.ts';\n",
		'bridge/session.ts:1: may not import controller/mod.ts',
	],
	'a type of another program': [
		'controller/link.ts',
		"// comment\nimport type {\n\tSession,\n} from '../bridge/mod.ts';\n",
		'controller/link.ts:4: may not import bridge/mod.ts',
	],
	'a value of protocol in runtime': [
		'runtime/queue.ts',
		"import {success} from '../protocol/result.ts';\n",
		'runtime/queue.ts:1: may not import protocol/result.ts',
	],
	'an import that waits for its use': [
		'protocol/head.ts',
		"export const load = () => import('../runtime/log.ts');\n",
		'protocol/head.ts:1: may not import runtime/log.ts',
	],
	'a re-export from above': [
		'protocol/mod.ts',
		"export * from '../cli/main.ts';\n",
		'protocol/mod.ts:1: may not import cli/main.ts',
	],
	'the inside of a program in the simulator': [
		'simulator/world.ts',
		"import {step} from '../bridge/session/step.ts';\n",
		'simulator/world.ts:1: may not import bridge/session/step.ts',
	],
	'a composition outside `up`': [
		'cli/commands/keys.ts',
		"import {startBridge} from '../../bridge/mod.ts';\n",
		'cli/commands/keys.ts:1: may not import bridge/mod.ts',
	],
	'the simulator’s socket under its virtual scheduler': [
		'simulator/scheduler.ts',
		"import {openUdp} from './udp.ts';\n",
		'simulator/scheduler.ts:1: may not import simulator/udp.ts',
	],
	'the system clock in a program': [
		'controller/queue.ts',
		"import {systemClock} from '../runtime/system.ts';\n",
		'controller/queue.ts:1: may not import runtime/system.ts',
	],
	'a socket in an unnamed file': [
		'bridge/session.ts',
		"import {createSocket} from 'node:dgram';\n",
		'bridge/session.ts:1: opens sockets (node:dgram); only the files named in scripts/boundaries/table.ts do',
	],
	'timers by another name': [
		'controller/queue.ts',
		"import {setTimeout as wait} from 'node:timers/promises';\n",
		'controller/queue.ts:1: takes time or the process from node:timers/promises; take a Clock or a parameter',
	],
	'files in a decision': [
		'controller/rollout/decide.ts',
		"import {readFileSync} from 'node:fs';\n",
		'controller/rollout/decide.ts:1: is pure but imports node:fs',
	],
	'files in protocol': [
		'protocol/head.ts',
		"import {readFileSync} from 'node:fs';\n",
		'protocol/head.ts:1: belongs to protocol/, which reads nothing, but imports node:fs',
	],
	'the real date': [
		'bridge/session.ts',
		'const a = 1;\nexport const now = new Date();\n',
		'bridge/session.ts:2: may not use new Date()',
	],
	'globals by way of globalThis': [
		'bridge/session.ts',
		'globalThis.setTimeout(() => {}, 1);\n',
		'bridge/session.ts:1: may not use globalThis',
	],
	'a timer in a state machine': [
		'bridge/session/step.ts',
		'export const later = (f: () => void) => setTimeout(f, 1);\n',
		'bridge/session/step.ts:1: may not use setTimeout',
	],
};

for (const [name, [path, text, violation]] of Object.entries(refusedTypeScript)) {
	test(`checkBoundaries() refuses ${name}`, () => {
		assert.deepEqual(checkBoundaries(new Map([[path, text]])), [violation]);
	});
}

test('checkBoundaries() refuses a cycle, types included, and names its files', () => {
	const sources = new Map([
		['bridge/a.ts', "import {b} from './b.ts';\n"],
		['bridge/b.ts', "import {c} from './c.ts';\n"],
		['bridge/c.ts', "import type {B} from './b.ts';\n"],
	]);
	assert.deepEqual(checkBoundaries(sources), ['bridge/b.ts:1: imports itself: bridge/b.ts -> bridge/c.ts -> bridge/b.ts']);
});

const allowedTypeScript: Readonly<Record<string, readonly [path: string, text: string]>> = {
	'what only stands in a comment or in text': [
		'protocol/head.ts',
		"// import {a} from '../cli/a.ts';\n/* globalThis */\nexport const text = `\nimport {a} from '../cli/a.ts';\n`;\n",
	],
	'types of protocol in runtime': ['runtime/log.ts', "import type {Result} from '../protocol/result.ts';\n"],
	'a composition in `up`': ['cli/commands/up.ts', "import {startBridge} from '../../bridge/mod.ts';\n"],
	'a socket in a named file': ['bridge/udp.ts', "import {createSocket} from 'node:dgram';\n"],
	'a date made from a number': ['runtime/clock.ts', 'export const text = (ms: number) => new Date(ms).toISOString();\n'],
	'anything in a test': ['tests/unit/a.test.ts', "import {a} from '../../bridge/a.ts';\nimport 'node:net';\n"],
};

for (const [name, [path, text]] of Object.entries(allowedTypeScript)) {
	test(`checkBoundaries() allows ${name}`, () => {
		assert.deepEqual(checkBoundaries(new Map([[path, text]])), []);
	});
}

const tree = new Map([
	['agent-firmware/core/femto.h', ''],
	['agent-firmware/core/cbor/cbor.h', ''],
	['agent-firmware/core/vm/vm.h', ''],
	['agent-firmware/platform/femto_port.h', ''],
	['agent-firmware/ports/sim/sim.h', ''],
	['agent-firmware/generated/proto.h', ''],
]);

const refusedC: Readonly<Record<string, readonly [path: string, text: string, violation: string]>> = {
	'text output in the core': ['core/vm/vm.c', '#include <stdio.h>\n', ':1: may not include <stdio.h>'],
	'one module in another': ['core/cbor/cbor.c', '\n#include "core/vm/vm.h"\n', ':2: may not include "core/vm/vm.h"'],
	'a port in the core': ['core/agent/agent.c', '#include "ports/sim/sim.h"\n', ':1: may not include "ports/sim/sim.h"'],
	'the inside of the core in a port': ['ports/host/main.c', '#include "core/vm/vm.h"\n', ':1: may not include "core/vm/vm.h"'],
	'the core in a platform header': ['platform/plat.h', '#include "core/femto.h"\n', ':1: may not include "core/femto.h"'],
	'the heap': ['core/vm/vm.c', '/* malloc( */\nvoid *p = malloc(4);\n', ':2: may not use malloc'],
	'text functions': ['core/vm/vm.c', 'return strlen(text);\n', ':1: may not use strlen'],
	'floating point': ['core/vm/vm.c', 'static double x;\n', ':1: may not use double'],
};

for (const [name, [path, text, violation]] of Object.entries(refusedC)) {
	test(`checkBoundaries() refuses, in C, ${name}`, () => {
		const sources = new Map([...tree, [`agent-firmware/${path}`, text]]);
		assert.deepEqual(checkBoundaries(sources), [`agent-firmware/${path}${violation}`]);
	});
}

test('checkBoundaries() allows, in C, the agent to compose and modules to use platform and generated headers', () => {
	const sources = new Map([
		...tree,
		['agent-firmware/core/agent/agent.c', '#include "../vm/vm.h"\n#include "core/cbor/cbor.h"\n#include "femto_port.h"\n'],
		['agent-firmware/core/vm/vm.c', '#include "vm.h"\n#include <string.h>\n#include "generated/proto.h"\n'],
		['agent-firmware/ports/host/main.c', '#include <stdio.h>\n#include "core/femto.h"\n#include "femto_port.h"\n'],
	]);
	assert.deepEqual(checkBoundaries(sources), []);
});
