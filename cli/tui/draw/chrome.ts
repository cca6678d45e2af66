import {line, span, type Line, type Span} from '../line.ts';
import {containerRow} from '../state/container-row.ts';
import {equivalentCommands} from '../state/equivalent.ts';
import {linkOf} from '../state/link.ts';
import {signs} from '../state/mark.ts';
import {commandNames, completed} from '../state/prompt.ts';
import {containerRows, filterOf, listRows} from '../state/select.ts';
import {containersScreen, type Dialog, type Screen, type State} from '../state/state.ts';
import {age, clean, cutTo, widthOf, wrap} from '../text.ts';
import {bar, grouped} from './bar.ts';
import {rule} from './rule.ts';

/** What is looked at, and whether it is fresh. */
export function header(state: State): Line {
	const {options, size: {columns}} = state;
	const status = linkSpan(state);
	const mode = options.readonly ? '  read-only' : '';
	const room = columns - widthOf(status.text) - mode.length - 15;
	const title = cutTo(clean(options.title), room);
	const used = 13 + widthOf(title) + mode.length;
	const gap = ' '.repeat(Math.max(0, columns - used - widthOf(status.text) - 1));
	return line(' ', span('femtofleet', 'accent'), '  ', title, span(mode, 'warning'), gap, status);
}

function linkSpan({links, nowMs}: State): Span {
	const link = linkOf(links, nowMs);
	switch (link.kind) {
		case 'connecting':
			return span('◌ connecting', 'busy');
		case 'unreachable':
			return span('◌ unreachable, retrying', 'bad');
		case 'connected':
			return span('● connected', 'good');
		case 'reconnecting':
			return span(`◌ reconnecting, last event ${age(nowMs - link.heardMs)} ago`, 'warning');
	}
}

/** Where in the view this is: the way here, how many rows, the filter. */
export function titleLine(state: State, screen: Screen): Line {
	switch (screen.kind) {
		case 'containers':
		case 'devices':
		case 'events': {
			const way = screen.container === undefined ? '' : `${screen.container} › `;
			const name = screen.kind === 'containers' ? 'Containers' : screen.kind === 'devices' ? 'Devices' : 'Events';
			return line(' ', way, span(name, 'strong'), ` ${grouped(listRows(state, screen).length)}`, ...loading(state, screen.kind),
				...(screen.kind === 'containers' ? summary(state) : containerSpans(state, screen.container)), ...filterSpans(screen.filter));
		}
		case 'describe':
			return line(' ', `${screen.subject.key} › `, span('Describe', 'strong'));
		case 'yaml':
			return line(' ', `${screen.subject.key} › `, span('YAML', 'strong'), span('  as it was when it was opened', 'dim'));
		case 'logs': {
			const {query: {device, container}, end, top} = screen;
			const mode = end === undefined ? top === undefined ? '  following' : '  held, G follows' : `  ended: ${clean(end)}`;
			return line(' ', `${[device, container].filter((each) => each !== undefined).join(' · ')} › `, span('Log', 'strong'),
				...filterSpans(screen.filter), span(mode, end === undefined ? 'dim' : 'warning'));
		}
		case 'help':
			return line(' ', span('Help', 'strong'));
	}
}

function loading({links}: State, kind: keyof State['links']): readonly Span[] {
	return links[kind].isListed || links[kind].heardMs === undefined ? [] : [span(' loading …', 'busy')];
}

function filterSpans(filter: string): readonly Span[] {
	if (filter === '') return [];
	const {error} = filterOf(filter);
	return [span(`  /${clean(filter)}`, 'key'), ...(error === undefined ? [] : [span(`  ${clean(error)}`, 'warning')])];
}

/** How the containers fare, sign by sign. */
function summary(state: State): readonly Span[] {
	const rows = containerRows(state, containersScreen);
	return (Object.keys(signs) as (keyof typeof signs)[]).flatMap((mark) => {
		const count = rows.filter((row) => row.mark === mark).length;
		return count === 0 ? [] : [span(`  ${signs[mark]} ${count}`, mark)];
	});
}

/** How the container fares whose devices are shown. */
function containerSpans({fleet}: State, key: string | undefined): readonly Span[] {
	const container = key === undefined ? undefined : fleet.containers.get(key);
	if (container === undefined) return [];
	const {mark, word, wave, counts} = containerRow(container);
	return [
		span(`  ${signs[mark]} ${word}`, mark), {text: wave === '' ? '  ' : ` ${wave}  `}, ...bar(counts, 8),
		{text: ` ${grouped(counts.ready)}/${grouped(counts.matched)}`},
	];
}

type Hint = readonly [key: string, does: string];
const always: readonly Hint[] = [['?', 'help'], ['q', 'quit']];
const rollout: readonly Hint[] = [['p', 'pause'], ['r', 'resume'], ['u', 'undo']];
const look: readonly Hint[] = [['d', 'describe'], ['y', 'yaml'], ['l', 'log'], ['/', 'filter']];

/** The input line, a message, or what the keys do. */
export function footer(state: State, screen: Screen): Line {
	const {prompt, notice, dialog, options} = state;
	if (dialog !== undefined) return line(' ', ...hint(['y', 'yes']), ...hint(['n', 'no']));
	if (prompt !== undefined) return promptLine(prompt.kind, prompt.text);
	if (notice !== undefined) return line(' ', span(`${signs[notice.mark]} ${clean(notice.text)}`, notice.mark));
	const acts = options.readonly ? [] : rollout;
	const {columns} = state.size;
	switch (screen.kind) {
		case 'containers':
			return hints([['enter', 'devices'], ...look, ...acts], columns);
		case 'devices':
			return hints([['esc', 'back'], ...look, ...(screen.container === undefined ? [] : acts)], columns);
		case 'events':
			return hints([['esc', 'back'], ['enter', 'describe'], ['/', 'filter']], columns);
		case 'logs':
			return hints([['esc', 'back'], ['/', 'filter'], ['G', 'follow']], columns);
		case 'describe':
		case 'yaml':
		case 'help':
			return hints([['esc', 'back'], ['↑↓', 'scroll']], columns);
	}
}

/** As many as there is room for; the way to the help is always there. */
function hints(list: readonly Hint[], columns: number): Line {
	let room = columns - 1;
	const fits = ([key, does]: Hint): boolean => (room -= widthOf(key) + widthOf(does) + 3) >= 0;
	const last = always.filter(fits);
	return line(' ', ...[...list.filter(fits), ...last].flatMap(hint));
}

function hint([key, does]: Hint): readonly Span[] {
	return [span(key, 'key'), span(` ${does}  `, 'dim')];
}

function promptLine(kind: 'filter' | 'command', text: string): Line {
	const rest = kind === 'command' ? completed(text).slice(text.length) : '';
	const offer = kind === 'command' && text === '' ? `  ${commandNames.join(' ')}` : rest;
	return line(' ', span(kind === 'filter' ? '/' : ':', 'key'), clean(text), span('▏', 'key'), span(offer, 'dim'));
}

/** The question before something is changed, with the commands that do the same. */
export function dialogLines({verb, container: {namespace, name}}: Dialog, columns: number): readonly Line[] {
	const commands = equivalentCommands(verb, {namespace, name});
	return [
		rule(`${verb} ${namespace}/${name}?`, columns),
		line(' ', consequences[verb]),
		line(' ', span(commands.length === 1 ? 'The same from a shell:' : 'The same from a shell, either of:', 'dim')),
		...commands.flatMap((command) => wrap(command, columns - 6).map((text, index) =>
			line(index === 0 ? '   ' : '     ', span(text, 'key')))),
	];
}

const consequences: Readonly<Record<Dialog['verb'], string>> = {
	pause: 'Every device stays where it is until it is resumed.',
	resume: 'The rollout goes on where it stopped.',
	undo: 'Every device goes back to the revision before, wave by wave.',
};
