import type { Faker } from '@faker-js/faker';
import { setMaxListeners } from 'node:events';
import { registerControl, type Login, type ResetOptions, type SandboxControls } from './control/routes';
import { History } from './engine/history';
import { Lister } from './engine/list';
import { diffState, dumpState, type RecordChange, type StateOptions } from './engine/snapshotDiff';
import { Store, type StoreState } from './engine/store';
import { Writer } from './engine/write';
import { registerApi, type Hook } from './http/api';
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
	/** Port to listen on; any free one if 0 or absent. */
	port?: number;
	/** Address to listen on; `127.0.0.1` if absent. */
	host?: string;
	settings?: Partial<Settings>;
}

/** The records and the settings as they were at some time. */
export interface Snapshot {
	readonly records: StoreState;
	readonly settings: Settings;
}

export interface Sandbox extends SandboxControls {
	/** Address of the server, `http://127.0.0.1:PORT`. */
	readonly url: string;
	readonly port: number;
	/** Runs when a call has arrived, before the server acts. The call waits for it. A reset removes it. */
	onRequest: Hook | undefined;
	/** Runs when the server has acted, before it sends the answer. The call waits for it. A reset removes it. */
	onSend: Hook | undefined;
	/** Lists every token that a login has returned so far. */
	tokens(): string[];
	/** Takes a snapshot of the records and the settings. It costs little. */
	snapshot(): Snapshot;
	/** Brings the records and the settings of the snapshot back. Tokens stay valid, and the rest is reset. */
	restore(snapshot: Snapshot): void;
	/** Lists the records that were added, changed or removed since the snapshot, without the log. */
	changes(since: Snapshot): RecordChange[];
	/** Stops the server. */
	close(): Promise<void>;
}

/** Starts an AlfaCRM in memory, with its own port and records. Any number of them can run side by side. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
	const settings: Settings = { ...defaultSettings, ...checkSettings(options.settings ?? {}) };
	const { customers = 300, seed = 1, today } = options;
	const faker = await loadFaker();
	const sandbox = new RunningSandbox(settings, { customers, seed, today }, faker);

	const { port = 0, host = '127.0.0.1' } = options;
	await sandbox.listen(port, host);
	return sandbox;
}

/** A seeded school, the API that serves it, and the controls of a test. */
class RunningSandbox implements Sandbox {
	url = '';
	port = 0;
	onRequest: Hook | undefined;
	onSend: Hook | undefined;

	readonly settings: Settings;
	readonly store: Store;
	readonly faults = new FaultPlan();
	readonly webhooks: Webhooks;
	readonly account = {
		...readLogin(admin),
		noRights: readLogin(noRights),
		noSubjects: readLogin(noSubjects),
	};

	private readonly app = createServer();
	private readonly calls = new Journal();
	private readonly auth: Auth;
	private readonly lister: Lister;
	private readonly rateLimit: RateLimit;
	private readonly closing = new AbortController();
	/** The records right after the start, or after the last reset with other options. */
	private seededRecords: StoreState;

	constructor(
		private readonly initialSettings: Settings,
		private seedOptions: SeedOptions,
		private readonly faker: Faker,
	) {
		this.settings = structuredClone(initialSettings);
		this.store = new Store(entities, () => localNow(this.settings));
		this.auth = new Auth(this.settings);
		this.lister = new Lister(this.store, this.settings);
		this.rateLimit = new RateLimit(this.settings);
		this.webhooks = new Webhooks(this.closing.signal);
		// Every call that waits listens to the signal, and Node.js warns of more than ten listeners.
		setMaxListeners(0, this.closing.signal);

		this.recordHistory();
		this.seededRecords = this.seed();
		this.registerRoutes();
	}

	get journal(): readonly JournalEntry[] {
		return this.calls.entries;
	}

	async listen(port: number, host: string): Promise<void> {
		this.url = await this.app.listen({ port, host });
		this.port = Number(new URL(this.url).port);
	}

	clearJournal(): void {
		this.calls.clear();
	}

	expireTokens(): void {
		this.auth.expire();
	}

	tokens(): string[] {
		return this.auth.issuedTokens();
	}

	reset(options: ResetOptions = {}): void {
		const { customers, seed } = this.seedOptions;
		this.seedOptions = { ...this.seedOptions, ...options };
		Object.assign(this.settings, structuredClone(this.initialSettings));
		this.auth.clear();
		this.clearRun();

		const hasSameRecords = this.seedOptions.customers === customers && this.seedOptions.seed === seed;
		if (hasSameRecords) {
			this.store.restore(this.seededRecords);
		} else {
			this.store.clear();
			this.seededRecords = this.seed();
		}
	}

	snapshot(): Snapshot {
		return { records: this.store.snapshot(), settings: structuredClone(this.settings) };
	}

	restore({ records, settings }: Snapshot): void {
		this.store.restore(records);
		Object.assign(this.settings, structuredClone(settings));
		this.clearRun();
	}

	state(options?: StateOptions): string {
		return dumpState(this.store, options);
	}

	changes({ records }: Snapshot): RecordChange[] {
		return diffState(this.store, records);
	}

	/** A property, so that it can be passed on as a function. */
	readonly close = async (): Promise<void> => {
		this.closing.abort();
		await this.webhooks.settled();
		await this.app.close();
	};

	/** Writes every change of a record into the log and sends it to the webhooks. */
	private recordHistory(): void {
		const { store, settings, webhooks } = this;
		const history = new History(store, settings, (event) => webhooks.publish(event));
		store.onChange = (change) => history.record(change);
	}

	/** Fills the empty store with the invented school, and returns its records. */
	private seed(): StoreState {
		seedStore(this.store, this.faker, this.seedOptions);
		return this.store.snapshot();
	}

	private registerRoutes(): void {
		const { app, settings, store, auth, lister, faults, rateLimit } = this;
		const writer = new Writer(store, settings);
		registerApi(app, {
			settings,
			store,
			router: new Router(settings, store, auth, lister, writer),
			faults,
			journal: this.calls,
			rateLimit,
			hooks: this,
			closing: this.closing.signal,
		});
		registerControl(app, this);
	}

	/** Clears everything but the records, the settings and the tokens. */
	private clearRun(): void {
		this.onRequest = undefined;
		this.onSend = undefined;
		this.faults.clear();
		this.calls.clear();
		this.rateLimit.clear();
		this.lister.clear();
		this.webhooks.clear();
	}
}

/** Leaves out what a test does not need of an account, such as its rights. */
function readLogin({ email, apiKey }: Login): Login {
	return { email, apiKey };
}
