import {version} from '../../../runtime/version.ts';

/** Minor version of Kubernetes whose API is spoken here; the official server that it is compared with has it too. */
const minor = 36;

/**
 * GET /version. kubectl reads `gitVersion` as a semantic version and warns when its minor is more than one away from its
 * own. Our version is build metadata (after +), not a pre-release (after -): charts that ask for `>=1.36.0` accept it.
 */
export function versionInfo(): Readonly<Record<string, string>> {
	return {
		major: '1',
		minor: String(minor),
		emulationMajor: '1',
		emulationMinor: String(minor),
		minCompatibilityMajor: '1',
		minCompatibilityMinor: String(minor - 1),
		gitVersion: `v1.${minor}.0+femtofleet.${version}`,
		gitCommit: '',
		gitTreeState: '',
		buildDate: '1970-01-01T00:00:00Z',
		goVersion: '',
		compiler: 'node',
		platform: 'node',
	};
}
