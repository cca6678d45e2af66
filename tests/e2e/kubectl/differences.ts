/** Commands whose text or exit code may differ between the official server and the embedded one, with the reason. */
export interface TextDifference {
	readonly reason: string;
	/** Name of the case, command. */
	readonly covers: readonly (readonly [RegExp, RegExp])[];
}

const any = /^/;

/** Each must explain something, or it is out of date. */
export const textDifferences: readonly TextDifference[] = [
	{
		reason: 'The embedded server has no server-side apply, and says so; nor does it name it among the patches that it takes.',
		covers: [[/^server-side apply/, any], [/^patch merges/, /^patch fc one -p /]],
	},
	{
		reason: 'The embedded server serves the kinds of the project and few built-in ones, no services, pods, quotas and reviews.',
		covers: [
			[/^cluster-info/, any], [/^kinds that only a cluster has/, any], [/^describe shows a device and a namespace/, /^describe ns /],
			[/^api-resources/, /^api-resources --no-headers$/], [/^api-versions/, any],
		],
	},
	{
		reason: 'It is another server of another version.',
		covers: [[/^version/, /^(version|get --raw \/version)$/], [/^kubectl femto is femto/, /^femto version$/]],
	},
	{
		reason: 'What a raw path prints has the order of keys, the documents and the managedFields of each server.',
		covers: [[/raw/, /^get --raw \/(apis|openapi)/]],
	},
	{
		reason: 'Fields that every object has, and those of built-in kinds, are described in our own words.',
		covers: [[/^explain/, /^explain (fc|fc --recursive|fc --api-version=\S+|configmaps\.data)$/]],
	},
	{
		reason: 'The embedded server tells why a JSON Patch does not apply.',
		covers: [[/^patch merges/, /--type=json/]],
	},
	{
		reason: 'What is wrong with JSON that can not be read is told in the words of another reader.',
		covers: [[/^patch merges/, /-p '\{"spec":'$/]],
	},
	{
		reason: 'Numbers that JavaScript can not hold are refused by a rule of their own, others that are no integers in one sentence.',
		covers: [[/^integers beyond/, /^create -f -$/], [/^words that look like/, /^create -f -$/]],
	},
	{
		reason: 'Generated names and versions of objects are new ones each time.',
		covers: [[/^create takes generated names/, /^create /], [any, /-o jsonpath='\{\.metadata\.resourceVersion\}'$/]],
	},
];
