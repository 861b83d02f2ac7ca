import { isUnsorted } from '../../nodes/AlfaCrm/entities/customer';
import type { Field, Filter, ShownField } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { listMethod } from '../../nodes/AlfaCrm/entities/methodNames';
import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import type { Action, Entity } from '../../nodes/AlfaCrm/entities/types';
import { findAddedResource, onlyReads } from '../support/actionKinds';

/** Each entity by the name of its resource. */
const TABLE = entities.map((entity): [string, Entity] => [entity.resource, entity]);

const OPERATIONS = ['create', 'delete', 'find', 'get', 'getAll', 'update', 'upsert'];

const repeated = <T>(values: readonly T[]): T[] =>
	values.filter((value, index) => values.indexOf(value) !== index);
/** Those of them that are none of the others. */
const strange = (names: readonly string[], known: readonly string[]) =>
	names.filter((name) => !known.includes(name));
type Named = Pick<Field, 'name' | 'label'>;
const namesOf = (fields: readonly Named[] = []) => fields.map(({ name }) => name);
const labelsOf = (fields: readonly Named[] = []) => fields.map(({ label }) => label);

/** What an action asks for, besides the record itself. */
const askedBy = ({ query = [], fields = [] }: Action): Field[] => [...query, ...fields];

/** A field and, if it holds rows, what is in them. */
const deep = (field: Field | Filter): Array<Field | Filter> =>
	field.type === 'rows' ? [field, ...field.fields.flatMap(deep)] : [field];

/** All that a form may ask for. */
const allOf = ({
	fields,
	filters,
	hidden: { views = [], partition } = {},
	parentFields = [],
	actions = [],
}: Entity) =>
	[
		...fields,
		...filters,
		...views,
		...parentFields,
		...(partition ? [{ ...partition, type: 'choices' as const }] : []),
		...actions.flatMap(askedBy),
	].flatMap(deep);

/** What a record has when AlfaCRM returns it. */
const returned = ({ fields, outputFields = [], parentFields = [] }: Entity): Array<Field | ShownField> => [
	{ type: 'id', name: 'id', label: 'ID' },
	...outputFields,
	...parentFields,
	...fields.filter(({ writeOnly }) => !writeOnly),
];

/** What is added to a customer. */
const ADDED = new Set<string>(
	entities.flatMap(({ actions = [] }) => actions.flatMap((action) => findAddedResource(action) ?? [])),
);

const NAME = /^[a-z][A-Za-z0-9]*(_[a-z0-9]+)*$/;

describe('the registry', () => {
	it.each(['resource', 'path', 'label', 'plural'] as const)(
		'holds no two entities with the same %s',
		(key) => {
			expect(repeated(entities.map((entity) => entity[key]))).toEqual([]);
		},
	);

	it('gives no two dropdowns the same name', () => {
		expect(repeated(entities.map(listMethod))).toEqual([]);
	});

	it('is in the order of the labels', () => {
		const labels = entities.map(({ label }) => label);
		expect(labels).toEqual([...labels].sort((a, b) => a.localeCompare(b, 'en')));
	});

	it.each(TABLE)('finds %s', (resource, entity) => {
		expect(entityOf(resource)).toBe(entity);
	});

	it.each(['', 'lead', 'Customer', 'constructor', '__proto__'])('does not find %j', (resource) => {
		expect(() => entityOf(resource)).toThrow(RangeError);
	});
});

describe.each(TABLE)('%s', (_resource, entity) => {
	const { resource, path, label, plural, fields, filters, parentFields = [], listed = {} } = entity;
	const { certainty, operations, outputFields = [], actions = [], match } = entity;
	const { views = [], partition, bodyShowingAll = {}, passes = [] } = entity.hidden ?? {};
	const columns = namesOf(returned(entity));
	/** Parameters of the list that stand beside its filters. */
	const besideFilters: Named[] = [...views, ...(partition ? [partition] : [])];

	it('is called in camelCase what the path is called in kebab-case', () => {
		expect(path).toMatch(/^[a-z]+(-[a-z]+)*$/);
		expect(resource).toBe(path.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase()));
	});

	it('has a label in the singular and one in the plural, both in Title Case', () => {
		expect(label).toMatch(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/);
		expect(plural).toMatch(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/);
		expect(plural).not.toBe(label);
	});

	it('says of which of its operations it is less sure', () => {
		const { unconfirmed = [] } = entity;
		expect([strange(unconfirmed, operations), repeated(unconfirmed)]).toEqual([[], []]);
		if (certainty === 'unconfirmed') expect(unconfirmed).toEqual([]);
	});

	it('offers at least the list, and each operation once', () => {
		expect(operations).toContain('getAll');
		expect(repeated(operations)).toEqual([]);
	});

	it('is found again and saved without doubling it exactly if it has a key to be told by', () => {
		expect([operations.includes('find'), operations.includes('upsert')]).toEqual([!!match, !!match]);
		if (!match) return;
		expect([repeated(namesOf(match.keys)), repeated(labelsOf(match.keys))]).toEqual([[], []]);
		const written = ['id', ...namesOf(fields.filter(({ writeOnly }) => !writeOnly))];
		for (const { fields: own, isOneFieldEnough, queriedFields = own, name } of match.keys) {
			expect([strange(own, written), strange(queriedFields, own)]).toEqual([[], []]);
			if (own.length === 0) expect([name, entity.hasCustomFields]).toEqual(['customField', true]);
			if (isOneFieldEnough) expect(own.length).toBeGreaterThan(1);
		}
		expect(strange(match.onlyForNew ?? [], namesOf(fields))).toEqual([]);
	});

	it('is archived by a day that is returned', () => {
		if (entity.archive === undefined) return;
		const { day } = entity.archive;
		if (day) expect(returned(entity).find(({ name }) => name === day)?.type).toBe('date');
	});

	it('is searched by texts, an ID or days that the index can filter by', () => {
		const { textFilter, digitsFilter, dayFilters = [] } = listed.search ?? {};
		const typeOf = (name: string) => filters.find((filter) => filter.name === name)?.type;
		if (textFilter !== undefined) expect(typeOf(textFilter)).toBe('text');
		if (digitsFilter !== undefined)
			expect(typeOf(digitsFilter)).toBe(digitsFilter === 'id' ? 'id' : 'phonePart');
		expect(dayFilters.map(typeOf)).toEqual(dayFilters.map(() => 'date'));
	});

	it('is called, and told from namesakes, by fields that are returned, if by others than its name', () => {
		const { title = [] } = listed;
		const details = (listed.details ?? []).map(({ name }) => name);
		expect([strange(title, columns), repeated(title)]).toEqual([[], []]);
		expect([strange(details, columns), repeated(details)]).toEqual([[], []]);
		expect(title.join()).not.toBe('name');
		if (listed.title?.length === 0) expect(details).not.toHaveLength(0);
	});

	it('is simplified to ten fields at most that are returned, the ID first', () => {
		const { simplifiedFields = ['id'] } = entity;
		expect(simplifiedFields[0]).toBe('id');
		expect(simplifiedFields.length).toBeLessThanOrEqual(10);
		expect([strange(simplifiedFields, columns), repeated(simplifiedFields)]).toEqual([[], []]);
		if (entity.simplifiedFields) expect(simplifiedFields.length).toBeLessThan(new Set(columns).size);
	});

	it('checks rows again against a field that they have', () => {
		for (const { name, type, checkRowBy } of filters) {
			if (typeof checkRowBy !== 'object') continue;
			expect(strange([checkRowBy.field], columns)).toEqual([]);
			const of = returned(entity).find((field) => field.name === checkRowBy.field)?.type ?? '';
			expect(type === 'date' ? ['date'] : ['integer', 'number', 'text']).toContain(of);
			expect(columns).toContain(checkRowBy.unless ?? columns[0]);
			expect(name.endsWith(`_${checkRowBy.test}`)).toBe(true);
		}
	});

	it('has ranges with two ends of the same type', () => {
		const typeOf = new Map(filters.map(({ name, type }) => [name, type]));
		for (const { name, type } of filters) {
			const other = name.endsWith('_from') ? name.replace(/_from$/, '_to') : name.replace(/_to$/, '_from');
			if (other !== name) expect([other, typeOf.get(other)]).toEqual([other, type]);
		}
	});

	it('reveals past every view, since a view hides records, and by values of its own views or filters', () => {
		const known = [...namesOf(filters), ...namesOf(views)];
		expect(strange(Object.keys(bodyShowingAll), known)).toEqual([]);
		for (const view of views) {
			const revealed = bodyShowingAll[view.name];
			if (revealed !== undefined) expect(view.choices.map(({ value }) => value)).toContain(revealed);
		}
		const revealed = [bodyShowingAll, ...passes].flatMap((body) => Object.keys(body));
		expect(strange(namesOf(views), revealed)).toEqual([]);
	});

	it.each<[what: string, of: (fields?: readonly Named[]) => string[]]>([
		['name', namesOf],
		['label', labelsOf],
	])('gives no two fields, filters or views the same %s', (_what, of) => {
		for (const all of [fields, [...filters, ...besideFilters], outputFields, parentFields]) {
			expect(repeated(of(all))).toEqual([]);
		}
		expect(repeated(labelsOf([...parentFields, ...fields]))).toEqual([]);
	});

	it('uses names that AlfaCRM can know', () => {
		expect(namesOf(allOf(entity)).filter((name) => !NAME.test(name))).toEqual([]);
		// AlfaCRM has the skills of a teacher under `teacher-to-skill`.
		expect(namesOf(outputFields).filter((name) => !NAME.test(name.replace(/-/g, '_')))).toEqual([]);
	});

	it('does not write the ID as a field, and declares first what the form asks for', () => {
		expect(namesOf(fields)).not.toContain('id');
		const asked = fields.map(
			({ required, fallback, prominent }) =>
				prominent === true || (required === true && fallback === undefined),
		);
		expect(asked).toEqual([...asked].sort((a, b) => Number(b) - Number(a)));
	});

	it('has fields exactly if it can be created or updated, and one to fill in if it can be created or added to a customer', () => {
		const writes = operations.includes('create') || operations.includes('update');
		expect(fields.length > 0).toBe(writes);
		const first = fields.some(({ required, requiredUnless }) => required ?? requiredUnless !== undefined);
		expect(first).toBe(operations.includes('create') || ADDED.has(resource));
	});

	it('requires a field or else another one that it has', () => {
		const others = fields.flatMap(({ requiredUnless = [] }) => requiredUnless);
		expect(strange(others, namesOf(fields))).toEqual([]);
	});

	it('asks for IDs that travel in the query always, and for nothing else of that name', () => {
		for (const key of parentFields) {
			expect(key).toMatchObject({ required: true });
			expect([...namesOf(fields), ...namesOf(filters), ...namesOf(besideFilters)]).not.toContain(key.name);
		}
	});

	it('refers to registered entities that can be listed and have something to be called by', () => {
		const targets = allOf(entity).flatMap((field) =>
			'entity' in field && /^re/.test(field.type) ? [field.entity as string] : [],
		);
		for (const target of targets.map(entityOf)) {
			expect(strange(target.listed?.title ?? ['name'], namesOf(returned(target)))).toEqual([]);
			expect(target.operations).toContain('getAll');
			// A dropdown is filled with a call that has nothing but the branch; a picker may ask for the parent first.
			expect(namesOf(target.parentFields)).toEqual([target.listed?.search?.parentField ?? []].flat());
		}
	});

	it('searches only for records of entities that can be searched', () => {
		for (const field of allOf(entity)) {
			if (field.type === 'record' || field.type === 'records')
				expect([field.name, entityOf(field.entity).listed?.search]).not.toContain(undefined);
		}
	});

	it('shows only what is not known from the fields already', () => {
		for (const shown of outputFields) {
			expect(shown.name).not.toBe('id');
			const written = fields.find(({ name, writeOnly }) => name === shown.name && !writeOnly);
			if (written) expect([shown.name, shown.type]).not.toEqual([shown.name, written.type]);
		}
	});

	it('gives fields called ..._id one ID and those called ..._ids several', () => {
		const [ONE, SEVERAL] = [
			['id', 'reference', 'record'],
			['ids', 'references', 'records'],
		];
		const wrong = allOf(entity).filter((field) => {
			const { name, type } = field;
			// A kind has a number, which is no record's.
			if (name === 'type_id' && type === 'integer') return field.default === undefined;
			if (name === 'id' || name.endsWith('_id')) return ![...ONE, 'owner'].includes(type);
			if (name === 'ids' || name.endsWith('_ids')) return !SEVERAL.includes(type);
			return [...ONE, ...SEVERAL, 'owner'].includes(type);
		});
		const shown = outputFields.filter(({ name, type }) => {
			if (name.endsWith('_ids')) return !SEVERAL.includes(type);
			return name.endsWith('_id') !== ONE.includes(type);
		});
		expect([namesOf(wrong), namesOf(shown)]).toEqual([[], []]);
	});

	it('says in the label of a bare ID that it is one, and leaves that to the form for a reference', () => {
		const wrong = allOf(entity).filter(({ type, label: shown }) => {
			if (type === 'id') return !/\bID$/.test(shown);
			if (type === 'ids') return !/\bIDs$/.test(shown);
			return (
				['reference', 'references', 'record', 'records', 'owner'].includes(type) &&
				/\b(IDs?|Name)\b/.test(shown)
			);
		});
		expect(labelsOf(wrong)).toEqual([]);
	});

	it('has labels in Title Case', () => {
		const SMALL = /^(a|an|and|as|at|by|for|from|if|in|of|on|or|the|to)$/;
		const isTitle = (shown: string) =>
			shown.split(' ').every((word, index) => /^[A-Z0-9]/.test(word) || (index > 0 && SMALL.test(word)));
		const labels = labelsOf([...allOf(entity), ...outputFields, ...actions]);
		expect(labels.filter((shown) => !isTitle(shown))).toEqual([]);
	});

	it('offers choices that differ, among them the preset', () => {
		const asked = allOf(entity);
		for (const field of [...asked, ...outputFields]) {
			if (field.type !== 'choice' && field.type !== 'choices') continue;
			const values = field.choices.map(({ value }) => value);
			expect(values.length).toBeGreaterThan(1);
			expect(repeated(values)).toEqual([]);
			expect(new Set(values.map((value) => typeof value)).size).toBe(1);
			if (field.type === 'choice') expect(values).toContain(field.default);
			// What AlfaCRM shows may have two values for one thing, such as a Sunday.
			if (asked.some((one) => one === field))
				expect(repeated(field.choices.map((choice) => choice.label))).toEqual([]);
		}
	});

	it('lets the branch of the call stand in only where there is one, for a branch', () => {
		const standIns = allOf(entity).filter((field) => 'fromBranch' in field && field.fromBranch);
		for (const field of standIns) {
			expect(entity.scope).toBe('branch');
			expect(field).toMatchObject({
				type: expect.stringMatching(/^references?$/) as string,
				entity: 'branch',
			});
		}
	});
});

const ACTIONS = TABLE.flatMap(([resource, entity]) =>
	(entity.actions ?? []).map((action): [string, Action, Entity] => [
		`${resource}.${action.name}`,
		action,
		entity,
	]),
);

describe.each(ACTIONS)('%s', (_key, action, { path, actions = [] }) => {
	const { name, recordIdName, query = [], fields = [], fixedValues = {}, kind } = action;
	const saves = !onlyReads(kind);

	it('is a verb in camelCase of its own', () => {
		expect(name).toMatch(/^[a-z]+([A-Z][a-z]+)*$/);
		expect(OPERATIONS).not.toContain(name);
		expect(actions.filter((other) => other.name === name)).toHaveLength(1);
		expect(actions.filter((other) => other.label === action.label)).toHaveLength(1);
	});

	it('goes to a URL that AlfaCRM can have', () => {
		expect(action.path ?? path).toMatch(/^[a-z]+(-[a-z]+)*$/);
		expect(action.action).toMatch(/^[a-z]+(-[a-z]+)*$/);
		if (recordIdName !== undefined) expect(recordIdName).toMatch(/^(id|[a-z]+_ids?)$/);
	});

	it('asks for nothing twice, nor shows it', () => {
		expect(repeated(namesOf(action.outputFields))).toEqual([]);
		expect(repeated([...namesOf(query), ...(recordIdName ? [recordIdName] : [])])).toEqual([]);
		expect(repeated([...namesOf(fields), ...Object.keys(fixedValues)])).toEqual([]);
	});

	it('sends nothing of its own accord where it only reads', () => {
		if (!saves) expect(action.fixedValues).toBeUndefined();
		expect(name.startsWith('get')).toBe(!saves);
	});

	it('that adds a record adds one with all that it needs', () => {
		const addedResource = findAddedResource(action);
		if (addedResource === undefined) return;
		const added = entityOf(addedResource);
		expect([added.path, action.action]).toEqual([action.path, 'create']);
		const customerField = action.kind === 'addToCustomer' ? action.customerField : 'customer_id';
		expect(customerField).toMatch(/^[a-z]+_ids?$/);
		const sent = [...namesOf(fields), ...Object.keys(fixedValues), customerField];
		const required = [...added.fields, ...(added.parentFields ?? [])].filter((field) => field.required);
		expect(namesOf(required).filter((field) => !sent.includes(field))).toEqual([]);
	});
});

it.each([
	[true, { is_study: '0', lead_status_id: '', lead_status_ids: [] }],
	[false, { is_study: 0, lead_status_id: null, lead_status_ids: [3] }],
	[false, { is_study: 1, lead_status_id: null }],
])('that nobody has sorted it is %s of a customer %j', (isIt, row) => {
	expect(isUnsorted(row)).toBe(isIt);
});
