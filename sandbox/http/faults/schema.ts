import { z } from 'zod/v4';
import { InputError } from '../../model/inputError';
import { isObject, type Json, type JsonObject } from '../../model/json';
import { entityNames } from '../../school/entities';

/** One change that a `mutate` fault makes to the records, past the API. */
export type Mutation =
	| { entity: string; insert: JsonObject }
	| { entity: string; id: number; patch: JsonObject }
	| { entity: string; id: number; remove: true };

const text = z.string();
const json = z.custom<Json>(() => true);
const object = z.custom<JsonObject>(isObject, 'It takes an object');
const status = z.number().int().min(200).max(599);
/** Infinity counts as well. */
const amount = z.custom<number>(
	(value) => typeof value === 'number' && value >= 0,
	'It takes a number from 0',
);

const isMutation = (change: unknown): change is Mutation =>
	isObject(change) &&
	entityNames.some((name) => name === change.entity) &&
	(isObject(change.insert) ||
		(typeof change.id === 'number' && (isObject(change.patch) || change.remove === true)));
const mutation = z.custom<Mutation>(
	isMutation,
	'A change must be {entity, insert: {…}}, {entity, id, patch: {…}} or {entity, id, remove: true}' +
		` with an entity of ${entityNames.join(', ')}`,
);

const match = z
	.strictObject({
		entity: text,
		action: text,
		branch: amount,
		/** Part of the path with its query. */
		pathContains: text,
		bodyContains: text,
	})
	.partial();
export type FaultMatch = z.input<typeof match>;

const common = {
	match: match.optional(),
	/** Matching calls that pass untouched first. */
	skip: amount.optional(),
	/**
	 * The number of the first call that is hit, from 1: counts every call that matches since the fault was added, also
	 * those that another fault hits, and logins only where `match` names them.
	 */
	at: amount.optional(),
	/** How many calls are hit, 1 if absent; 0 or Infinity = every one. */
	times: amount.optional(),
	/** `after`: the server has really acted and only the answer goes wrong. */
	when: z.literal(['before', 'after'], { error: 'must be before or after' }).optional(),
};

/** What the client sees of each kind, for the README. */
const effects = z.registry<{ effect: string }>();

function fault<K extends string, F extends z.ZodRawShape>(kind: K, effect: string, fields: F) {
	const schema = z.strictObject({ kind: z.literal(kind), ...common, ...fields });
	effects.add(schema, { effect });
	return schema;
}

/** One description of each kind: its fields besides the common ones, their defaults, and what comes of it. */
const kinds = {
	status: fault('status', 'a Yii error; with `httpStatus` 200 in the body alone', {
		status: status.default(500),
		message: text.default('An internal server error occurred.'),
		httpStatus: status.optional(),
	}),
	html: fault('html', 'a web page of a firewall or a proxy in the place of the answer, with any status', {
		status: status.default(502),
		html: text.optional().describe('a page of nginx if absent'),
	}),
	cutJson: fault('cutJson', 'the first half of the body, as if it were all', {}),
	notJsonType: fault('notJsonType', 'the right answer under a wrong content type; always acts', {
		contentType: text.default('text/html; charset=UTF-8'),
	}),
	reset: fault('reset', 'the connection ends without an answer', {}),
	resetMidAnswer: fault('resetMidAnswer', 'headers and half of the body, then the connection ends', {}),
	hang: fault('hang', 'nothing, for ever', {}),
	drip: fault('drip', 'headers, then a blank each second, for ever', {}),
	redirect: fault('redirect', 'an empty page that leads elsewhere', {
		location: text,
		status: status.default(302),
	}),
	tooMany: fault('tooMany', '429', { retryAfter: amount.optional() }),
	successFalse: fault('successFalse', '200 with `success: false`, or what `success` says', {
		errors: json.optional().describe('map, list, text'),
		success: json.optional(),
		model: object.optional(),
	}),
	emptyObject: fault('emptyObject', '`{}`', {}),
	emptyItems: fault('emptyItems', 'a list without its rows, the total as it is; always acts', {}),
	delay: fault('delay', 'the right answer, later; always acts, `before` = first waits', { ms: amount }),
	mutate: fault('mutate', 'the right answer, while records change behind its back; always acts', {
		changes: z
			.array(mutation)
			.readonly()
			.describe('each `{entity, insert}`, `{entity, id, patch}` or `{entity, id, remove: true}`'),
	}),
};

type Kinds = typeof kinds;
export type FaultKind = keyof Kinds;
/** A fault as it is asked for. */
export type Fault = { [K in FaultKind]: z.input<Kinds[K]> }[FaultKind];
/** A fault with its defaults. */
export type CheckedFault<K extends FaultKind = FaultKind> = { [P in K]: z.output<Kinds[P]> }[K];

export const faultKinds = Object.keys(kinds) as FaultKind[];

/** What there is to say about a kind: its own fields and what the client sees. */
export function faultDocs(kind: FaultKind): { fields: Readonly<Record<string, z.ZodType>>; effect: string } {
	const own = Object.entries(kinds[kind].shape).filter(([name]) => name !== 'kind' && !(name in common));
	return { fields: Object.fromEntries(own), effect: effects.get(kinds[kind])?.effect ?? '' };
}

/** Checks a fault as it comes from outside; throws an InputError that says what is wrong. */
export function checkFault(given: unknown): CheckedFault {
	if (!isObject(given)) throw new InputError('A fault must be an object');
	const kind = faultKinds.find((name) => name === given.kind);
	if (!kind) {
		const valid = faultKinds.join(', ');
		throw new InputError(`Unknown fault kind ${JSON.stringify(given.kind)}. Valid kinds: ${valid}`);
	}
	const { data, error } = kinds[kind].safeParse(given);
	if (!data) throw new InputError(`A fault of kind ${kind} cannot be that. ${z.prettifyError(error)}`);
	const { at, skip } = data;
	if (at !== undefined && (!Number.isInteger(at) || at === 0 || skip !== undefined)) {
		throw new InputError('fault field "at" must be a whole number from 1, without "skip"');
	}
	return data;
}
