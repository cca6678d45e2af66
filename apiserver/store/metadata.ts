import {isLabelValue, isQualifiedName, labelValueRule, qualifiedNameRule} from '../../runtime/kube/selectors.ts';
import {decodeProblem} from './decode.ts';
import {equalJson, showJson, type Json, type JsonObject} from './json.ts';
import type {Kind} from './kind.ts';
import {objectMeta} from './object-meta.ts';
import {compileSchema} from './compile-schema.ts';
import {objectOrEmpty, shape, textOf} from './shape.ts';
import {validate, type FieldProblem} from './validate.ts';

const schema = compileSchema(objectMeta);
const notKept = new Set(['metadata.managedFields', 'metadata.selfLink']);
const annotationBytesMax = 262_144;

/** A copy without nulls, empty collections and unknown fields, as a Go server would decode and encode it again. */
export function shapeMetadata(value: unknown, dropped: string[]): JsonObject {
	const unknown: string[] = [];
	const shaped = objectOrEmpty(shape(schema, value ?? {}, 'metadata', unknown));
	dropped.push(...unknown.filter((path) => !notKept.has(path)));
	return Object.fromEntries(Object.entries(shaped).filter(([, child]) => !isEmpty(child)));
}

function isEmpty(value: Json): boolean {
	return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Why Go could not decode shaped metadata; `path` is what it calls them. */
export function metadataProblem(meta: JsonObject, path: string): string | undefined {
	return decodeProblem(schema, meta, path);
}

/** Name and syntax rules that hold for every object; types first, because the rest relies on them. */
export function checkMetadata(kind: Kind, meta: JsonObject): readonly FieldProblem[] {
	const problems: FieldProblem[] = [];
	validate(schema, meta, 'metadata', problems);
	if (problems.length > 0) return problems;
	return [
		...checkName(kind, meta['name']),
		...checkLabels(meta),
		...checkAnnotations(meta),
		...checkFinalizers(meta),
		...checkOwners(meta),
	];
}

const labelText = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const subdomainText = `${labelText}(\\.${labelText})*`;
const dnsLabel = new RegExp(`^${labelText}$`);
const dnsSubdomain = new RegExp(`^${subdomainText}$`);

function checkName({nameRule}: Kind, name: Json | undefined): readonly FieldProblem[] {
	if (typeof name !== 'string' || name === '') {
		return [
			{reason: 'FieldValueRequired', field: 'metadata.name', message: 'Required value: name or generateName is required'},
		];
	}
	const isLabel = nameRule === 'label';
	if (isLabel && name.includes('.')) return [invalid('metadata.name', name, 'must not contain dots')];
	const most = isLabel ? 63 : 253;
	if (name.length <= most && (isLabel ? dnsLabel : dnsSubdomain).test(name)) return [];
	const subject = isLabel ? 'a lowercase RFC 1123 label' : 'a lowercase RFC 1123 subdomain';
	const letters = isLabel ? "alphanumeric characters or '-'" : "alphanumeric characters, '-' or '.'";
	const [examples, pattern] = isLabel ? ["'my-name',  or '123-abc'", labelText] : ["'example.com'", subdomainText];
	const rule =
		name.length > most
			? `must be no more than ${most} characters`
			: `${subject} must consist of lower case ${letters}, and must start and end with an alphanumeric character ` +
				`(e.g. ${examples}, regex used for validation is '${pattern}')`;
	return [invalid('metadata.name', name, rule)];
}

function checkLabels(meta: JsonObject): readonly FieldProblem[] {
	return Object.entries(objectOrEmpty(meta['labels'])).flatMap(([key, value]) => {
		const bad = isQualifiedName(key) ? [] : [invalid('metadata.labels', key, qualifiedNameRule(key))];
		return isLabelValue(asText(value)) ? bad : [...bad, invalid('metadata.labels', value, labelValueRule)];
	});
}

function checkAnnotations(meta: JsonObject): readonly FieldProblem[] {
	const entries = Object.entries(objectOrEmpty(meta['annotations']));
	const bad = entries
		.filter(([key]) => !isQualifiedName(key.toLowerCase()))
		.map(([key]) => invalid('metadata.annotations', key, qualifiedNameRule(key)));
	const bytes = entries.reduce((sum, [key, value]) => sum + key.length + asText(value).length, 0);
	if (bytes <= annotationBytesMax) return bad;
	const message = `Too long: may not be more than ${annotationBytesMax} bytes`;
	return [...bad, {reason: 'FieldValueTooLong', field: 'metadata.annotations', message}];
}

function checkFinalizers(meta: JsonObject): readonly FieldProblem[] {
	return listAt(meta, 'finalizers').flatMap((name) =>
		isQualifiedName(asText(name)) ? [] : [invalid('metadata.finalizers', name, qualifiedNameRule(asText(name)))],
	);
}

const ownerRules = [
	['apiVersion', 'version must not be empty'],
	['kind', 'must not be empty'],
	['name', 'must not be empty'],
	['uid', 'must not be empty'],
] as const;

function checkOwners(meta: JsonObject): readonly FieldProblem[] {
	const owners = listAt(meta, 'ownerReferences').map((owner) => objectOrEmpty(owner));
	const problems = owners.flatMap((owner) =>
		ownerRules
			.filter(([key]) => textOf(owner, key) === '')
			.map(([key, rule]) => invalid(`metadata.ownerReferences.${key}`, '', rule)),
	);
	const [first, second] = owners.filter((owner) => owner['controller'] === true);
	if (first === undefined || second === undefined) return problems;
	const named = [first, second].map((owner) => `${textOf(owner, 'kind')}/${textOf(owner, 'name')}`).join(' and ');
	const why = `Only one reference can have Controller set to true. Found "true" in references for ${named}`;
	return [...problems, invalid('metadata.ownerReferences', owners, why)];
}

/** What an update may not change. */
export function checkMetadataUpdate(next: JsonObject, previous: JsonObject): readonly FieldProblem[] {
	const fixed = ['name', 'namespace', 'uid'];
	const changed = fixed
		.filter((key) => !equalJson(next[key], previous[key]))
		.map((key) => invalid(`metadata.${key}`, next[key] ?? null, 'field is immutable'));
	const known = listAt(previous, 'finalizers');
	const added =
		previous['deletionTimestamp'] === undefined ? [] : listAt(next, 'finalizers').filter((name) => !known.includes(name));
	if (added.length === 0) return changed;
	const message =
		'Forbidden: no new finalizers can be added if the object is being deleted, ' +
		`found new finalizers []string{${added.map(showJson).join(', ')}}`;
	return [...changed, {reason: 'FieldValueForbidden', field: 'metadata.finalizers', message}];
}

/** The schema has made sure that it is a string. */
function asText(value: Json): string {
	return typeof value === 'string' ? value : '';
}

function listAt(object: JsonObject, key: string): readonly Json[] {
	const value = object[key];
	return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function invalid(field: string, value: Json, rule: string): FieldProblem {
	return {reason: 'FieldValueInvalid', field, message: `Invalid value: ${showJson(value)}: ${rule}`};
}
