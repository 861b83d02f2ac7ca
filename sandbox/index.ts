import { setMaxListeners } from 'node:events';
import { registerControl, type Login, type ResetOptions, type SandboxControls } from './control/routes';
import { History } from './engine/history';
import { Lister } from './engine/list';
import { diffState, dumpState, type RecordChange, type StateOptions } from './engine/snapshotDiff';
import { Store, type StoreState } from './engine/store';
import { Writer } from './engine/write';
import { registerApi, type Hook, type Hooks } from './http/api';
import { Auth } from './http/auth';
import { FaultPlan } from './http/faults/plan';
import { Journal, type JournalEntry } from './http/journal';
import { RateLimit } from './http/rateLimit';
import { Router } from './http/router';
import { createServer } from './http/server';
import { Webhooks } from './http/webhooks';
import { localNow } from './model/clock';
import { checkSettings, defaultSettings, type Settings } from './model/settings';
import { admin, noRights, noSubjects } from './school/accounts';
import { entities } from './school/entities';
import { seedStore } from './school/seed';
import { loadFaker } from './school/seed/faker';
import type { SeedOptions } from './school/seed/options';

export { faultPresets, type FaultPreset } from './http/faults/presets';
export type { Fault, FaultKind, FaultMatch, Mutation } from './http/faults/schema';
export type { Json, JsonObject, Row } from './model/json';
export type { Delivery, WebhookMessage } from './http/webhooks';
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

export interface Sandbox extends SandboxControls {
	/** `http://127.0.0.1:PORT` */
	readonly url: string;
	readonly port: number;
	/** Called with each call that arrives, before anything is done; the call waits for it. Gone after a reset. */
	onRequest: Hook | undefined;
	/** Called when the server has acted, before the answer leaves, which waits for it. Gone after a reset. */
	onSend: Hook | undefined;
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

const loginOf = ({ email, apiKey }: Login): Login => ({ email, apiKey });
/** Starts an AlfaCRM of its own; any number of them can run side by side. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const initialSettings: Settings = { ...defaultSettings, ...checkSettings(options.settings ?? {}) };
	const { customers = 300, seed = 1, today } = options;
	let seedOptions: SeedOptions = { customers, seed, today };
	const faker = await loadFaker();

	const settings = structuredClone(initialSettings);
	const store = new Store(entities, () => localNow(settings));
	const auth = new Auth(settings);
	const lister = new Lister(store, settings);
	const router = new Router(settings, store, auth, lister, new Writer(store, settings));
	const faults = new FaultPlan();
	const journal = new Journal();
	const rateLimit = new RateLimit(settings);
	const closing = new AbortController();
	// Each call that waits listens to it.
	setMaxListeners(0, closing.signal);
	const webhooks = new Webhooks(closing.signal);
	const history = new History(store, settings, (event) => webhooks.publish(event));
	store.onChange = (change) => history.record(change);
	seedStore(store, faker, seedOptions);
	let initialRecords = store.snapshot();
	const hooks: Hooks = {};
	/** All but records, settings and tokens. */
	const clearRun = () => {
		hooks.onRequest = hooks.onSend = undefined;
		for (const part of [faults, journal, rateLimit, lister, webhooks]) part.clear();
	};

	const app = createServer();
	const sandbox: Sandbox & { url: string; port: number } = {
		url: '',
		port: 0,
		settings,
		journal: journal.entries,
		faults,
		store,
		webhooks,
		account: { ...loginOf(admin), noRights: loginOf(noRights), noSubjects: loginOf(noSubjects) },
		get onRequest() {
			return hooks.onRequest;
		},
		set onRequest(hook) {
			hooks.onRequest = hook;
		},
		get onSend() {
			return hooks.onSend;
		},
		set onSend(hook) {
			hooks.onSend = hook;
		},
		clearJournal: () => journal.clear(),
		expireTokens: () => auth.expire(),
		tokens: () => auth.issuedTokens(),
		reset(again: ResetOptions = {}) {
			const next = { ...seedOptions, ...again };
			const isSame = next.customers === seedOptions.customers && next.seed === seedOptions.seed;
			seedOptions = next;
			Object.assign(settings, structuredClone(initialSettings));
			auth.clear();
			clearRun();
			if (isSame) return store.restore(initialRecords);
			store.clear();
			seedStore(store, faker, seedOptions);
			initialRecords = store.snapshot();
		},
		snapshot: () => ({ records: store.snapshot(), settings: structuredClone(settings) }),
		restore({ records, settings: then }) {
			store.restore(records);
			Object.assign(settings, structuredClone(then));
			clearRun();
		},
		state: (options) => dumpState(store, options),
		changes: ({ records }) => diffState(store, records),
		async close() {
			closing.abort();
			await webhooks.settled();
			await app.close();
		},
	};

	registerApi(app, { settings, store, router, faults, journal, rateLimit, hooks, closing: closing.signal });
	registerControl(app, sandbox);
	const host = options.host ?? '127.0.0.1';
	sandbox.url = await app.listen({ port: options.port ?? 0, host });
	sandbox.port = Number(new URL(sandbox.url).port);
	return sandbox;
}
