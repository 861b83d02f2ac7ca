import Fastify from 'fastify';
import { addApi } from './api';
import { admin, noRights, noSubjects } from './accounts';
import { Auth } from './auth';
import { addControl } from './control';
import { localNow } from './dates';
import { loadFaker } from './faker';
import { Faults } from './faults';
import { InputError } from './input-error';
import { Journal, type JournalEntry } from './journal';
import { History } from './history';
import { isObject } from './json';
import { RateLimit } from './limit';
import { Lister } from './list';
import { seedStore, type SeedOptions } from './seed';
import { Service } from './service';
import { checkSettings, defaultSettings, type Settings } from './settings';
import { Store } from './store';
import { Webhooks } from './webhooks';
import { Writer } from './write';
import { yiiBody } from './yii';

export type { Appearance } from './appearance';
export type { Fault, FaultKind, FaultMatch, Mutation } from './fault';
export type { Json, JsonObject, Row } from './json';
export type { Delivery, Parcel } from './webhooks';
export type { JournalEntry, Settings };

export type ResetOptions = Partial<SeedOptions>;

export interface SandboxOptions extends ResetOptions {
	/** 0 = any free port. */
	port?: number;
	host?: string;
	settings?: Partial<Settings>;
}

interface Login {
	email: string;
	apiKey: string;
}

export interface Sandbox {
	/** `http://127.0.0.1:PORT` */
	readonly url: string;
	readonly port: number;
	/** Live: what is assigned here holds from the next call on. */
	readonly settings: Settings;
	/** Live list of the API calls so far. */
	readonly journal: readonly JournalEntry[];
	readonly faults: Faults;
	readonly store: Store;
	/** URLs that are told of every change. */
	readonly webhooks: Webhooks;
	/** The administrator; a user without the v2api module; one who may not write subjects. */
	readonly account: Login & { noRights: Login; noSubjects: Login };
	clearJournal(): void;
	expireTokens(): void;
	/** Every token given out so far. */
	tokens(): string[];
	/** Back to the state after the start: records, settings, tokens, faults, journal. */
	reset(options?: ResetOptions): void;
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
	const store = new Store(() => localNow(settings));
	const auth = new Auth(settings);
	const lister = new Lister(store, settings);
	const service = new Service(settings, store, auth, lister, new Writer(store, settings));
	const faults = new Faults();
	const journal = new Journal();
	const limit = new RateLimit(settings);
	const closing = new AbortController();
	const webhooks = new Webhooks(closing.signal);
	const history = new History(store, settings, webhooks);
	store.onChange = (change) => history.record(change);
	seedStore(store, faker, seeding);
	let school = store.snapshot();

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

	const sandbox = {
		url: '',
		port: 0,
		settings,
		journal: journal.entries,
		faults,
		store,
		webhooks,
		account: { ...login(admin), noRights: login(noRights), noSubjects: login(noSubjects) },
		clearJournal: () => journal.clear(),
		expireTokens: () => auth.expire(),
		tokens: () => auth.issued(),
		reset(again: ResetOptions = {}) {
			const next = { ...seeding, ...again };
			const isSame = next.customers === seeding.customers && next.seed === seeding.seed;
			seeding = next;
			Object.assign(settings, structuredClone(initial));
			auth.clear();
			faults.clear();
			journal.clear();
			limit.clear();
			lister.clear();
			webhooks.clear();
			if (isSame) return store.restore(school);
			store.clear();
			seedStore(store, faker, seeding);
			school = store.snapshot();
		},
		async close() {
			closing.abort();
			await webhooks.settled();
			await app.close();
		},
	} satisfies Sandbox;

	addApi(app, { settings, store, service, faults, journal, limit, closing: closing.signal });
	addControl(app, sandbox);
	const host = options.host ?? '127.0.0.1';
	sandbox.url = await app.listen({ port: options.port ?? 0, host });
	sandbox.port = Number(new URL(sandbox.url).port);
	return sandbox;
}
