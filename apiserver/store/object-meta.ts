const text = {type: 'string'} as const;
const textMap = {type: 'object', additionalProperties: text} as const;
/** `metav1.ObjectMeta` without what the store does not keep: managedFields and selfLink. */
export const objectMeta = {
	type: 'object',
	properties: {
		name: text,
		generateName: text,
		namespace: text,
		uid: text,
		resourceVersion: text,
		generation: {type: 'integer'},
		creationTimestamp: {type: 'string', format: 'date-time'},
		deletionTimestamp: {type: 'string', format: 'date-time'},
		deletionGracePeriodSeconds: {type: 'integer'},
		labels: textMap,
		annotations: textMap,
		finalizers: {type: 'array', items: text},
		ownerReferences: {
			type: 'array',
			items: {
				type: 'object',
				properties: {
					apiVersion: text,
					kind: text,
					name: text,
					uid: text,
					controller: {type: 'boolean'},
					blockOwnerDeletion: {type: 'boolean'},
				},
			},
		},
	},
} as const;
