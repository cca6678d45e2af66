import {described, metaDefinition, reference} from './names.ts';

const text = (description: string): object => ({description, type: 'string'});
const whole = (description: string, format: 'int32' | 'int64' = 'int64'): object => ({description, type: 'integer', format});
const truth = (description: string): object => ({description, type: 'boolean'});
const time = (description: string): object => ({description, type: 'string', format: 'date-time'});
const texts = (description: string): object => ({description, type: 'object', additionalProperties: {type: 'string'}});
const list = (description: string, definition: string): object => ({
	description,
	type: 'array',
	items: reference(metaDefinition(definition)),
});
const object = (description: string, properties: Readonly<Record<string, object>>, required?: readonly string[]): object => ({
	description,
	type: 'object',
	...(required === undefined ? {} : {required}),
	properties,
});

/** What every object and every list begins with. */
export const typeMeta = {
	apiVersion: text('Group and version of the object.'),
	kind: text('Kind of the object, in CamelCase.'),
} as const;

const objectMeta = object('ObjectMeta is what every object carries.', {
	name: text('Name, unique among the objects of the kind in the namespace. It never changes.'),
	generateName: text('Beginning of a name that the server ends with five characters, when there is no name.'),
	namespace: text('Namespace, the scope of the name. It never changes.'),
	uid: text('Made by the server: differs between two objects of one name that follow each other.'),
	resourceVersion: text('Made by the server: changes with every change of the object. Means nothing but equal or not.'),
	generation: whole('Made by the server: counts the changes of what is wanted.'),
	creationTimestamp: time('Made by the server: when the object was created.'),
	deletionTimestamp: time('Made by the server: when deletion was asked for. The object goes when no finalizers are left.'),
	deletionGracePeriodSeconds: whole('Made by the server: seconds that the object had to end.'),
	labels: texts('Labels, by which selectors find the object.'),
	annotations: texts('Notes of users and tools; nothing selects by them.'),
	finalizers: {
		'description': 'What must be done before the object goes; each is removed by who has done it.',
		'type': 'array',
		'items': {type: 'string'},
		'x-kubernetes-list-type': 'set',
		'x-kubernetes-patch-strategy': 'merge',
	},
	ownerReferences: {
		...list('Objects that this one depends on: when all are gone it goes too.', 'OwnerReference'),
		'x-kubernetes-list-type': 'map',
		'x-kubernetes-list-map-keys': ['uid'],
		'x-kubernetes-patch-merge-key': 'uid',
		'x-kubernetes-patch-strategy': 'merge',
	},
});

const ownerReference = {
	...object(
		'OwnerReference names an owner, in the same namespace or without one.',
		{
			apiVersion: text('Group and version of the owner.'),
			kind: text('Kind of the owner.'),
			name: text('Name of the owner.'),
			uid: text('Uid of the owner.'),
			controller: truth('True for the one owner that manages the object.'),
			blockOwnerDeletion: truth('True: an owner deleted in the foreground waits for this object.'),
		},
		['apiVersion', 'kind', 'name', 'uid'],
	),
	'x-kubernetes-map-type': 'atomic',
};

const listMeta = object('ListMeta is what every list carries.', {
	resourceVersion: text('Version that the list was made at: a watch goes on from it.'),
	continue: text('Present when there is more: hand it back as the query parameter continue.'),
	remainingItemCount: whole('How many more there are at least.'),
});

const status = object('Status tells the outcome of a request that returns no object.', {
	...typeMeta,
	metadata: described(metaDefinition('ListMeta'), 'Empty.'),
	status: text('Success or Failure.'),
	message: text('What happened, for people.'),
	reason: text('What happened, as one CamelCase word.'),
	code: whole('Status code of HTTP.', 'int32'),
	details: described(metaDefinition('StatusDetails'), 'More about it.'),
});

const statusDetails = object('StatusDetails says more about an outcome.', {
	name: text('Name of the object.'),
	group: text('Group of the object.'),
	kind: text('Resource of the object.'),
	uid: text('Uid of the object.'),
	causes: list('The rules that were broken.', 'StatusCause'),
	retryAfterSeconds: whole('Seconds to wait before the next try.', 'int32'),
});

const statusCause = object('StatusCause is one rule that was broken.', {
	field: text('Path of the field.'),
	reason: text('What is wrong, as one CamelCase word.'),
	message: text('What is wrong, for people.'),
});

const deleteOptions = object('DeleteOptions says how to delete.', {
	...typeMeta,
	propagationPolicy: text('What becomes of the objects that this one owns: Background (default), Foreground or Orphan.'),
	gracePeriodSeconds: whole('Seconds that the object has to end; without meaning for the kinds served here.'),
	preconditions: described(metaDefinition('Preconditions'), 'What must hold, or nothing is deleted.'),
	dryRun: {description: 'All: nothing is deleted really.', type: 'array', items: {type: 'string'}},
});

const preconditions = object('Preconditions must hold for a deletion.', {
	uid: text('Uid of the object.'),
	resourceVersion: text('Version of the object.'),
});

/** Schemas that every document needs. */
export const metaSchemas: Readonly<Record<string, object>> = Object.fromEntries(
	Object.entries({
		ObjectMeta: objectMeta,
		OwnerReference: ownerReference,
		ListMeta: listMeta,
		Status: {...status, 'x-kubernetes-group-version-kind': [{group: '', version: 'v1', kind: 'Status'}]},
		StatusDetails: statusDetails,
		StatusCause: statusCause,
		DeleteOptions: deleteOptions,
		Preconditions: preconditions,
		Patch: {description: 'Patch is what a patch of one of the content types is made of.', type: 'object'},
	}).map(([name, schema]) => [metaDefinition(name), schema]),
);
