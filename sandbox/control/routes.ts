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
import { bodyOf } from './body';
import { registerRecordControl } from './recordRoutes';
import { registerWebhookControl } from './webhookRoutes';

export interface Login {
	email: string;
	apiKey: string;
}

export type ResetOptions = Partial<SeedOptions>;

/** What can be done to a sandbox from outside as well as by the test that started it. */
export interface SandboxControls {
	/** Live: what is assigned here holds from the next call on. */
	readonly settings: Settings;
	/** Live list of the API calls so far. */
	readonly journal: readonly JournalEntry[];
	readonly faults: FaultPlan;
	readonly store: Store;
	/** URLs that are told of every change. */
	readonly webhooks: Webhooks;
	/** The administrator; a user without the v2api module; one who may not write subjects. */
	readonly account: Login & { noRights: Login; noSubjects: Login };
	clearJournal(): void;
	expireTokens(): void;
	/** Back to the state after the start: records, settings, tokens, faults, journal. */
	reset(options?: ResetOptions): void;
	/** All records as a text, a line for each; without times of writing and, unless asked for, the log. */
	state(options?: StateOptions): string;
}

function resetOptions(body: JsonObject): ResetOptions {
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

/** `/_sandbox/…`: the same as the Sandbox object, over HTTP. */
export function registerControl(app: FastifyInstance, sandbox: SandboxControls): void {
	const { store, faults, settings } = sandbox;

	app.get('/_sandbox/health', () => ({
		ok: true,
		records: Object.fromEntries(entityNames.map((name) => [name, store.rows(name).length])),
	}));

	registerRecordControl(app, store);
	registerWebhookControl(app, sandbox.webhooks);

	app.get('/_sandbox/state', (request, reply) => {
		const { log } = request.query as Record<string, string | undefined>;
		return reply.type('text/plain').send(sandbox.state({ log: log !== undefined }));
	});

	app.get('/_sandbox/journal', () => sandbox.journal);
	app.delete('/_sandbox/journal', () => {
		sandbox.clearJournal();
		return { ok: true };
	});

	app.get('/_sandbox/settings', () => settings);
	app.patch('/_sandbox/settings', (request) => Object.assign(settings, checkSettings(bodyOf(request))));

	app.get('/_sandbox/faults', () => faults.list());
	app.post('/_sandbox/faults', (request) => {
		const given = readJson(textOf(request));
		const wanted = Array.isArray(given) ? given : [given];
		// Whatever they are, they are checked there.
		faults.add(...(wanted as unknown[] as Fault[]));
		return { added: wanted.length };
	});
	app.delete('/_sandbox/faults', () => {
		faults.clear();
		return { ok: true };
	});

	app.post('/_sandbox/tokens/expire', () => {
		sandbox.expireTokens();
		return { ok: true };
	});
	app.post('/_sandbox/reset', (request) => {
		sandbox.reset(resetOptions(bodyOf(request)));
		return { ok: true };
	});
	app.get('/_sandbox/account', () => sandbox.account);
}
