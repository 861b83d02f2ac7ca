import { isUnsorted } from '../../nodes/AlfaCrm/entities/customer';
import { entities, entityOf } from '../../nodes/AlfaCrm/entities/registry';
import { optionsMethod } from '../../nodes/AlfaCrm/entities/methodNames';
import { CERTAINTIES, labelsOf, namesOf, OPERATIONS, repeated, returned, TABLE } from './declared';

const LISTS = ['texts', 'emails', 'phones', 'ids', 'references', 'choices'];

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
	const {
		resource,
		path,
		label,
		plural,
		fields,
		filters,
		defaultFilters = [],
		certainty,
		operations,
	} = entity;

	it('is called in camelCase what the path is called in kebab-case', () => {
		expect(path).toMatch(/^[a-z]+(-[a-z]+)*$/);
		expect(resource).toBe(path.replace(/-([a-z])/g, (_all, letter: string) => letter.toUpperCase()));
	});

	it('has a label in the singular and one in the plural, both in Title Case', () => {
		expect(label).toMatch(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/);
		expect(plural).toMatch(/^[A-Z][A-Za-z]*( [A-Z][A-Za-z]*)*$/);
		expect(plural).not.toBe(label);
	});

	it('says how sure it is, and of which operations it is less sure', () => {
		expect(CERTAINTIES).toContain(certainty);
		const { unconfirmed = [] } = entity;
		expect(unconfirmed.filter((operation) => !operations.includes(operation))).toEqual([]);
		expect(repeated(unconfirmed)).toEqual([]);
		if (certainty === 'unconfirmed') expect(unconfirmed).toEqual([]);
	});

	it('offers at least the list, and only operations that there are, each once', () => {
		expect(entity.operations).toContain('getAll');
		expect(entity.operations.filter((operation) => !OPERATIONS.includes(operation))).toEqual([]);
		expect(repeated(entity.operations)).toEqual([]);
	});

	it('is found again and saved without doubling it exactly if it has a key to be told by', () => {
		const { match } = entity;
		expect([operations.includes('find'), operations.includes('upsert')]).toEqual([!!match, !!match]);
		if (!match) return;
		expect(repeated(namesOf(match.keys))).toEqual([]);
		expect(repeated(labelsOf(match.keys))).toEqual([]);
		for (const { fields: own, any, ask = own, name } of match.keys) {
			const written = fields.filter(({ writeOnly }) => !writeOnly);
			const known = ['id', ...namesOf(written)];
			expect(own.filter((field) => !known.includes(field))).toEqual([]);
			expect(ask.filter((field) => !own.includes(field))).toEqual([]);
			if (own.length === 0) expect([name, entity.custom]).toEqual(['customField', true]);
			if (any) expect(own.length).toBeGreaterThan(1);
		}
		expect((match.onlyForNew ?? []).filter((name) => !namesOf(fields).includes(name))).toEqual([]);
	});

	it('is archived by a flag that can be written, and a day that is returned', () => {
		if (entity.archive === undefined) return;
		if (entity.operations.includes('update')) expect(namesOf(fields)).toContain('removed');
		const { day } = entity.archive;
		if (day) expect(returned(entity).find(({ name }) => name === day)?.type).toBe('date');
	});

	it('is searched by texts, an ID or days that the index can filter by', () => {
		const { by, digits, day = [] } = entity.search ?? {};
		const typeOf = (name: string) => filters.find((filter) => filter.name === name)?.type;
		if (by !== undefined) expect(typeOf(by)).toBe('text');
		if (digits !== undefined) expect(typeOf(digits)).toBe(digits === 'id' ? 'id' : 'phonePart');
		expect(day.map(typeOf)).toEqual(day.map(() => 'date'));
	});

	it('is called by fields that are returned, if it is called by others than its name', () => {
		const { title = [] } = entity;
		expect(title.filter((name) => !namesOf(returned(entity)).includes(name))).toEqual([]);
		expect(repeated(title)).toEqual([]);
		expect(title.join()).not.toBe('name');
		if (entity.title?.length === 0) expect(entity.details).not.toHaveLength(0);
	});

	it('is told from namesakes by fields that are returned', () => {
		const names = (entity.details ?? []).map(({ name }) => name);
		expect(names.filter((name) => !namesOf(returned(entity)).includes(name))).toEqual([]);
		expect(repeated(names)).toEqual([]);
	});

	it('is simplified to some ten fields that are returned, the ID first', () => {
		const { simple = ['id'] } = entity;
		expect(simple[0]).toBe('id');
		// Of a lesson it is useless not to know where it is and who was there.
		expect(simple.length).toBeLessThanOrEqual(entity.resource === 'lesson' ? 13 : 10);
		expect(repeated(simple)).toEqual([]);
		expect(simple.filter((name) => !namesOf(returned(entity)).includes(name))).toEqual([]);
		if (entity.simple) expect(simple.length).toBeLessThan(new Set(namesOf(returned(entity))).size);
	});

	it('checks rows again against a field that they have', () => {
		for (const { name, type, verifyBy } of filters) {
			if (verifyBy === undefined || typeof verifyBy === 'string') continue;
			const checked = [verifyBy.field, ...Object.keys(verifyBy.also ?? {})];
			expect(checked.filter((field) => !namesOf(returned(entity)).includes(field))).toEqual([]);
			const of = returned(entity).find((field) => field.name === verifyBy.field);
			if (verifyBy.test === 'from' || verifyBy.test === 'to') {
				const numbers = ['integer', 'number', 'text'];
				expect(type === 'date' ? ['date'] : numbers).toContain(of?.type);
				expect(
					[verifyBy.unless ?? 'id'].filter((field) => !namesOf(returned(entity)).includes(field)),
				).toEqual([]);
				expect(name.endsWith(`_${verifyBy.test}`)).toBe(true);
			} else if (verifyBy.test !== 'email') {
				expect(LISTS.includes(of?.type ?? '')).toBe(['has', 'phone'].includes(verifyBy.test));
			}
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
		const known = [...namesOf(filters), ...namesOf(defaultFilters)];
		expect(Object.keys(entity.includeHidden ?? {}).filter((name) => !known.includes(name))).toEqual([]);
		for (const view of defaultFilters) {
			const revealed = entity.includeHidden?.[view.name];
			if (revealed !== undefined) expect(view.choices.map(({ value }) => value)).toContain(revealed);
		}
	});

	it('reads a day that rows hold, where a view is of what has not ended', () => {
		for (const { until = [] } of defaultFilters) {
			const days = returned(entity).filter(({ type }) => type === 'date');
			if (until.length > 0) expect(namesOf(days)).toContain(until[0]);
		}
	});

	it('reveals past every view, since a view hides records', () => {
		const { includeHidden = {}, hiddenPasses = [] } = entity;
		const revealed = [includeHidden, ...hiddenPasses].flatMap((body) => Object.keys(body));
		expect(namesOf(defaultFilters).filter((name) => !revealed.includes(name))).toEqual([]);
	});
});

it.each([
	[true, { is_study: 0, lead_status_id: null }],
	[true, { is_study: '0', lead_status_id: '', lead_status_ids: [] }],
	[true, { is_study: 0 }],
	[false, { is_study: 0, lead_status_id: '3' }],
	[false, { is_study: 0, lead_status_id: null, lead_status_ids: [3] }],
	[false, { is_study: 1, lead_status_id: null }],
])('that nobody has sorted it is %s of a customer %j', (isIt, row) => {
	expect(isUnsorted(row)).toBe(isIt);
});
