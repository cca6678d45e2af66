import type {HttpResponse} from '../../runtime/http.ts';
import {isObject} from '../store/json.ts';
import {badRequest} from '../store/refusals.ts';
import {jsonAnswer} from './answers.ts';
import {contentTypeOf, objectTypesOf, readBody, unrecognized} from './body.ts';
import {methodNotAllowed} from './refusals.ts';
import type {ApiRequest} from './request.ts';
import type {ResourceRoute} from './route.ts';

const group = 'authorization.k8s.io';
const kind = 'SelfSubjectAccessReview';

/** What `kubectl auth can-i` and terminal views ask before they offer something. */
export function isAccessReview({group: asked, version, plural, name}: ResourceRoute): boolean {
	return asked === group && version === 'v1' && plural === 'selfsubjectaccessreviews' && name === undefined;
}

/** Whoever may ask may do everything. @throws KubeError 400, 405 or 415. */
export async function reviewAccess(request: ApiRequest): Promise<HttpResponse> {
	if (request.method !== 'POST') throw methodNotAllowed();
	const {value} = await readBody(request, contentTypeOf(request, objectTypesOf({group})), unrecognized(kind));
	if (!isObject(value) || !isObject(value['spec'])) throw badRequest(`${kind}: spec: Required value`);
	const {spec} = value;
	return jsonAnswer({kind, apiVersion: `${group}/v1`, metadata: {}, spec, status: {allowed: true}}, {status: 201});
}
