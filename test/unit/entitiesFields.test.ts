import { entityOf } from '../../nodes/AlfaCrm/entities/registry';
import type { Named } from './declared';
import { allOf, askedBy, labelsOf, namesOf, repeated, returned, TABLE } from './declared';

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
	'inputMode',
	'columns',
	'json',
	'unknownFields',
	'matchBy',
	'matchField',
	'matchValue',
	'fieldsToSet',
	'skipIfThere',
];
const NAME = /^[a-z][A-Za-z0-9]*(_[a-z0-9]+)*$/;

describe.each(TABLE)('%s', (_resource, entity) => {
	const { fields, filters, defaultFilters = [], keys = [], partitionBy } = entity;
	const { outputFields = [], actions = [], operations } = entity;
	/** Parameters of the list that stand beside its filters. */
	const besideFilters: Named[] = [...defaultFilters, ...(partitionBy ? [partitionBy] : [])];

	it('names no field, no filter and no view twice', () => {
		expect(repeated(namesOf(fields))).toEqual([]);
		expect(repeated([...namesOf(filters), ...namesOf(besideFilters)])).toEqual([]);
		expect(repeated(namesOf(outputFields))).toEqual([]);
		expect(repeated(namesOf(keys))).toEqual([]);
	});

	it('labels no field, no filter and no view like another', () => {
		expect(repeated(labelsOf(fields))).toEqual([]);
		expect(repeated([...labelsOf(filters), ...labelsOf(besideFilters)])).toEqual([]);
		expect(repeated(labelsOf(outputFields))).toEqual([]);
		expect(repeated(labelsOf([...keys, ...fields]))).toEqual([]);
	});

	it('uses names that AlfaCRM can know', () => {
		expect(namesOf(allOf(entity)).filter((name) => !NAME.test(name))).toEqual([]);
		// AlfaCRM has the skills of a teacher under `teacher-to-skill`.
		expect(namesOf(outputFields).filter((name) => !NAME.test(name.replace(/-/g, '_')))).toEqual([]);
	});

	it('does not write the ID as a field', () => {
		expect(namesOf(fields)).not.toContain('id');
	});

	it('declares first what the form asks for', () => {
		const asked = fields.map(
			({ required, fallback, prominent }) =>
				prominent === true || (required === true && fallback === undefined),
		);
		expect(asked).toEqual([...asked].sort((a, b) => Number(b) - Number(a)));
	});

	it('has fields exactly if it can be created or updated, and one to fill in if it can be created', () => {
		const writes = entity.operations.includes('create') || entity.operations.includes('update');
		expect(fields.length > 0).toBe(writes);
		const first = fields.some(({ required, requiredUnless }) => required ?? requiredUnless !== undefined);
		expect(first).toBe(entity.operations.includes('create'));
	});

	it('requires a field or else another one that it has', () => {
		const others = fields.flatMap(({ requiredUnless = [] }) => requiredUnless);
		expect(others.filter((name) => !namesOf(fields).includes(name))).toEqual([]);
	});

	it('keeps the names of required fields, views and keys clear of the form’s own parameters', () => {
		const beside = [
			...namesOf(fields.filter(({ required, prominent }) => required || prominent)),
			...namesOf(besideFilters),
			...namesOf(keys),
			...namesOf(actions.flatMap(askedBy).filter(({ required }) => required)),
		];
		expect(beside.filter((name) => OWN_PARAMETERS.includes(name))).toEqual([]);
	});

	it('asks for IDs that travel in the query always, and for nothing else of that name', () => {
		for (const key of keys) {
			expect(key).toMatchObject({ required: true });
			expect(key.in).not.toHaveLength(0);
			expect(key.in.filter((operation) => !operations.includes(operation))).toEqual([]);
			expect(repeated(key.in)).toEqual([]);
			expect([...namesOf(fields), ...namesOf(filters), ...namesOf(besideFilters)]).not.toContain(key.name);
		}
	});

	it('refers to registered entities that can be listed and have something to be called by', () => {
		const targets = allOf(entity).flatMap((field) =>
			'entity' in field && /^re/.test(field.type) ? [field.entity as string] : [],
		);
		for (const target of targets.map(entityOf)) {
			const called = target.title ?? ['name'];
			expect(called.filter((name) => !namesOf(returned(target)).includes(name))).toEqual([]);
			expect(target.operations).toContain('getAll');
			// A dropdown is filled with a call that has nothing but the branch; a picker may ask for the parent first.
			expect(namesOf(target.keys)).toEqual(target.search?.of ? [target.search.of] : []);
		}
	});

	it('searches only for records of entities that can be searched', () => {
		for (const field of allOf(entity)) {
			if (field.type === 'record' || field.type === 'records')
				expect([field.name, entityOf(field.entity).search]).not.toContain(undefined);
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
		const wrong = allOf(entity).filter((field) => {
			const { name, type } = field;
			// A kind has a number, which is no record's.
			if (name === 'type_id' && type === 'integer') return field.default === undefined;
			if (name === 'id' || name.endsWith('_id'))
				return !['id', 'reference', 'record', 'owner'].includes(type);
			if (name === 'ids' || name.endsWith('_ids')) return !['ids', 'references', 'records'].includes(type);
			return ['id', 'ids', 'reference', 'references', 'record', 'records', 'owner'].includes(type);
		});
		expect(namesOf(wrong)).toEqual([]);
		const shown = outputFields.filter(({ name, type }) => {
			if (name.endsWith('_ids')) return !['ids', 'references'].includes(type);
			return name.endsWith('_id') !== ['id', 'reference', 'record'].includes(type);
		});
		expect(namesOf(shown)).toEqual([]);
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
		const wrong = labelsOf([...allOf(entity), ...outputFields, ...actions]).filter((shown) =>
			shown.split(' ').some((word, index) => !(/^[A-Z0-9]/.test(word) || (index > 0 && SMALL.test(word)))),
		);
		expect(wrong).toEqual([]);
	});

	it('offers choices that differ, among them the preset', () => {
		for (const field of [...allOf(entity), ...outputFields]) {
			if (field.type !== 'choice' && field.type !== 'choices') continue;
			expect(field.choices.length).toBeGreaterThan(1);
			expect(repeated(field.choices.map(({ value }) => value))).toEqual([]);
			expect(new Set(field.choices.map(({ value }) => typeof value)).size).toBe(1);
			if (field.type === 'choice') {
				expect(field.choices.map(({ value }) => value)).toContain(field.default);
			}
		}
		// What AlfaCRM shows may have two values for one thing, such as a Sunday.
		for (const field of allOf(entity)) {
			if (field.type !== 'choice' && field.type !== 'choices') continue;
			expect(repeated(field.choices.map(({ label: shown }) => shown))).toEqual([]);
		}
	});

	it('has rows with fields that differ', () => {
		for (const field of [...allOf(entity), ...outputFields]) {
			if (field.type !== 'rows') continue;
			expect(field.fields).not.toHaveLength(0);
			expect(repeated(namesOf(field.fields))).toEqual([]);
			expect(repeated(labelsOf(field.fields))).toEqual([]);
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

	it('tells something in each description and shows an example in each placeholder', () => {
		for (const { description, placeholder } of [...allOf(entity), ...outputFields]) {
			if (description !== undefined) expect(description).toMatch(/^[A-Z].{4,}/);
			if (placeholder !== undefined) expect(placeholder).toMatch(/^e\.g\. \S/);
		}
	});
});
