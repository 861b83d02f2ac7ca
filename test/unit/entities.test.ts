import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import type { Entity, Field, Filter } from '../../nodes/AlfaCrm/entities/types';
import { optionsMethod } from '../../nodes/AlfaCrm/methods/names';

const TABLE = entities.map((entity): [string, Entity] => [entity.resource, entity]);

/** Parameters of the form that every entity shares; a field of the same name beside them would take their place. */
const OWN_PARAMETERS = [
	'resource',
	'operation',
	'id',
	'branchId',
	'returnAll',
	'limit',
	'filters',
	'options',
	'simplify',
	'listMode',
	'additionalFields',
	'updateFields',
	'customFields',
];

const repeated = <T>(values: readonly T[]): T[] =>
	values.filter((value, index) => values.indexOf(value) !== index);
const namesOf = (fields: ReadonlyArray<Filter | Field> = []) => fields.map(({ name }) => name);
const labelsOf = (fields: ReadonlyArray<Filter | Field> = []) => fields.map(({ label }) => label);
const allOf = ({ fields, filters, views = [] }: Entity): Array<Filter | Field> => [
	...fields,
	...filters,
	...views,
];

describe('the registry', () => {
	it.each(['resource', 'path', 'label', 'plural'] as const)(
		'holds no two entities with the same %s',
		(key) => {
			expect(repeated(entities.map((entity) => entity[key]))).toEqual([]);
		},
	);

	it('gives no two dropdowns the same name', () => {
		expect(repeated(entities.map(optionsMethod))).toEqual([]);
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
	const { resource, path, label, plural, fields, filters, views = [] } = entity;

	it('is called in camelCase what the path is called in kebab-case', () => {
		expect(path).toMatch(/^[a-z]+(-[a-z]+)*$/);
		expect(resource).toBe(path.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase()));
	});

	it('has a label in the singular and one in the plural, both in Title Case', () => {
		expect(label).toMatch(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/);
		expect(plural).toMatch(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/);
		expect(plural).not.toBe(label);
	});

	it('offers at least the list, and only operations that there are, each once', () => {
		expect(entity.operations).toContain('getAll');
		expect(
			entity.operations.filter(
				(operation) => !['create', 'delete', 'get', 'getAll', 'update'].includes(operation),
			),
		).toEqual([]);
		expect(repeated(entity.operations)).toEqual([]);
	});

	it('names no field, no filter and no view twice', () => {
		expect(repeated(namesOf(fields))).toEqual([]);
		expect(repeated([...namesOf(filters), ...namesOf(views)])).toEqual([]);
	});

	it('labels no field, no filter and no view like another', () => {
		expect(repeated(labelsOf(fields))).toEqual([]);
		expect(repeated([...labelsOf(filters), ...labelsOf(views)])).toEqual([]);
	});

	it('uses names that AlfaCRM can know', () => {
		expect(namesOf(allOf(entity)).filter((name) => !/^[a-z][A-Za-z0-9]*(_[a-z0-9]+)*$/.test(name))).toEqual(
			[],
		);
	});

	it('does not write the ID as a field', () => {
		expect(namesOf(fields)).not.toContain('id');
	});

	it('declares required fields first', () => {
		const required = fields.map((field) => field.required === true);
		expect(required).toEqual([...required].sort((a, b) => Number(b) - Number(a)));
	});

	it('has fields exactly if it can be created or updated, and a required one if it can be created', () => {
		const writes = entity.operations.includes('create') || entity.operations.includes('update');
		expect(fields.length > 0).toBe(writes);
		expect(fields.some(({ required }) => required)).toBe(entity.operations.includes('create'));
	});

	it('keeps the names of required fields and views clear of the form’s own parameters', () => {
		const beside = [...namesOf(fields.filter(({ required }) => required)), ...namesOf(views)];
		expect(beside.filter((name) => OWN_PARAMETERS.includes(name))).toEqual([]);
	});

	it('refers to registered entities that have names to choose from', () => {
		const targets = allOf(entity).flatMap((field) =>
			field.type === 'reference' || field.type === 'references' ? [field.entity] : [],
		);
		for (const target of targets) {
			expect(namesOf(entityOf(target).fields)).toContain('name');
			expect(entityOf(target).operations).toContain('getAll');
		}
	});

	it('gives fields called ..._id one ID and those called ..._ids several', () => {
		const wrong = allOf(entity).filter(({ name, type }) => {
			if (name === 'id' || name.endsWith('_id')) return type !== 'id' && type !== 'reference';
			if (name.endsWith('_ids')) return type !== 'ids' && type !== 'references';
			return ['id', 'ids', 'reference', 'references'].includes(type);
		});
		expect(namesOf(wrong)).toEqual([]);
	});

	it('says in the label of a bare ID that it is one, and leaves that to the form for a reference', () => {
		const wrong = allOf(entity).filter(({ type, label: shown }) => {
			if (type === 'id') return !/\bID$/.test(shown);
			if (type === 'ids') return !/\bIDs$/.test(shown);
			return (type === 'reference' || type === 'references') && /\b(IDs?|Name)\b/.test(shown);
		});
		expect(labelsOf(wrong)).toEqual([]);
	});

	it('has labels in Title Case', () => {
		const SMALL = /^(a|an|and|as|at|by|for|from|if|in|of|on|or|the|to)$/;
		const wrong = labelsOf(allOf(entity)).filter((shown) =>
			shown.split(' ').some((word, index) => !(/^[A-Z0-9]/.test(word) || (index > 0 && SMALL.test(word)))),
		);
		expect(wrong).toEqual([]);
	});

	it('offers choices that differ, among them the preset', () => {
		for (const field of allOf(entity)) {
			if (field.type !== 'choice') continue;
			expect(field.choices.length).toBeGreaterThan(1);
			expect(repeated(field.choices.map(({ value }) => value))).toEqual([]);
			expect(repeated(field.choices.map(({ label: shown }) => shown))).toEqual([]);
			expect(field.choices.map(({ value }) => value)).toContain(field.preset);
		}
	});

	it('has ranges with two ends of the same type', () => {
		const typeOf = new Map(filters.map(({ name, type }) => [name, type]));
		for (const { name, type } of filters) {
			const other = name.endsWith('_from') ? name.replace(/_from$/, '_to') : name.replace(/_to$/, '_from');
			if (other !== name) expect([other, typeOf.get(other)]).toEqual([other, type]);
		}
	});

	it('reveals by values of its own views or filters', () => {
		const known = [...namesOf(filters), ...namesOf(views)];
		expect(Object.keys(entity.reveal ?? {}).filter((name) => !known.includes(name))).toEqual([]);
		for (const view of views) {
			const revealed = entity.reveal?.[view.name];
			if (revealed !== undefined) expect(view.choices.map(({ value }) => value)).toContain(revealed);
		}
	});

	it('reveals past every view, since a view hides records', () => {
		expect(namesOf(views).filter((name) => !(name in (entity.reveal ?? {})))).toEqual([]);
	});

	it('lets the branch of the call stand in only where there is one, for a branch', () => {
		for (const field of fields.filter(({ fromBranch }) => fromBranch)) {
			expect(entity.scope).toBe('branch');
			expect(field).toMatchObject({
				type: expect.stringMatching(/^references?$/) as string,
				entity: 'branch',
			});
		}
	});

	it('tells something in each description and shows an example in each placeholder', () => {
		for (const { description, placeholder } of allOf(entity)) {
			if (description !== undefined) expect(description).toMatch(/^[A-Z].{4,}/);
			if (placeholder !== undefined) expect(placeholder).toMatch(/^e\.g\. \S/);
		}
	});
});
