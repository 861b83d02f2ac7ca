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

/** Records with fewer fields are not listed, because the text must stay short. */
const MIN_FIELDS_WORTH_LISTING = 10;

/** The fields that report what became of a record. A rule at the top of the text names them. */
const REPORT_FIELDS = ['operationResult', 'changedFields'];

/**
 * Makes the hints for n8n's AI builder. The node's description holds them as
 * `builderHint.extraTypeDefContent`.
 */
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

/** Collects the schema of each resource's records. */
function collectRecords(schemas: Readonly<Record<string, ObjectSchema>>): Records {
	const records = new Map<string, ObjectSchema>();
	for (const { resource } of resourceEntities) {
		records.set(resource, schemas[`${resource}/getAll`]);
	}
	return records;
}

/** Describes each kind of record that has many fields: "customer {id, name, phone}". */
function describeRecords(records: Records): string[] {
	const longRecords = findLongRecords(records);
	return longRecords.map(([resource, schema]) => `${resource} ${describeObject(schema)}`);
}

/** Finds the kinds of records that the top of the text lists. */
function findLongRecords(records: Records): Array<[resource: string, schema: ObjectSchema]> {
	return [...records].filter(
		([, { properties }]) => Object.keys(properties).length >= MIN_FIELDS_WORTH_LISTING,
	);
}

/**
 * Describes the output of an operation, such as "Output: customer, notSaved". Returns undefined if
 * the rules at the top of the text already tell it: for the record of the operation's resource, and
 * for a deletion.
 */
function describeOutput(
	schema: ObjectSchema,
	resource: string,
	records: Records,
): string | undefined {
	const fields = Object.keys(schema.properties);
	if (fields.length === 0) return "Output: AlfaCRM's answer";
	if (fields.includes('deleted') || isShortRecordWithName(fields)) return undefined;

	const recordName = findRecord(schema, resource, records);
	if (recordName === undefined) return `Output: ${describeObject(schema)}`;

	const differences = listDifferences(fields, records.get(recordName) ?? schema);
	if (differences.length > 0) return `Output: ${[recordName, ...differences].join(', ')}`;
	return recordName === resource ? undefined : `Output: ${recordName}`;
}

/** Whether an output is a record that the rules describe as `{id, name, ...}`. */
const isShortRecordWithName = (fields: readonly string[]): boolean =>
	fields.length < MIN_FIELDS_WORTH_LISTING && fields.includes('id') && fields.includes('name');

/**
 * Lists in which ways an output differs from what the rules tell about its record: the fields that
 * it has besides, and `changedFields` if a saving operation does not return them.
 */
function listDifferences(fields: readonly string[], record: ObjectSchema): string[] {
	const isSaving = fields.includes('operationResult');
	const recordFields = Object.keys(record.properties);
	const expectedFields = isSaving
		? [...recordFields.filter((field) => !isAddedName(field)), ...REPORT_FIELDS]
		: recordFields;

	const differences = fields.filter((field) => !expectedFields.includes(field));
	if (isSaving && !fields.includes('changedFields')) differences.push('no changedFields');
	return differences;
}

/**
 * Finds a kind of record, among those that the top of the text lists, whose fields an output has.
 * Names beside IDs may be missing. If several kinds fit, the operation's own resource counts.
 */
function findRecord(
	{ properties }: ObjectSchema,
	resource: string,
	records: Records,
): string | undefined {
	const fittingNames: string[] = [];
	for (const [name, record] of findLongRecords(records)) {
		const fieldsToHave = Object.keys(record.properties).filter((field) => !isAddedName(field));
		const hasAllFields = fieldsToHave.every((field) => field in properties);
		if (hasAllFields) fittingNames.push(name);
	}
	return fittingNames.includes(resource) ? resource : fittingNames.at(0);
}

/**
 * Whether a field is a name that stands beside an ID or a code, such as `room_name`. Only reading
 * operations add these names. AlfaCRM itself has the field `payer_name`.
 */
const isAddedName = (field: string): boolean => /_names?$/.test(field) && field !== 'payer_name';

/**
 * Describes an object: "{id, balance, next_lesson: {date}}".
 *
 * @param describedNames the names of objects inside it that are described already. An overview has
 * `next_lesson` of the customer and of each group: it is described once
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
	if (type === 'object') {
		describedNames.add(name);
		return `: ${describeObject(schema, describedNames)}`;
	}
	if (type === 'boolean') return ': boolean';

	const isNumber = type === 'integer';
	return isNumber && !isNumberByName(name) ? ': number' : '';
}

/** Whether the rules at the top of the text say that a field with this name holds a number. */
const isNumberByName = (name: string): boolean => /(^|_)id$|_count$|^is_|^status$/.test(name);
