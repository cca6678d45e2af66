import type {FemtoContainer, FemtoDevice} from '../../../protocol/generated/resources.ts';
import {line, span, type Line} from '../line.ts';
import {describeContainer, describeDevice} from './describe.ts';
import type {Fleet} from './fleet.ts';
import {helpLines} from './help.ts';
import {memo} from './memo.ts';
import {paneEvents} from './select.ts';
import type {HelpScreen, State, Subject, TextScreen} from './state.ts';

/** The lines of a screen that is read. */
export function textLines({fleet, size: {columns}}: State, screen: TextScreen | HelpScreen): readonly Line[] {
	switch (screen.kind) {
		case 'help':
			return helpLines(columns);
		case 'yaml':
			return screen.lines === undefined ? [line(' …')] : yamlLines(screen.lines);
		case 'describe':
			return describeSubject(objectOf(fleet, screen.subject), screen.subject, fleet.events, columns);
	}
}

export function objectOf(fleet: Fleet, {kind, key}: Subject): FemtoContainer | FemtoDevice | undefined {
	return kind === 'FemtoContainer' ? fleet.containers.get(key) : fleet.devices.get(key);
}

const yamlLines = memo((lines: readonly string[]): readonly Line[] => lines.map((text) => {
	const field = /^(\s*(?:- )?)([^\s:#'"][^:#'"]*:)(.*)$/.exec(text);
	const [, indent = '', name = '', value = ''] = field ?? [];
	return field === null ? line(` ${text}`) : line(` ${indent}`, span(name, 'accent'), value);
}));

const describeSubject = memo((
	object: FemtoContainer | FemtoDevice | undefined, subject: Subject, events: Fleet['events'], columns: number,
): readonly Line[] => {
	if (object === undefined) return [line(' ', span(`${subject.key} is gone`, 'warning'))];
	const about = paneEvents({events}, subject.key);
	return object.kind === 'FemtoContainer' ? describeContainer(object, about, columns) : describeDevice(object, about, columns);
});
