import { entities } from '../../nodes/AlfaCrm/entities/registry';
import { toProperty } from '../../nodes/AlfaCrm/fields/field';
import type { Field, Filter } from '../../nodes/AlfaCrm/entities/fieldTypes';
import { PARAMETER_TYPES } from './fields/samples';
import { childrenOf, parameters, choices } from '../support/form';
import { isTitleCase, MISCASED, isTidy, DESCRIPTION_RULES, emptyOf, PARAMETER_RULES } from './wordingRules';

describe('every parameter', () => {
	it('is looked at, whatever its type', () => {
		expect([...new Set(parameters.map(({ parameter }) => parameter.type))].sort()).toEqual(
			Object.keys(emptyOf).sort(),
		);
		expect(parameters.length).toBeGreaterThan(entities.length * 10);
		expect(choices.length).toBeGreaterThan(entities.length * 5);
	});

	it.each(PARAMETER_RULES)('%s', (_rule, holds) => {
		expect(parameters.filter((found) => !holds(found.parameter, found)).map(({ where }) => where)).toEqual(
			[],
		);
	});
});

describe('every description', () => {
	const described = [
		...parameters.map(({ where, parameter }) => ({
			where,
			text: parameter.description,
			name: parameter.displayName,
		})),
		...choices.map(({ where, choice }) => ({ where, text: choice.description, name: choice.name })),
	].filter((one): one is { where: string; text: string; name: string } => one.text !== undefined);

	it.each(DESCRIPTION_RULES)('%s', (_rule, holds) => {
		const broken = described.filter(({ text, name }) => !holds(text, name));
		expect(broken.map(({ where, text }) => `${where}: ${text}`)).toEqual([]);
	});
});

describe('every field of every entity', () => {
	const deep = (field: Field | Filter): Array<Field | Filter> =>
		field.type === 'rows' ? [field, ...field.fields.flatMap(deep)] : [field];
	const fields = entities
		.flatMap(({ fields: own, filters, defaultFilters = [], keys = [], actions: acts = [] }) => [
			...own,
			...filters,
			...defaultFilters,
			...keys,
			...acts.flatMap(({ query = [], body = [] }) => [...query, ...body]),
		])
		.flatMap(deep);

	it.each(Object.entries(PARAMETER_TYPES))(
		'of type %s is asked for by a parameter of type %s',
		(type, wanted) => {
			const those = fields.filter((field) => field.type === type);
			expect(those).not.toHaveLength(0);
			for (const field of those) {
				const { displayName, name, type: actual, description: text = '' } = toProperty(field);
				expect([name, actual]).toEqual([field.name, wanted]);
				expect(displayName.startsWith(field.label)).toBe(true);
				expect(text).toContain((field.description ?? '').replace(/\.$/, ''));
			}
		},
	);

	it('of the day shows how to write a time', () => {
		for (const field of fields.filter(({ type }) => type === 'time')) {
			expect(toProperty(field).placeholder).toMatch(/^e\.g\. \d\d:\d\d$/);
		}
	});

	it('of several rows may be given several times, with a parameter for each field of a row', () => {
		for (const field of fields) {
			if (field.type !== 'rows') continue;
			const property = toProperty(field);
			expect(property.typeOptions).toMatchObject({ multipleValues: true, hideOptionalFields: true });
			const isShown = childrenOf(property).filter(({ typeOptions }) => typeOptions?.showEvenWhenOptional);
			const needed = field.fields.filter(({ required }) => required);
			expect(isShown.map(({ name }) => name).sort()).toEqual(needed.map(({ name }) => name).sort());
			expect(
				childrenOf(property)
					.map(({ name }) => name)
					.sort(),
			).toEqual(field.fields.map(({ name }) => name).sort());
		}
	});
});

it('every choice has a tidy name in Title Case', () => {
	const broken = choices.filter(
		({ choice: { name } }) => !isTidy(name) || !isTitleCase(name) || MISCASED.test(name),
	);
	expect(broken.map(({ where }) => where)).toEqual([]);
});
