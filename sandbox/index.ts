import Fastify from 'fastify';
import { addControl, type Controlled, type Login, type ResetOptions } from './control/control';
import { History } from './engine/history';
import { Lister } from './engine/list';
import { changesSince, stateOf, type RecordChange, type StateOptions } from './engine/snapshot-diff';
import { Store, type StoreState } from './engine/store';
import { Writer } from './engine/write';
import { addApi, type Hook, type Hooks } from './http/api';
import { Auth } from './http/auth';
import { Faults } from './http/faults/plan';
import { Journal, type JournalEntry } from './http/journal';
import { RateLimit } from './http/rate-limit';
import { Service } from './http/router';
import { Webhooks } from './http/webhooks';
import { localNow } from './model/clock';
import { yiiBody } from './model/http-error';
import { InputError } from './model/input-error';
import { isObject } from './model/json';
import { checkSettings, defaultSettings, type Settings } from './model/settings';
import { admin, noRights, noSubjects } from './school/accounts';
import { entities } from './school/entities';
import { seedStore } from './school/seed';
import { loadFaker } from './school/seed/faker';
import type { SeedOptions } from './school/seed/options';

export type { Appearance } from './engine/visibility';
export { failureWays, type FailureWay } from './http/faults/presets';
export type { Fault, FaultKind, FaultMatch, Mutation } from './http/faults/schema';
export type { Json, JsonObject, Row } from './model/json';
export type { Delivery, Parcel } from './http/webhooks';
export type { Hook, JournalEntry, RecordChange, Settings, StateOptions };

export interface SandboxOptions extends ResetOptions {
	/** 0 = any free port. */
	port?: number;
	host?: string;
	settings?: Partial<Settings>;
}

/** Records and settings at some time. */
export interface Snapshot {
	readonly records: StoreState;
	readonly settings: Settings;
}

export interface Sandbox extends Controlled {
	/** `http://127.0.0.1:PORT` */
	readonly url: string;
	readonly port: number;
	/** Called with each call that arrives, before anything is done; the call waits for it. Gone after a reset. */
	onRequest: Hook | undefined;
	/** Called when the server has acted, before the answer leaves, which waits for it. Gone after a reset. */
	onAnswer: Hook | undefined;
	/** Every token given out so far. */
	tokens(): string[];
	/** Records and settings as they are now; costs little. */
	snapshot(): Snapshot;
	/** Records and settings as they were; faults, journal, hooks and webhooks as after a reset. Tokens go on. */
	restore(snapshot: Snapshot): void;
	/** Records that are not what they were, the log left out. */
	changes(since: Snapshot): RecordChange[];
	close(): Promise<void>;
}

const login = ({ email, apiKey }: Login): Login => ({ email, apiKey });
/** Fastify marks its own errors, such as a body that is too large. */
const statusOf = (error: unknown): number =>
	isObject(error) && typeof error.statusCode === 'number' ? error.statusCode : 500;

const largestBody = 10 * 1024 * 1024;

/** Starts an AlfaCRM of its own; any number of them can run side by side. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const initial: Settings = { ...defaultSettings, ...checkSettings(options.settings ?? {}) };
	let seeding: SeedOptions = { customers: options.customers ?? 300, seed: options.seed ?? 1 };
	const faker = await loadFaker();

	const settings = structuredClone(initial);
	const store = new Store(entities, () => localNow(settings), settings);
	const auth = new Auth(settings);
	const lister = new Lister(store, settings);
	const service = new Service(settings, store, auth, lister, new Writer(store, settings));
	const faults = new Faults();
	const journal = new Journal();
	const limit = new RateLimit(settings);
	const closing = new AbortController();
	const webhooks = new Webhooks(closing.signal);
	const history = new History(store, settings, (event) => webhooks.tell(event));
	store.onChange = (change) => history.record(change);
	seedStore(store, faker, seeding);
	let school = store.snapshot();
	const hooks: Hooks = {};
	/** All but records, settings and tokens. */
	const forget = () => {
		hooks.onRequest = hooks.onAnswer = undefined;
		for (const part of [faults, journal, limit, lister, webhooks]) part.clear();
	};

	const app = Fastify({ forceCloseConnections: true, bodyLimit: largestBody });
	app.removeAllContentTypeParsers();
	app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => done(null, text));
	app.setNotFoundHandler((_request, reply) => reply.code(404).send(yiiBody(404, 'Страница не найдена.')));
	app.setErrorHandler((error, request, reply) => {
		const message = error instanceof Error ? error.message : String(error);
		const status = error instanceof InputError ? error.status : statusOf(error);
		const isControl = request.url.startsWith('/_sandbox/');
		return reply.code(status).send(isControl ? { error: message } : yiiBody(status, message));
	});

	const sandbox: Sandbox & { url: string; port: number } = {
		url: '',
		port: 0,
		settings,
		journal: journal.entries,
		faults,
		store,
		webhooks,
		account: { ...login(admin), noRights: login(noRights), noSubjects: login(noSubjects) },
		get onRequest() {
			return hooks.onRequest;
		},
		set onRequest(hook) {
			hooks.onRequest = hook;
		},
		get onAnswer() {
			return hooks.onAnswer;
		},
		set onAnswer(hook) {
			hooks.onAnswer = hook;
		},
		clearJournal: () => journal.clear(),
		expireTokens: () => auth.expire(),
		tokens: () => auth.issued(),
		reset(again: ResetOptions = {}) {
			const next = { ...seeding, ...again };
			const isSame = next.customers === seeding.customers && next.seed === seeding.seed;
			seeding = next;
			Object.assign(settings, structuredClone(initial));
			auth.clear();
			forget();
			if (isSame) return store.restore(school);
			store.clear();
			seedStore(store, faker, seeding);
			school = store.snapshot();
		},
		snapshot: () => ({ records: store.snapshot(), settings: structuredClone(settings) }),
		restore({ records, settings: then }) {
			store.restore(records);
			Object.assign(settings, structuredClone(then));
			forget();
		},
		state: (options) => stateOf(store, options),
		changes: ({ records }) => changesSince(store, records),
		async close() {
			closing.abort();
			await webhooks.settled();
			await app.close();
		},
	};

	addApi(app, { settings, store, service, faults, journal, limit, hooks, closing: closing.signal });
	addControl(app, sandbox);
	const host = options.host ?? '127.0.0.1';
	sandbox.url = await app.listen({ port: options.port ?? 0, host });
	sandbox.port = Number(new URL(sandbox.url).port);
	return sandbox;
}
