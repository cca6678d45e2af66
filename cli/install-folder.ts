import {existsSync} from 'node:fs';
import {dirname, join} from 'node:path';

/** Root of the installation this program belongs to, run from its sources or bundled in `dist/`. */
export function installFolder(): string {
	let folder = import.meta.dirname;
	while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) {
		folder = dirname(folder);
	}
	return folder;
}

/** What `#include <femtofleet/container.h>` finds. */
export function containerIncludeFolder(): string {
	return join(installFolder(), 'agent-firmware', 'containers', 'include');
}
