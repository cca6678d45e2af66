import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

export const manifest = `apiVersion: femtofleet.dev/v1alpha1
kind: FemtoContainer
metadata: {name: beat, namespace: plant-a}
spec:
  deviceSelector: {}
  rollout: {waves: [{percent: 100}]}
`;

export const source = `#include <femtofleet/container.h>
FEMTO_PARAMETER(0, "step", 1, 1, 100);
FEMTO_HOOK(timer)
{
	int64_t beats = 0;
	femto_kv_get(FEMTO_SCOPE_LOCAL, 0, &beats);
	femto_kv_put(FEMTO_SCOPE_LOCAL, 0, beats + femto_parameter(0));
	return 0;
}
FEMTO_HOOK(message)
{
	return femto_publish(femto_message_data(context), 1, 0);
}
`;

/** Folders with the given files, gone after the tests. */
export class Folders {
	readonly root = mkdtempSync(join(tmpdir(), 'femto-cli-'));

	make(files: Readonly<Record<string, string | Uint8Array>>): string {
		const folder = mkdtempSync(join(this.root, 'c-'));
		Object.entries(files).forEach(([name, content]) => writeFileSync(join(folder, name), content));
		return folder;
	}

	remove(): void {
		rmSync(this.root, {recursive: true, force: true});
	}
}
