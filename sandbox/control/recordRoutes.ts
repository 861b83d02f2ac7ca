import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Store } from '../engine/store';
import { InputError } from '../model/inputError';
import { toInt } from '../model/json';
import { entityNames } from '../school/entities';
import { readObjectBody } from './body';

const listPath = '/_sandbox/records/:entity';
const recordPath = '/_sandbox/records/:entity/:id';

/** Adds the routes that read and change records without the API, as users of the CRM do. */
export function registerRecordControl(app: FastifyInstance, store: Store): void {
	app.get(listPath, (request) => store.rows(readEntity(request)));

	app.get(recordPath, (request) => {
		const { entity, id } = readRecordPath(request);
		const row = store.find(entity, id);
		if (!row) throw new InputError(`No ${entity} ${id}`, 404);
		return row;
	});

	app.put(listPath, (request) => store.upsert(readEntity(request), readObjectBody(request)));

	app.put(recordPath, (request) => {
		const { entity, id } = readRecordPath(request);
		return store.upsert(entity, readObjectBody(request), id);
	});

	app.patch(listPath, (request) => {
		const entity = readEntity(request);
		const rows = store.rows(entity);
		for (const { id } of rows) {
			store.patch(entity, id, readObjectBody(request));
		}
		return { changed: rows.length };
	});

	app.delete(recordPath, (request) => {
		const { entity, id } = readRecordPath(request);
		return { removed: store.remove(entity, id) };
	});

	app.post(`${recordPath}/hide`, (request) => {
		const { entity, id } = readRecordPath(request);
		const { counted } = request.query as { counted?: string };
		store.hide(entity, id, counted === undefined ? 'never' : 'counted');
		return { ok: true };
	});

	app.post(`${recordPath}/show`, (request) => {
		const { entity, id } = readRecordPath(request);
		return { shown: store.show(entity, id) };
	});
}

function readEntity(request: FastifyRequest): string {
	const { entity } = request.params as { entity: string };
	if (!entityNames.includes(entity)) {
		throw new InputError(`Unknown entity "${entity}". Valid: ${entityNames.join(', ')}`, 404);
	}
	return entity;
}

function readRecordPath(request: FastifyRequest): { entity: string; id: number } {
	const entity = readEntity(request);
	const { id: idText } = request.params as { id: string };
	const id = toInt(idText);
	if (id === undefined || id < 1) throw new InputError(`Not a record id: "${idText}"`);
	return { entity, id };
}
