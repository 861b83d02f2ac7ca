import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readJson, textOf } from './call';
import { entityNames } from './entities';
import { checkFault } from './fault';
import type { ResetOptions, Sandbox } from './index';
import { InputError } from './input-error';
import { isObject, toInt, type JsonObject } from './json';
import { putRecord } from './records';
import { checkSettings } from './settings';

function bodyOf(request: FastifyRequest): JsonObject {
	const body = readJson(textOf(request));
	if (!isObject(body)) throw new InputError('The body must be a JSON object');
	return body;
}

interface RecordParams {
	entity: string;
	id?: string;
}

function recordOf(request: FastifyRequest): { entity: string; id: number | undefined } {
	const { entity, id } = request.params as RecordParams;
	if (!entityNames.includes(entity)) {
		throw new InputError(`Unknown entity "${entity}". Valid: ${entityNames.join(', ')}`, 404);
	}
	const number = toInt(id);
	if (id !== undefined && (number === undefined || number < 1)) {
		throw new InputError(`Not a record id: "${id}"`);
	}
	return { entity, id: number };
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
export function addControl(app: FastifyInstance, sandbox: Sandbox): void {
	const { store, faults, settings } = sandbox;

	app.get('/_sandbox/health', () => ({
		ok: true,
		records: Object.fromEntries(entityNames.map((name) => [name, store.rows(name).length])),
	}));

	app.get('/_sandbox/records/:entity', (request) => store.rows(recordOf(request).entity));
	app.get('/_sandbox/records/:entity/:id', (request) => {
		const { entity, id } = recordOf(request);
		const row = store.find(entity, id ?? 0);
		if (!row) throw new InputError(`No ${entity} ${id}`, 404);
		return row;
	});
	const put = (request: FastifyRequest) => {
		const { entity, id } = recordOf(request);
		return putRecord(store, entity, bodyOf(request), id);
	};
	app.put('/_sandbox/records/:entity', put);
	app.put('/_sandbox/records/:entity/:id', put);
	app.delete('/_sandbox/records/:entity/:id', (request) => {
		const { entity, id } = recordOf(request);
		return { removed: store.remove(entity, id ?? 0) };
	});

	app.get('/_sandbox/journal', () => sandbox.journal);
	app.delete('/_sandbox/journal', () => {
		sandbox.clearJournal();
		return { ok: true };
	});

	app.get('/_sandbox/settings', () => settings);
	app.patch('/_sandbox/settings', (request) =>
		Object.assign(settings, checkSettings(bodyOf(request))),
	);

	app.get('/_sandbox/faults', () => faults.list());
	app.post('/_sandbox/faults', (request) => {
		const given = readJson(textOf(request));
		const wanted = (Array.isArray(given) ? given : [given]).map(checkFault);
		faults.add(...wanted);
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
