import { InputError } from '../../model/input-error';
import { isObject, type Json, type JsonObject } from '../../model/json';
import { entityNames } from '../../school/entities';

export interface FaultMatch {
	entity?: string;
	action?: string;
	branch?: number;
	/** Part of the path with its query. */
	pathContains?: string;
	bodyContains?: string;
}

/** One change that a `mutate` fault makes to the records, past the API. */
export type Mutation =
	| { entity: string; insert: JsonObject }
	| { entity: string; id: number; patch: JsonObject }
	| { entity: string; id: number; remove: true };

interface FaultCommon {
	match?: FaultMatch;
	/** Matching calls that pass untouched first. */
	skip?: number;
	/**
	 * The number of the first call that is hit, from 1: counts every call that matches since the fault was added, also
	 * those that another fault hits, and logins only where `match` names them.
	 */
	at?: number;
	/** How many calls are hit, 1 if absent; 0 or Infinity = every one. */
	times?: number;
	/** `after`: the server has really acted and only the answer goes wrong. */
	when?: 'before' | 'after';
}

export type Fault = FaultCommon &
	(
		| { kind: 'status'; status?: number; message?: string; httpStatus?: number }
		| { kind: 'html'; status?: number; html?: string }
		| { kind: 'cutJson' }
		| { kind: 'notJsonType'; contentType?: string }
		| { kind: 'reset' }
		| { kind: 'resetMidAnswer' }
		| { kind: 'hang' }
		| { kind: 'redirect'; status?: 301 | 302 | 303 | 307 | 308; location: string }
		| { kind: 'tooMany'; retryAfter?: number }
		| { kind: 'successFalse'; errors?: Json; success?: Json; model?: JsonObject }
		| { kind: 'emptyObject' }
		| { kind: 'emptyItems' }
		| { kind: 'delay'; ms: number }
		| { kind: 'mutate'; changes: readonly Mutation[] }
	);
export type FaultKind = Fault['kind'];

/** Fields that each kind has of its own, `!` marking those it cannot do without. */
const kinds: Record<FaultKind, Record<string, string>> = {
	status: { status: 'number', message: 'string', httpStatus: 'number' },
	html: { status: 'number', html: 'string' },
	cutJson: {},
	notJsonType: { contentType: 'string' },
	reset: {},
	resetMidAnswer: {},
	hang: {},
	redirect: { status: 'number', location: 'string!' },
	tooMany: { retryAfter: 'number' },
	successFalse: { errors: 'any', success: 'any', model: 'object' },
	emptyObject: {},
	emptyItems: {},
	delay: { ms: 'number!' },
	mutate: { changes: 'list!' },
};
const common: Record<string, string> = {
	kind: 'string',
	match: 'object',
	skip: 'number',
	at: 'number',
	times: 'number',
	when: 'string',
};
const matchFields: Record<keyof FaultMatch, string> = {
	entity: 'string',
	action: 'string',
	branch: 'number',
	pathContains: 'string',
	bodyContains: 'string',
};

export const faultKinds = Object.keys(kinds) as FaultKind[];

function isOf(type: string, value: unknown): boolean {
	if (type === 'any') return true;
	if (type === 'list') return Array.isArray(value);
	if (type === 'object') return isObject(value);
	return typeof value === type;
}

function checkFields(what: string, fields: Record<string, string>, given: JsonObject): void {
	for (const [name, value] of Object.entries(given)) {
		const type = fields[name]?.replace('!', '');
		if (type === undefined) {
			throw new InputError(`Unknown ${what} "${name}". Valid: ${Object.keys(fields).join(', ')}`);
		}
		if (value === undefined) continue;
		if (!isOf(type, value)) throw new InputError(`${what} "${name}" must be a ${type}`);
		if (typeof value === 'number' && !(value >= 0)) {
			throw new InputError(`${what} "${name}" must not be negative`);
		}
	}
	for (const [name, type] of Object.entries(fields)) {
		if (type.endsWith('!') && given[name] === undefined) {
			throw new InputError(`${what} "${name}" is missing`);
		}
	}
}

function checkMutation(change: Json): void {
	const isChange =
		isObject(change) &&
		entityNames.some((name) => name === change.entity) &&
		(isObject(change.insert) ||
			(typeof change.id === 'number' && (isObject(change.patch) || change.remove === true)));
	if (!isChange) {
		throw new InputError(
			'A change must be {entity, insert: {…}}, {entity, id, patch: {…}} or {entity, id, remove: true}' +
				` with an entity of ${entityNames.join(', ')}`,
		);
	}
}

/** Checks a fault as it comes from outside; throws an InputError that says what is wrong. */
export function checkFault(given: unknown): Fault {
	if (!isObject(given)) throw new InputError('A fault must be an object');
	const own = faultKinds.find((kind) => kind === given.kind);
	if (!own) {
		throw new InputError(
			`Unknown fault kind ${JSON.stringify(given.kind)}. Valid kinds: ${faultKinds.join(', ')}`,
		);
	}
	checkFields('fault field', { ...common, ...kinds[own] }, given);
	if (isObject(given.match)) checkFields('fault match', matchFields, given.match);
	if (given.when !== undefined && given.when !== 'before' && given.when !== 'after') {
		throw new InputError('fault field "when" must be before or after');
	}
	for (const name of ['status', 'httpStatus']) {
		const { [name]: status = 200 } = given;
		if (typeof status !== 'number' || status < 200 || status > 599 || status % 1 > 0) {
			throw new InputError(`fault field "${name}" must be from 200 to 599`);
		}
	}
	if (given.at !== undefined && (!Number.isInteger(given.at) || given.at === 0 || given.skip !== undefined)) {
		throw new InputError('fault field "at" must be a whole number from 1, without "skip"');
	}
	if (Array.isArray(given.changes)) given.changes.forEach(checkMutation);
	return given as unknown as Fault;
}
