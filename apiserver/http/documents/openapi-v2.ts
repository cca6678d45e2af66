import {Buffer} from 'node:buffer';
import type {HttpResponse} from '../../../runtime/http.ts';
import {jsonAnswer} from '../answers.ts';
import {versionInfo} from './version.ts';

/** The only form in which kubectl takes it, gnostic's `openapi.v2.Document`; it asks by a name that is no media type. */
const protobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const protobufAsked = /application\/com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/;

/**
 * GET /openapi/v2: a document without any kind; what is served is in /openapi/v3. kubectl asks for it before it sends a `List`
 * and before it says that it does not know a kind, and would end with "failed to download openapi".
 */
export function openApiV2(accept: string | undefined): HttpResponse {
	const info = {title: 'Femtofleet', version: versionInfo()['gitVersion'] ?? ''};
	if (!protobufAsked.test(accept ?? '')) {
		return jsonAnswer({swagger: '2.0', info, paths: {}, definitions: {}});
	}
	const empty = Buffer.alloc(0);
	const infoBytes = Buffer.concat([field(1, Buffer.from(info.title)), field(2, Buffer.from(info.version))]);
	// swagger = 1, info = 2, paths = 8, definitions = 9.
	const body = Buffer.concat([field(1, Buffer.from('2.0')), field(2, infoBytes), field(8, empty), field(9, empty)]);
	return {status: 200, headers: {'content-type': protobufType}, body};
}

/** A length-delimited field; all of ours are shorter than 128 bytes. */
function field(number: number, bytes: Buffer): Buffer {
	return Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes]);
}
