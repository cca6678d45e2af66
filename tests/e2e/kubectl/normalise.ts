const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const dateTime = /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z| [+-]\d{4})/g;
/** As tables print it. */
const age = /(?<=^|\s)(\d+(ms|[smhdy]))+(?=\s|$)/gm;
const resourceVersion = /(resourceVersion"?: ?"?|Resource Version: +)\d+/g;
/** client-go's own log, which begins with level, date, time, process: which of them comes is a race inside kubectl. */
const clientLog = /^[IWE]\d{4} \d\d:\d\d:\d\d\.\d+ .*\n/gm;
/** Folders that `kubectl diff` and `kubectl edit` make for the time being. */
const temporary = /\b(LIVE|MERGED|kubectl-edit)-\d+/g;
/** Problems of one object, which the official server gives in no order. */
const problems = /(?:^\* .*\n)+/gm;
/** Columns move with the ages and versions in them. */
const blanks = /(?<=\S) {2,}/g;
const lineEnds = /[ \t]+$/gm;

/** Makes the same command's text on two servers comparable. */
export function normalise(text: string, {folder}: {readonly folder: string}): string {
	return text
		.replaceAll(folder, '{folder}')
		.replaceAll(/https:\/\/127\.0\.0\.1:\d+/g, '{server}')
		.replaceAll(uuid, '{uid}')
		.replaceAll(dateTime, '{time}')
		.replaceAll(clientLog, '')
		.replaceAll(temporary, '$1')
		.replaceAll(resourceVersion, '$1{version}')
		.replaceAll(age, '{age}')
		.replaceAll(blanks, '  ')
		.replaceAll(lineEnds, '')
		.replaceAll(problems, (lines) => `${lines.trimEnd().split('\n').toSorted().join('\n')}\n`);
}
