import { z } from 'zod/v4';
import { InputError } from '../../model/inputError';
import { isObject, type Json, type JsonObject } from '../../model/json';
import { entityNames } from '../../school/entities';

/** A change that a `mutate` fault makes to the records without the API. */
export type Mutation =
	| { entity: string; insert: JsonObject }
	| { entity: string; id: number; patch: JsonObject }
	| { entity: string; id: number; remove: true };

const text = z.string();
const json = z.custom<Json>(() => true);
const object = z.custom<JsonObject>(isObject, 'It takes an object');
const status = z.number().int().min(200).max(599);
/** A number from 0, which may be Infinity. */
const amount = z.custom<number>(
	(value) => typeof value === 'number' && value >= 0,
	'It takes a number from 0',
);

function isMutation(change: unknown): change is Mutation {
	if (!isObject(change)) return false;
	if (!entityNames.some((name) => name === change.entity)) return false;
	if (isObject(change.insert)) return true;

	const hasId = typeof change.id === 'number';
	return hasId && (isObject(change.patch) || change.remove === true);
}

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
		/** A part of the path with its query. */
		pathContains: text,
		bodyContains: text,
	})
	.partial();
export type FaultMatch = z.input<typeof match>;

const common = {
	match: match.optional(),
	/** How many matching calls pass untouched first. */
	skip: amount.optional(),
	/**
	 * The number of the first call to hit, from 1. Every call counts that matches since the fault was
	 * added, even if another fault hits it. Logins count only if `match` names an entity, action or path.
	 */
	at: amount.optional(),
	/** How many calls to hit: 1 if absent, and all calls for 0 or Infinity. */
	times: amount.optional(),
	/** `after` lets the server act, so that only the answer goes wrong. */
	when: z.literal(['before', 'after'], { error: 'must be before or after' }).optional(),
};

/** What a client sees of each kind of fault, for the README. */
const effects = z.registry<{ effect: string }>();

/** Makes the schema of a kind of fault, and registers what a client sees of it. */
function makeFaultSchema<K extends string, F extends z.ZodRawShape>(kind: K, effect: string, fields: F) {
	const schema = z.strictObject({ kind: z.literal(kind), ...common, ...fields });
	effects.add(schema, { effect });
	return schema;
}

/** The kinds of faults: the fields that only this kind has, and what a client sees of it. */
const kinds = {
	status: makeFaultSchema('status', 'a Yii error; with `httpStatus` 200 in the body alone', {
		status: status.default(500),
		message: text.default('An internal server error occurred.'),
		httpStatus: status.optional(),
	}),
	html: makeFaultSchema(
		'html',
		'a web page of a firewall or a proxy in the place of the answer, with any status',
		{
			status: status.default(502),
			html: text.optional().describe('a page of nginx if absent'),
		},
	),
	cutJson: makeFaultSchema('cutJson', 'the first half of the body, as if it were all', {}),
	notJsonType: makeFaultSchema('notJsonType', 'the right answer under a wrong content type; always acts', {
		contentType: text.default('text/html; charset=UTF-8'),
	}),
	reset: makeFaultSchema('reset', 'the connection ends without an answer', {}),
	resetMidAnswer: makeFaultSchema(
		'resetMidAnswer',
		'headers and half of the body, then the connection ends',
		{},
	),
	hang: makeFaultSchema('hang', 'nothing, for ever', {}),
	drip: makeFaultSchema('drip', 'headers, then a blank each second, for ever', {}),
	redirect: makeFaultSchema('redirect', 'an empty page that leads elsewhere', {
		location: text,
		status: status.default(302),
	}),
	tooMany: makeFaultSchema('tooMany', '429', { retryAfter: amount.optional() }),
	successFalse: makeFaultSchema('successFalse', '200 with `success: false`, or what `success` says', {
		errors: json.optional().describe('map, list, text'),
		success: json.optional(),
		model: object.optional(),
	}),
	emptyObject: makeFaultSchema('emptyObject', '`{}`', {}),
	emptyItems: makeFaultSchema('emptyItems', 'a list without its rows, the total as it is; always acts', {}),
	delay: makeFaultSchema('delay', 'the right answer, later; always acts, `before` = first waits', {
		ms: amount,
	}),
	mutate: makeFaultSchema('mutate', 'the right answer, while records change behind its back; always acts', {
		changes: z
			.array(mutation)
			.readonly()
			.describe('each `{entity, insert}`, `{entity, id, patch}` or `{entity, id, remove: true}`'),
	}),
};

type Kinds = typeof kinds;
export type FaultKind = keyof Kinds;
/** A fault as a test or a control call adds it. */
export type Fault = { [K in FaultKind]: z.input<Kinds[K]> }[FaultKind];
/** A fault that has been checked and has the defaults of its fields. */
export type CheckedFault<K extends FaultKind = FaultKind> = { [P in K]: z.output<Kinds[P]> }[K];

export const faultKinds = Object.keys(kinds) as FaultKind[];

/** Returns the fields that only this kind of fault has, and what a client sees of it. */
export function faultDocs(kind: FaultKind): { fields: Readonly<Record<string, z.ZodType>>; effect: string } {
	const schema = kinds[kind];
	const ownFields = Object.entries(schema.shape).filter(([name]) => name !== 'kind' && !(name in common));
	return {
		fields: Object.fromEntries(ownFields),
		effect: effects.get(schema)?.effect ?? '',
	};
}

/** Checks a fault that comes from a test or a control call. Throws an InputError if it is wrong. */
export function checkFault(fault: unknown): CheckedFault {
	if (!isObject(fault)) throw new InputError('A fault must be an object');

	const kind = faultKinds.find((name) => name === fault.kind);
	if (!kind) {
		const validKinds = faultKinds.join(', ');
		throw new InputError(`Unknown fault kind ${JSON.stringify(fault.kind)}. Valid kinds: ${validKinds}`);
	}

	const { data: checkedFault, error } = kinds[kind].safeParse(fault);
	if (!checkedFault)
		throw new InputError(`A fault of kind ${kind} cannot be that. ${z.prettifyError(error)}`);

	const { at, skip } = checkedFault;
	const isNumbered = at !== undefined;
	if (isNumbered && (!Number.isInteger(at) || at === 0 || skip !== undefined)) {
		throw new InputError('fault field "at" must be a whole number from 1, without "skip"');
	}
	return checkedFault;
}
