/** A difference between the official server and ours that stays, with its reason. At most fifteen. */
export interface KnownDifference {
	readonly reason: string;
	/** `[topic / scenario / request, field of the answer]`: what it explains. */
	readonly covers: readonly (readonly [RegExp, RegExp])[];
}

const all = /^/;
const message = /^body\.(message|details\.causes.*)$/;

export const knownDifferences: readonly KnownDifference[] = [
	{
		reason: 'Server-side apply is not served: 415, and its media type is not among those accepted.',
		covers: [
			[/applied by the server/, all],
			[/ \/ (other patches \/ (strategic|of no type)|patch, strategic by default)$/, message],
		],
	},
	{
		reason: 'Answers are never protobuf, nor is OpenAPI v2, and media types are negotiated by one rule for all paths.',
		covers: [
			[/ \/ the second version, as protobuf only$/, all],
			[/ \/ what an answer may be \/ (JSON of any kind|a picture|protobuf only of our kind)$/, all],
			[/ \/ (XML|a table of an unknown version)$/, message],
			[/ \/ protobuf bodies \/ (that is broken|without its mark)$/, message],
			[/^kubectl \/ .* \/ (describe, its events|create namespace|create configmap|auth can-i)$/, /^(type|body)$/],
		],
	},
	{
		reason: 'Columns of tables are described in words of our own.',
		covers: [[all, /columnDefinitions\[\d+\]\.description$/]],
	},
	{
		reason: 'What is wrong with the syntax or the type of a body is said in the words of JavaScript, not of Go.',
		covers: [
			[/ \/ text that is no object \/ (no JSON|nothing|an array|a number|null|a tab in YAML|text after it)$/, message],
			[/ \/ merge patch \/ (an array instead of an object|a text|no JSON)$/, message],
			[/ \/ JSON Patch \/ an object instead of an array$/, message],
			[/ \/ continue that is garbage$/, message],
			[/ \/ delete \/ with no DeleteOptions$/, message],
		],
	},
	{
		reason: 'Numbers are doubles: integers beyond 2^53 are refused by name, and 1e1 and 10.0 are the integer 10.',
		covers: [
			[/ \/ schema \/ (a fraction for an integer|above 2\^53)$/, message],
			[/ \/ text that is no object \/ a number (above 2\^63|just above 2\^53)$/, message],
			[/ \/ text that is no object \/ a number (with an exponent|that ends with \.0)$/, all],
		],
	},
	{
		reason: 'Empty lists are [], never null, and a time that is not set is absent.',
		covers: [
			[/^reading \//, /^body\.items$/],
			[/^builtins \/ events \//, /\.eventTime$/],
		],
	},
	{
		reason: 'The deprecated paths below /watch/ are not served; watch=true is.',
		covers: [[/ \/ by the old path$/, all]],
	},
	{
		reason: 'Kinds that the programs and kubectl can do without are not served.',
		covers: [[/ \/ (what may I \/ who am I|cluster-info)$/, all]],
	},
	{
		reason: 'Where the official server calls a mistake of the client its own (500), ours says 400, 409 or 422.',
		covers: [
			[/ \/ create \/ with a version$/, all],
			[/ \/ replace \/ with a version that is no number$/, all],
			[/ \/ where it begins \/ (a version that is no number|a negative version)$/, all],
			[/ \/ get with no number$/, all],
		],
	},
	{
		reason: 'Methods and paths that no client uses are refused in another way.',
		covers: [
			[/ \/ create \/ at the path of an object$/, all],
			[/ \/ status on its own \/ POST on status$/, all],
			[/ \/ POST options on a collection$/, all],
			[/ \/ methods \/ (DELETE on discovery|HEAD of an object|a deep path of nothing|a double slash|an escaped name)$/, all],
			[/ \/ OpenAPI \/ a document of nothing$/, all],
		],
	},
	{
		reason: 'Texts that show the inside of the official server (storage keys, a second look at a body of the wrong kind) are shorter.',
		covers: [
			[/ \/ create \/ of another kind$/, message],
			[/ \/ create \/ of another version$/, /^warnings$/],
			[/ \/ replace \/ with another uid$/, message],
		],
	},
	{
		reason: 'What controllers do a moment later is done before the answer: no object is seen on its way out.',
		covers: [
			[/ \/ owners, (foreground|orphaned) \/ the owner$/, /^body$/],
			[/ \/ namespaces \/ delete it$/, all],
			[/ \/ finalizers \/ the last goes and the object with it$/, /resourceVersion$/],
		],
	},
	{
		reason: 'A page does not count what remains, and the last one is known to be the last.',
		covers: [
			[/ \/ list and pages \/ the first page$/, /remainingItemCount$/],
			[/ \/ list and pages \/ its next page$/, /continue$/],
		],
	},
	{
		reason: 'A JSON Patch that does not apply says which operation and why, in details.causes.',
		covers: [[/ \/ JSON Patch \//, /^body\.details\.causes$/]],
	},
	{
		reason: 'A watch from the future is refused at once (504, list again) instead of being silent until the future has come.',
		covers: [[/ \/ a version of the future$/, all]],
	},
];
