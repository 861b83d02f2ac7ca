import type { FastifyInstance } from 'fastify';
import type { StateOptions } from '../engine/snapshotDiff';
import type { Store } from '../engine/store';
import { readJson, textOf } from '../http/call';
import type { FaultPlan } from '../http/faults/plan';
import type { Fault } from '../http/faults/schema';
import type { JournalEntry } from '../http/journal';
import type { Webhooks } from '../http/webhooks';
import { InputError } from '../model/inputError';
import type { JsonObject } from '../model/json';
import { checkSettings, type Settings } from '../model/settings';
import { entityNames } from '../school/entities';
import type { SeedOptions } from '../school/seed/options';
import { readObjectBody } from './body';
import { registerRecordControl } from './recordRoutes';
import { registerWebhookControl } from './webhookRoutes';

export interface Login {
	email: string;
	apiKey: string;
}

export type ResetOptions = Partial<SeedOptions>;

/** The controls of a sandbox, for the test that started it and, over HTTP, for other processes. */
export interface SandboxControls {
	/** A value that is assigned here takes effect with the next call. */
	readonly settings: Settings;
	/** The API calls so far. The list grows with every call. */
	readonly journal: readonly JournalEntry[];
	readonly faults: FaultPlan;
	readonly store: Store;
	/** The URLs that get a request about every change. */
	readonly webhooks: Webhooks;
	/** The login of the administrator, and those of two users with fewer rights. */
	readonly account: Login & {
		/** A user without access to the API. */
		noRights: Login;
		/** A user who may not write subjects. */
		noSubjects: Login;
	};
	clearJournal(): void;
	expireTokens(): void;
	/** Brings back the state after the start: records, settings, tokens, faults and journal. */
	reset(options?: ResetOptions): void;
	/** Describes all records as a text, one line a record, without the times at which they were written. */
	state(options?: StateOptions): string;
}

/** Adds the routes under `/_sandbox/`, which do over HTTP what the Sandbox object does. */
export function registerControl(app: FastifyInstance, sandbox: SandboxControls): void {
	registerRecordControl(app, sandbox.store);
	registerWebhookControl(app, sandbox.webhooks);
	registerFaultControl(app, sandbox.faults);
	registerStateControl(app, sandbox);

	app.get('/_sandbox/journal', () => sandbox.journal);
	app.delete('/_sandbox/journal', () => {
		sandbox.clearJournal();
		return { ok: true };
	});

	app.get('/_sandbox/account', () => sandbox.account);
	app.post('/_sandbox/tokens/expire', () => {
		sandbox.expireTokens();
		return { ok: true };
	});
}

/** Adds the routes for the settings and for all records together. */
function registerStateControl(app: FastifyInstance, sandbox: SandboxControls): void {
	const { store, settings } = sandbox;

	app.get('/_sandbox/health', () => {
		const counts = entityNames.map((name) => [name, store.rows(name).length]);
		return { ok: true, records: Object.fromEntries(counts) as Record<string, number> };
	});

	app.get('/_sandbox/state', (request, reply) => {
		const { log } = request.query as Record<string, string | undefined>;
		return reply.type('text/plain').send(sandbox.state({ log: log !== undefined }));
	});

	app.post('/_sandbox/reset', (request) => {
		sandbox.reset(readResetOptions(readObjectBody(request)));
		return { ok: true };
	});

	app.get('/_sandbox/settings', () => settings);
	app.patch('/_sandbox/settings', (request) => {
		return Object.assign(settings, checkSettings(readObjectBody(request)));
	});
}

function registerFaultControl(app: FastifyInstance, faults: FaultPlan): void {
	app.get('/_sandbox/faults', () => faults.list());

	app.post('/_sandbox/faults', (request) => {
		const body = readJson(textOf(request));
		const newFaults: readonly unknown[] = Array.isArray(body) ? body : [body];
		// The plan checks the faults, so that a wrong one is reported.
		faults.add(...(newFaults as Fault[]));
		return { added: newFaults.length };
	});

	app.delete('/_sandbox/faults', () => {
		faults.clear();
		return { ok: true };
	});
}

function readResetOptions(body: JsonObject): ResetOptions {
	for (const [name, value] of Object.entries(body)) {
		if (name !== 'customers' && name !== 'seed') {
			throw new InputError(`Unknown option "${name}". Valid: customers, seed`);
		}
		if (!Number.isInteger(value) || Number(value) < 0) {
			throw new InputError(`"${name}" must be a whole number, 0 or more`);
		}
	}
	return body as ResetOptions;
}
