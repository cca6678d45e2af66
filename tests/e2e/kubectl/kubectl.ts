import assert from 'node:assert/strict';
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {delimiter, join} from 'node:path';
import {parse, stringify} from 'yaml';
import type {RawClient} from '../../../scripts/oracle/http.ts';
import {repositoryRoot} from '../../../scripts/repository.ts';
import type {KubectlVersion} from '../../../scripts/kubectl/kubectl.ts';
import {Follower, runProgram, type Outcome} from './child.ts';
import {normalise} from './normalise.ts';

export type ServerName = 'embedded' | 'official';

export interface KubectlOptions {
	readonly binary: string;
	readonly version: KubectlVersion;
	readonly server: ServerName;
	/** Of an administrator. */
	readonly kubeconfig: string;
	readonly client: RawClient;
	/** Made for this one; of the same length on every server, since tables are as wide as what they hold. */
	readonly namespace: string;
	/** Home folder, shared by all that ask one server: kubectl keeps what it discovered there. */
	readonly home: string;
	/** Files of this one alone; made when it is missing. */
	readonly folder: string;
}

/** One command and what came of it, without what differs from run to run. */
export interface Step extends Outcome {
	readonly command: string;
}

export interface RunOptions {
	/** Standard input, mostly the manifest of `-f -`. */
	readonly input?: string;
	/** Shell command that kubectl opens files with. */
	readonly editor?: string;
}

type Input = RunOptions | string;

/** Runs kubectl in a namespace of its own, and keeps a transcript. */
export class Kubectl {
	readonly transcript: Step[] = [];
	readonly namespace: string;
	readonly version: KubectlVersion;
	readonly server: ServerName;
	/** The same server without kubectl. */
	readonly client: RawClient;
	readonly #options: KubectlOptions;
	readonly #followers: Follower[] = [];

	constructor(options: KubectlOptions) {
		const {namespace, version, server, client, folder} = options;
		this.namespace = namespace;
		this.version = version;
		this.server = server;
		this.client = client;
		this.#options = options;
		mkdirSync(folder, {recursive: true});
		writeFileSync(this.#path('kubeconfig'), inNamespace(readFileSync(options.kubeconfig, 'utf8'), namespace), {mode: 0o600});
	}

	/** A name that no other case uses, for objects that have no namespace; it begins with the namespace. */
	name(name: string): string {
		return `${this.namespace}-${name}`;
	}

	/** Words of `line` are separated by blanks; single quotes keep some together. A string is standard input. */
	async run(line: string, options: Input = {}): Promise<Outcome> {
		const {input, editor} = typeof options === 'string' ? {input: options} : options;
		const given = {env: this.#environment(editor), cwd: this.#options.folder, ...(input === undefined ? {} : {input})};
		const outcome = await runProgram(this.#options.binary, words(line), given);
		const clean = (text: string): string => normalise(text, this.#options);
		this.transcript.push({command: line, code: outcome.code, stdout: clean(outcome.stdout), stderr: clean(outcome.stderr)});
		return outcome;
	}

	/** Its standard output, when it succeeds. */
	async ok(line: string, options: Input = {}): Promise<string> {
		const {code, stdout, stderr} = await this.run(line, options);
		assert.equal(code, 0, `kubectl ${line} ended with ${code}\n${stdout}${stderr}`);
		return stdout;
	}

	/** Asserts what a command that succeeds prints, blanks at the ends of lines aside. */
	async says(line: string, expected: string | RegExp, options: Input = {}): Promise<void> {
		matches(await this.ok(line, options), expected, line);
	}

	/** Asserts that a command fails with exit code 1 and this on standard error. */
	async fails(line: string, expected: string | RegExp, options: Input = {}): Promise<void> {
		const {code, stdout, stderr} = await this.run(line, options);
		assert.equal(code, 1, `kubectl ${line} ended with ${code}\n${stdout}${stderr}`);
		matches(stderr, expected, line);
	}

	/** One object or list as JSON. */
	async json<T>(line: string): Promise<T> {
		return JSON.parse(await this.ok(`${line} -o json`)) as T;
	}

	/** Starts a command that goes on; it is stopped with the case. */
	follow(line: string): Follower {
		const follower = new Follower(this.#options.binary, words(line), {env: this.#environment(), cwd: this.#options.folder});
		this.#followers.push(follower);
		return follower;
	}

	/** Writes a file; its name is relative to where kubectl runs. */
	write(name: string, text: string): string {
		writeFileSync(this.#path(name), text);
		return name;
	}

	async close(): Promise<void> {
		for (const follower of this.#followers) await follower.stop();
	}

	#path(name: string): string {
		return join(this.#options.folder, name);
	}

	#environment(editor?: string): Readonly<Record<string, string>> {
		const {home, folder} = this.#options;
		const folders = (process.env['PATH'] ?? '').split(delimiter);
		return {
			HOME: home,
			KUBECONFIG: this.#path('kubeconfig'),
			TMPDIR: folder,
			// Plugins are looked for on the PATH.
			PATH: [join(repositoryRoot, 'bin'), ...folders.filter((each) => existsSync(each))].join(delimiter),
			...(editor === undefined ? {} : {KUBE_EDITOR: editor}),
		};
	}
}

function words(line: string): readonly string[] {
	return Array.from(line.matchAll(/(?:[^\s']|'[^']*')+/g), ([word]) => word.replaceAll("'", ''));
}

function matches(actual: string, expected: string | RegExp, line: string): void {
	const text = actual.replaceAll(/[ \t]+$/gm, '').trim();
	if (typeof expected === 'string') assert.equal(text, expected.trim(), `kubectl ${line}`);
	else assert.match(actual, expected, `kubectl ${line}`);
}

interface Config {
	readonly contexts: readonly {readonly context: Readonly<Record<string, string>>}[];
}

function inNamespace(kubeconfig: string, namespace: string): string {
	const config = parse(kubeconfig) as Config;
	const contexts = config.contexts.map((entry) => ({...entry, context: {...entry.context, namespace}}));
	return stringify({...config, contexts});
}
