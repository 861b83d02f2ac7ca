/*
 * Tells n8n's AI builder what comes out of each operation. The builder writes the node's
 * description into one text for a model, without the output schemas of `allSchemas`. A model that
 * does not see the names of the output fields guesses them.
 *
 * n8n writes a hint without a condition at the top of the text, and a hint for one operation beside
 * the parameters of that operation. The text is long, so hints are short: the top lists the fields
 * of each kind of record once, and an operation has a hint only if it returns something else.
 */

import type { IBuilderHintVariation } from 'n8n-workflow';

import { resourceEntities } from '../entities/registry';
import type { JsonSchema } from '../fields/kind';
import type { ObjectSchema } from '../output/recordSchema';
import { NOTES, PATTERNS, RULES } from './builderNotes';
import { allSchemas } from './schemas';

/** Shorter records need no line: "id and name" is what a model would guess. */
const MIN_FIELDS_WORTH_LISTING = 10;

/** The fields that report what became of a record. A rule at the top of the text names them. */
const REPORT_FIELDS = ['operationResult', 'changedFields'];

/** Makes the hints for n8n's AI builder: `builderHint.extraTypeDefContent` of the node. */
export function makeBuilderHints(): IBuilderHintVariation[] {
	const schemas = allSchemas();
	const records = collectRecords(schemas);
	const top = [...RULES, ...describeRecords(records), ...PATTERNS].join('\n');

	const hints: IBuilderHintVariation[] = [{ content: top }];
	for (const [key, schema] of Object.entries(schemas)) {
		const [resource, operation] = key.split('/');
		const lines = [describeOutput(schema, resource, records), NOTES[key]];
		const content = lines.filter((line) => line !== undefined).join('\n');
		if (content === '') continue;

		const displayOptions = { show: { resource: [resource], operation: [operation] } };
		hints.push({ content, displayOptions });
	}
	return hints;
}

/** The schemas of records, as *Get Many* returns them, by the value of 'Resource'. */
type Records = ReadonlyMap<string, ObjectSchema>;

function collectRecords(schemas: Readonly<Record<string, ObjectSchema>>): Records {
	const records = new Map<string, ObjectSchema>();
	for (const { resource } of resourceEntities) {
		records.set(resource, schemas[`${resource}/getAll`]);
	}
	return records;
}

/** Lists the fields of each kind of record: "customer {id, name, phone}". */
function describeRecords(records: Records): string[] {
	const longRecords = [...records].filter(
		([, { properties }]) => Object.keys(properties).length >= MIN_FIELDS_WORTH_LISTING,
	);
	return longRecords.map(([resource, schema]) => `${resource} ${describeObject(schema)}`);
}

/** The fields of a record in a short list. A rule at the top of the text names them. */
const SHORT_LIST_FIELDS = ['id', 'name'];

/**
 * Describes the output of an operation, such as "Output: lesson { teacher_names }". Returns
 * undefined if the operation returns the record of its resource, or `id` and `deleted`: the rules
 * at the top say so.
 */
function describeOutput(
	schema: ObjectSchema,
	resource: string,
	records: Records,
): string | undefined {
	const fields = Object.keys(schema.properties);
	const isShortList = fields.every((field) => SHORT_LIST_FIELDS.includes(field));
	if (isShortList || fields.includes('deleted')) return undefined;

	const recordName = findRecord(schema, resource, records);
	if (recordName === undefined) return `Output: ${describeObject(schema)}`;

	const recordFields = Object.keys(records.get(recordName)?.properties ?? {});
	const extraFields = fields.filter(
		(field) => !recordFields.includes(field) && !REPORT_FIELDS.includes(field),
	);
	if (extraFields.length > 0) return `Output: ${recordName}, ${extraFields.join(', ')}`;
	return recordName === resource ? undefined : `Output: ${recordName}`;
}

/**
 * Finds the kind of record that an output has all fields of, except the names beside its IDs.
 * Looks at the record of the operation's own resource first.
 */
function findRecord(
	{ properties }: ObjectSchema,
	resource: string,
	records: Records,
): string | undefined {
	const hasAllFields = (candidate: string) => {
		const record = records.get(candidate);
		if (record === undefined) return false;

		const fieldsToHave = Object.keys(record.properties).filter((field) => !isAddedName(field));
		return fieldsToHave.every((field) => field in properties);
	};
	const longRecords = [...records.keys()].filter(
		(name) => Object.keys(records.get(name)?.properties ?? {}).length >= MIN_FIELDS_WORTH_LISTING,
	);
	return [resource, ...longRecords].find(hasAllFields);
}

/** Whether a field is a name that stands beside an ID or a code. Only reading operations add it. */
const isAddedName = (field: string): boolean => /_names?$/.test(field) && field !== 'payer_name';

/**
 * Describes an object: "{id, balance, next_lesson: {date}}". An object of a name that was
 * described before is only named, as the next lesson of each group is.
 */
function describeObject(
	{ properties = {} }: JsonSchema,
	describedNames = new Set<string>(),
): string {
	const fields: string[] = [];
	for (const [name, schema] of Object.entries(properties)) {
		const isDescribed = describedNames.has(name);
		fields.push(isDescribed ? name : `${name}${describeType(name, schema, describedNames)}`);
	}
	return `{${fields.join(', ')}}`;
}

/**
 * Describes the type of a field, if the rules at the top of the text do not tell it by the name of
 * the field.
 */
function describeType(name: string, schema: JsonSchema, describedNames: Set<string>): string {
	const { type, items } = schema;
	if (type === 'array') {
		if (items?.properties === undefined) return ': []';
		return `: [${describeObject(items, describedNames)}]`;
	}
	const hasKnownFields = Object.keys(schema.properties ?? {}).length > 0;
	if (type === 'object' && hasKnownFields) {
		describedNames.add(name);
		return `: ${describeObject(schema, describedNames)}`;
	}
	if (type === 'boolean') return ': boolean';

	const isNumber = type === 'integer';
	return isNumber && !isNumberByName(name) ? ': number' : '';
}

/** Whether the rules at the top of the text say that a field with this name holds a number. */
const isNumberByName = (name: string): boolean =>
	/(^|_)id$|_count$|^is_|^(status|event|gender|priority|limit|weight)$/.test(name);
