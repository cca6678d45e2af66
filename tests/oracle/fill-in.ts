/** What a placeholder may stand for: text, or an answer whose fields are named after dots. */
export type Saved = string | Readonly<Record<string, unknown>>;

const placeholder = /"\{\{(\w+)\}\}"|\{\{([^}]+?)(?:\+(\d+))?\}\}/g;

/**
 * Replaces `{{name}}`, `{{name.field.field}}` and `{{name.field+5}}`; a quoted `"{{name}}"` of an answer becomes its JSON.
 * @throws Error for a name that was not saved or a field that is not there.
 */
export function fillIn(text: string, saved: ReadonlyMap<string, Saved>): string {
	return text.replaceAll(placeholder, (_match, whole: string | undefined, path = '', sum?: string) => {
		if (whole !== undefined) return JSON.stringify(lookUp(whole, saved));
		const value = lookUp(path as string, saved);
		return sum === undefined ? String(value) : String(Number(value) + Number(sum));
	});
}

function lookUp(path: string, saved: ReadonlyMap<string, Saved>): unknown {
	const [name = '', ...fields] = path.split('.');
	let value: unknown = saved.get(name);
	for (const field of fields) value = (value as Record<string, unknown> | undefined)?.[field];
	if (value === undefined) throw new Error(`Nothing was saved as ${path}`);
	return value;
}
