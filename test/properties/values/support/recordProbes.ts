import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Hostile } from './hostile';
import { listOfAll } from './hostile';
import type { Described } from './meaning';
import type { Probe, Role } from './probe';
import { asIs, byNumber, EXPRESSION } from './probe';
import type { Built, Situation } from './situations';
import { fieldOf } from './situations';
import { customFieldOf } from './targets';

const json = (value: unknown): string => JSON.stringify(value);

/** The other fields that a record needs, so that the one in question decides. */
function others({ entity, operation }: Situation, { sample }: Built, name: string): IDataObject {
	if (entity === undefined || operation !== 'create') return {};
	return Object.fromEntries(Object.entries(sample ?? {}).filter(([key]) => key !== name));
}

/** Each field of a record in JSON, as an object and as a text. */
export function inJson(situation: Situation, built: Built): Probe[] {
	return recordFields(situation).flatMap(({ role, field }) => {
		const { name, label } = field;
		const rest = json(others(situation, built, name)).slice(1, -1);
		const object = `{ ${rest ? `${rest}, ` : ''}${json(name)}: ${listOfAll}[$json.i] }`;
		const probe = { role, field, item: byNumber };
		const with_ = (expression: string) => ({ ...built.parameters, json: expression });
		return [
			{
				...probe,
				way: 'json' as const,
				where: `JSON > ${label}`,
				arrives: asIs,
				parameters: with_(`={{ (${object}) }}`),
			},
			{
				...probe,
				way: 'jsonText' as const,
				where: `JSON as text > ${label}`,
				arrives: (value: unknown) => (JSON.parse(json({ value })) as { value?: unknown }).value,
				parameters: with_(`={{ JSON.stringify(${object}) }}`),
			},
		];
	});
}

/** Each field of a record as a column, chosen below or by its name in the item. */
export function mapped(situation: Situation, built: Built): Probe[] {
	return recordFields(situation).flatMap(({ role, field }) => {
		const { name, label } = field;
		const rest = others(situation, built, name);
		const with_ = (columns: IDataObject) => ({ ...built.parameters, columns }) as INodeParameters;
		return [
			{
				role,
				field,
				way: 'map' as const,
				where: `Field Mapper > ${label}`,
				arrives: asIs,
				item: byNumber,
				parameters: with_({ mappingMode: 'defineBelow', value: { ...rest, [name]: EXPRESSION } }),
			},
			{
				role,
				field,
				way: 'autoMap' as const,
				where: `Field Mapper by itself > ${label}`,
				arrives: asIs,
				item: (_: number, { value }: Hostile) => ({ ...rest, [name]: inItem(value) }) as IDataObject,
				parameters: with_({ mappingMode: 'autoMapInputData', value: null }),
			},
		];
	});
}

/** Items keep a moment of an expression as its text. */
const inItem = (value: unknown): unknown => (DateTime.isDateTime(value) ? value.toISO() : value);

/** The fields of a record, and a custom one where there are such. */
function recordFields({ entity, operation, resource }: Situation): Array<{ role: Role; field: Described }> {
	const ends = (entity?.fields ?? []).map((field) => (field.type === 'time' ? field.lasts : undefined));
	const declared = (entity?.fields ?? []).map((field) => ({
		role: (operation === 'create' &&
		((field.required && field.fallback === undefined) || field.requiredUnless || ends.includes(field.name))
			? 'required'
			: 'optional') as Role,
		field: fieldOf({ entity, operation }, field.name) as Described,
	}));
	if (!entity?.custom) return declared;
	const name = customFieldOf(resource);
	return [...declared, { role: 'optional', field: { type: 'custom', name, label: name } }];
}
