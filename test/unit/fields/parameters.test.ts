import { entities } from '../../../nodes/AlfaCrm/entities/registry';
import { toProperty, toSchema } from '../../../nodes/AlfaCrm/fields/field';
import type { Shown, ShownType } from '../../../nodes/AlfaCrm/entities/fieldTypes';
import { allSchemas } from '../../../nodes/AlfaCrm/operations/schemas';

const named = (type: ShownType): Shown => ({ name: 'sample', label: 'Sample', ...type });

it('a long text has three lines, a text has one', () => {
	expect(toProperty(named({ type: 'longText' })).typeOptions).toEqual({ rows: 3 });
	expect(toProperty(named({ type: 'text' })).typeOptions).toBeUndefined();
});

it.each(entities.map(({ resource, scope }) => [resource, scope] as const))(
	'a dropdown of %s is filled again for another branch only if its records belong to one: %s',
	(entity, scope) => {
		for (const type of ['reference', 'references'] as const) {
			const { loadOptionsMethod, loadOptionsDependsOn } =
				toProperty(named({ type, entity })).typeOptions ?? {};
			expect(loadOptionsMethod).toMatch(/^get[A-Z]/);
			expect(loadOptionsDependsOn).toEqual(scope === 'branch' ? ['branchId'] : undefined);
		}
	},
);

it.each<[string, Array<{ value: number | string; label: string }>, string]>([
	['numbers', [1, 2].map((value) => ({ value, label: `Day ${value}` })), 'integer'],
	['texts', ['a', 'b'].map((value) => ({ value, label: value })), 'string'],
	['both', [1, 'b'].map((value) => ({ value, label: String(value) })), 'string'],
])('choices of %s come as a list of them', (_what, choices, type) => {
	expect(toSchema({ type: 'choices', choices })).toEqual({ type: 'array', items: { type } });
});

it('the output shows no field that AlfaCRM only takes', () => {
	const schemas = allSchemas();
	const shown = entities
		.filter(({ operations, simple }) => operations.includes('get') && simple === undefined)
		.flatMap(({ resource, fields }) =>
			fields
				.filter(
					({ name, writeOnly }) => name in schemas[`${resource}/get`].properties === (writeOnly === true),
				)
				.map(({ name }) => `${resource}.${name}`),
		);
	expect(shown).toEqual([]);
	expect(entities.some(({ fields }) => fields.some(({ writeOnly }) => writeOnly))).toBe(true);
});
