import {Buffer} from 'node:buffer';
import type {JsonObject} from '../yaml.ts';
import type {SignedContainer} from './build-container.ts';

/**
 * What `kubectl apply` takes: the ConfigMap that holds statement and image, and the FemtoContainer that names them.
 * The ConfigMap comes first, so that its bytes are there when the FemtoContainer arrives.
 */
export function readyManifest({manifest, image, signed, digest}: SignedContainer): [JsonObject, JsonObject] {
	const {name, namespace} = manifest.metadata;
	const configMap = `${name}-${digest.slice(0, 8)}`;
	return [
		{
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: {name: configMap, ...(namespace === undefined ? {} : {namespace})},
			immutable: true,
			binaryData: {statement: base64(signed), image: base64(image)},
		},
		{
			...manifest,
			spec: {...manifest.spec, image: {digest: `sha256:${digest}`, configMap: {name: configMap}}},
		},
	];
}

function base64(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString('base64');
}
