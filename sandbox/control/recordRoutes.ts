import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Store } from '../engine/store';
import { InputError } from '../model/inputError';
import { toInt } from '../model/json';
import { entityNames } from '../school/entities';
import { bodyOf } from './body';

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

/** `/_sandbox/records/…`: what a user of the CRM does behind the API. */
export function registerRecordControl(app: FastifyInstance, store: Store): void {
	app.get('/_sandbox/records/:entity', (request) => store.rows(recordOf(request).entity));
	app.get('/_sandbox/records/:entity/:id', (request) => {
		const { entity, id } = recordOf(request);
		const row = store.find(entity, id ?? 0);
		if (!row) throw new InputError(`No ${entity} ${id}`, 404);
		return row;
	});
	const put = (request: FastifyRequest) => {
		const { entity, id } = recordOf(request);
		return store.upsert(entity, bodyOf(request), id);
	};
	app.put('/_sandbox/records/:entity', put);
	app.put('/_sandbox/records/:entity/:id', put);
	app.patch('/_sandbox/records/:entity', (request) => {
		const { entity } = recordOf(request);
		const rows = store.rows(entity);
		for (const { id } of rows) store.patch(entity, id, bodyOf(request));
		return { changed: rows.length };
	});
	app.delete('/_sandbox/records/:entity/:id', (request) => {
		const { entity, id } = recordOf(request);
		return { removed: store.remove(entity, id ?? 0) };
	});
	app.post('/_sandbox/records/:entity/:id/hide', (request) => {
		const { entity, id } = recordOf(request);
		const isCounted = (request.query as { counted?: string }).counted !== undefined;
		store.hide(entity, id ?? 0, isCounted ? 'counted' : 'never');
		return { ok: true };
	});
	app.post('/_sandbox/records/:entity/:id/show', (request) => {
		const { entity, id } = recordOf(request);
		return { shown: store.show(entity, id ?? 0) };
	});
}
